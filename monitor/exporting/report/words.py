"""Verdicts and metrics in sentences: who is harmed, how sure that is, since when, and how many they are.

Way of an event: after its end. Pure; only numbers that `story` lets through.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from monitor.exporting.moments import day
from monitor.exporting.rates import Cases
from monitor.exporting.report.story import StreamStory
from monitor.exporting.standing import next_level, reached
from monitor.judging.verdict import StreamVerdict, Verdict


class Spoken(NamedTuple):
    """A metric in words: "`k` of `n` `counted` `harmed`"."""

    counted: str
    harmed: str


METRICS: Final = {
    "false_negative_rate": Spoken("with the outcome", "were missed"),
    "false_positive_rate": Spoken("without the outcome", "were flagged for nothing"),
    "error_rate": Spoken("whose outcome is known", "were predicted wrongly"),
    "false_discovery_rate": Spoken("flagged, outcome known", "did not have the outcome"),
    "false_omission_rate": Spoken("passed and looked up at random", "had the outcome"),
    "selection_rate": Spoken("predictions", "were flagged"),
    "label_prevalence": Spoken("whose outcome is known", "had the outcome"),
    "label_completeness": Spoken("predictions", "have a known outcome"),
}

VERDICTS: Final = {
    Verdict.DEGRADED: "worse than tolerated, beyond the false-alarm budget",
    Verdict.SUSPECT: "evidence has reached the watch level",
    Verdict.STALE: "no fresh or no complete data: nothing can be said",
    Verdict.INCONCLUSIVE: "undecided: no reference, or too few cases to find harm",
    Verdict.HEALTHY: "watched closely enough to find harm, and none found",
}


def percent(share: float) -> str:
    r"""A share for people.

    >>> percent(0.1234), percent(1.0)
    ('12.3\xa0%', '100\xa0%')
    """
    return f"{100 * share:.1f}".removesuffix(".0") + "\N{NO-BREAK SPACE}%"


def plain(name: str) -> str:
    """A name of ours without underscores.

    >>> plain("false_negative_rate")
    'false negative rate'
    """
    return name.replace("_", " ")


def span(ms: int) -> str:
    """A length of time in its largest whole unit.

    >>> span(28 * 86_400_000), span(3_600_000), span(90_000)
    ('28 days', '1 hour', '90 seconds')
    """
    for unit, unit_ms in (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000)):
        if ms % unit_ms == 0:
            return f"{ms // unit_ms} {unit}{'' if ms == unit_ms else 's'}"
    return f"{ms / 1_000:g} seconds"


def rate_sentence(stream: StreamStory) -> str:
    """The rate now, beside what is tolerated."""
    bar, reference = stream.last_bar, stream.said.reference
    limit = "."
    if reference is not None:
        limit = f"; {percent(reference.tolerated)} would be tolerated, the reference was {percent(reference.value)}."
    if bar is None:
        return f"no cases yet{limit}"
    if bar.estimate is None or bar.found is None:
        return f"withheld, for it would tell of too few people{limit}"
    low, high = percent(bar.estimate.lower), percent(bar.estimate.upper)
    return (
        f"{percent(bar.estimate.value)} (95 % interval {low} to {high}, n = {bar.found.n:,})"
        f" from {day(bar.start_ms)} to {day(bar.end_ms)}{limit}"
    )


def sureness_sentence(stream: StreamStory) -> str:
    """How sure: evidence against the level it had to reach."""
    level = "page" if stream.said.verdict is Verdict.DEGRADED else "watch"
    evidence = stream.evidence
    if evidence is None or evidence.log_e is None:
        return f"The evidence has reached the {level} level; the number is withheld."
    needed = evidence.page if level == "page" and evidence.page is not None else evidence.watch
    if evidence.rollback is not None:
        level, needed = ("rollback", evidence.rollback) if level == "page" else (level, evidence.watch)
        against = f" against revision {evidence.against}"
        return f"The evidence{against} is {evidence.log_e:.1f} nats; {needed:.1f} make an alarm of {level} level."
    return f"The evidence is {evidence.log_e:.1f} nats; {needed:.1f} make a {level} alarm."


def budget_sentence(budget: Mapping[str, float]) -> str | None:
    """What an alarm is worth: how often one comes for nothing. None without a budget.

    >>> budget_sentence({"page": 1.0, "watch": 13.0})[:68]
    'If nothing is wrong, at most 1 page and 13 watch alarms are expected'
    """
    if not budget:
        return None
    levels = " and ".join(f"{alarms:.3g} {level}" for level, alarms in sorted(budget.items()))
    return (
        f"If nothing is wrong, at most {levels} alarms are expected in 91 days over all streams together, "
        "provided the reference lies within its 95 % limit."
    )


def since_sentence(stream: StreamStory) -> str:
    """Since when, and until when if its revision has stopped serving."""
    said = stream.said
    text = f"{said.verdict.name} since {day(said.since_ms)}"
    if said.onset_ms is not None:
        text += f"; the rise began about {day(said.onset_ms)}"
    if not stream.is_current:
        text += f"; revision {said.revision} has not served since {day(stream.record.last_ms)}"
    return text + "."


CAUSES: Final = {
    "revision": "the revision",
    "population": "not the revision: the people or their outcomes have changed",
    "mixed": "the revision and something else",
    "unknown": "not known",
}


def blame_sentence(said: StreamVerdict) -> str | None:
    """Whose doing it is, why that is thought, and what cannot be told apart; None if nobody is blamed.

    >>> from monitor.judging.blame import Blame
    >>> blame = Blame("revision", "concurrent", "it is worse than its former revision serving at the same time")
    >>> said = StreamVerdict("m", "r2", "sex", "f", "error_rate", Verdict.DEGRADED, (), 0, blame=blame, former="r1")
    >>> blame_sentence(said)
    'The revision (former one: r1): it is worse than its former revision serving at the same time.'
    """
    if said.blame is None:
        return None
    former = f" (former one: {said.former})" if said.former is not None else ""
    limits = f" {said.blame.limits}" if said.blame.limits else ""
    cause = CAUSES[said.blame.cause]
    return f"{cause[0].upper()}{cause[1:]}{former}: {said.blame.because}.{limits}"


def number_sentence(stream: StreamStory) -> str | None:
    """How many, in the windows since the rise began; None where nothing may be said."""
    said = stream.said
    start_ms = said.since_ms if said.onset_ms is None else said.onset_ms
    since = [bar for bar in stream.own_bars if bar.end_ms > start_ms]
    shown = [bar.found for bar in since if bar.found is not None]
    spoken = METRICS.get(said.metric)
    if not shown or spoken is None:
        return None
    total = Cases(sum(one.k for one in shown), sum(one.n for one in shown))
    left_out = len(since) - len(shown)
    return (
        f"{total.k:,} of {total.n:,} {spoken.counted} {spoken.harmed}"
        f" in {_windows(len(shown))} from {day(since[0].start_ms)} on{''.join(_excess(stream, total))}"
        f"{f'; {_windows(left_out)} more withheld' if left_out else ''}."
    )


def _windows(number: int) -> str:
    return f"{number} window{'' if number == 1 else 's'}"


def _excess(stream: StreamStory, total: Cases) -> Iterator[str]:
    reference = stream.said.reference
    if reference is not None:
        excess = round(total.k - reference.value * total.n)
        if excess:
            yield f", about {abs(excess):,} {'more' if excess > 0 else 'fewer'} than at the reference's rate"


def evidence_text(stream: StreamStory) -> str:
    """Evidence and the level it has still to reach, for a table.

    Where it may not be shown, the level it has reached; a dash below.
    """
    if stream.evidence is None or stream.evidence.log_e is None:
        level = reached(stream.said.evidence)
        return f"past {level}" if level else "–"
    return f"{stream.evidence.log_e:.1f} / {next_level(stream.evidence):.1f}"
