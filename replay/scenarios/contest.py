"""The contest: every monitor at every tuning, on every scenario, each drawn several times."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from monitor.judging.verdict import Verdict
from monitor.simulating.comparison import PAGE, WATCH, Comparison, compare, heard_of
from monitor.simulating.labelled import labelled_of
from monitor.simulating.naive.heard import Heard
from monitor.simulating.scenario import DAY_MS, Scenario
from monitor.simulating.truth import Moment, moment_of
from replay.scenarios.measured import OUR_BUDGET, Found, Measured, Quiet, Said, Wrong
from replay.scenarios.ours import Line, timeline_of
from replay.scenarios.stories import FAIR, HARMLESS, HARMS, PAGED, Story
from replay.scenarios.tuning import Setting, settings_for

OURS: Final = (PAGE, WATCH)
_NOTEWORTHY: Final = (Verdict.STALE, Verdict.SUSPECT, Verdict.DEGRADED)


class Size(NamedTuple):
    """How many streams: to tune rivals on, to count false alarms on, with harm, and without any."""

    tuning: int
    quiet: int
    harm: int
    harmless: int


class Run(NamedTuple):
    """One stream: what is true of it, what we said line by line, and what each monitor said."""

    truth: Moment
    lines: Sequence[Line]
    heard: Mapping[tuple[str, str], Heard]

    @property
    def judged(self) -> Comparison:
        """All of it, judged by the truth. Names are those of `label`."""
        return compare(self.truth, [], {label(*key): heard for key, heard in self.heard.items()})


def label(monitor: str, tuning: str) -> str:
    """A name for both.

    >>> label("DDM", "as it comes")
    'DDM | as it comes'
    """
    return f"{monitor} | {tuning}"


def measured(
    size: Size,
    seed: int,
    harms: Sequence[Story] = HARMS,
    harmless: Sequence[Story] = HARMLESS,
    kept: Path | None = None,
) -> Measured:
    """Tune, play, count. Progress goes to standard error. `kept` is that of `timeline_of`."""
    quiet_runs = [_ours(one, kept) for one in _drawn(FAIR, seed, size.quiet)]
    ours_quiet = [_quiet(quiet_runs, Setting(name, OUR_BUDGET, None, None)) for name in OURS]
    settings = settings_for(_drawn(FAIR, seed + 500, size.tuning), ours_quiet[0])
    quiet_runs = [
        _with_rivals(run, one, settings) for run, one in zip(quiet_runs, _drawn(FAIR, seed, size.quiet), strict=True)
    ]
    quiet = [*ours_quiet, *(_quiet(quiet_runs, one) for one in settings)]
    everyone = [*(Setting(name, OUR_BUDGET, None, None) for name in OURS), *settings]
    found: list[Found] = []
    wrong: list[Wrong] = []
    said: list[Said] = []
    for number, one in enumerate((*harms, *harmless), 1):
        is_harm = one in harms
        streams = _drawn(one, seed + 1_000 * number, size.harm if is_harm else size.harmless)
        runs = [_with_rivals(_ours(scenario, kept), scenario, settings) for scenario in streams]
        said.append(_said(one, runs))
        if is_harm:
            found += [_found(one, runs, which) for which in everyone]
        else:
            wrong += [_wrong(one, runs, which) for which in everyone]
    return Measured(seed, size.tuning, size.quiet, quiet, found, wrong, said)


def _drawn(story: Story, seed: int, count: int) -> Iterator[Scenario]:
    for number in range(count):
        print(f"{story.name}: stream {number + 1} of {count}", file=sys.stderr)
        yield story.seeded(seed + number)


def _ours(scenario: Scenario, kept: Path | None) -> Run:
    lines = timeline_of(scenario, kept)
    heard = {(name, OUR_BUDGET): said for name, said in heard_of(lines).items()}
    return Run(moment_of(scenario), lines, heard)


def _with_rivals(run: Run, scenario: Scenario, settings: Iterable[Setting]) -> Run:
    labelled = labelled_of(scenario)
    ends_ms = range(scenario.start_ms + DAY_MS, scenario.end_ms + 1, DAY_MS)
    heard = {
        (one.name, one.tuning): one.monitor.watch(labelled, ends_ms, one.setting, PAGED)
        for one in settings
        if one.monitor is not None and one.setting is not None
    }
    return run._replace(heard={**run.heard, **heard})


def _quiet(runs: Sequence[Run], which: Setting) -> Quiet:
    rows = [row for run in runs for row in run.judged.rows if row.monitor == label(which.name, which.tuning)]
    alarms, days = sum(row.false_alarms for row in rows), sum(row.quiet_days for row in rows)
    return Quiet(which.name, which.tuning, which.setting, alarms, days / 365.25)


def _found(story: Story, runs: Sequence[Run], which: Setting) -> Found:
    rows = [row for run in runs for row in run.judged.rows if row.monitor == label(which.name, which.tuning)]
    delays = [float("inf") if row.delay_days is None else row.delay_days for row in rows]
    found = sum(row.delay_days is not None for row in rows)
    return Found(story.name, which.name, which.tuning, len(runs), found, median(delays) if delays else float("inf"))


def _wrong(story: Story, runs: Sequence[Run], which: Setting) -> Wrong:
    from_ms = story.scenario.start_ms + story.from_day * DAY_MS
    counts = [
        sum(alarm.time_ms > from_ms for alarm in run.heard[which.name, which.tuning].alarms)
        for run in runs
        if (which.name, which.tuning) in run.heard
    ]
    return Wrong(story.name, which.name, which.tuning, len(counts), sum(count > 0 for count in counts), sum(counts))


def _said(story: Story, runs: Sequence[Run]) -> Said:
    from_ms = story.scenario.start_ms + story.from_day * DAY_MS
    phrases: Counter[str] = Counter()
    blamed = 0
    for run in runs:
        later = [line for line in run.lines if line["kind"] == "verdict" and _ms(line["event_time"]) > from_ms]
        blamed += any(line["blame"] == "revision" for line in later)
        phrases.update({phrase for line in later if (phrase := _phrase(line, run.truth)) is not None})
    return Said(story.name, len(runs), blamed, dict(sorted(phrases.items())))


def _phrase(line: Line, truth: Moment) -> str | None:
    """What a change of a verdict says of those to whom something happens; None if it is nothing to tell."""
    verdict = Verdict[line["verdict"]]
    is_lost = verdict is Verdict.INCONCLUSIVE and line["previous"] not in (None, verdict.name)
    if not (is_lost or verdict in _NOTEWORTHY):
        return None
    whom = "those" if (line["attribute"], line["value"]) == (truth.attribute, truth.value) else "others"
    blame = f", blame {line['blame']}" if line["blame"] else ""
    return f"{line['metric']} of {whom}: {verdict.name}{blame}"


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1_000)
