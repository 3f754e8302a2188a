"""One verdict in sentences: every number that made it, whose doing it is, and what would have changed it.

Way of an event: step 10; `fairdrift explain` prints it. Pure: it reads what `/v1/status` says of a stream, in which
numbers that may not be shown are None.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from monitor.exporting.drift_shown import WORDS

_DETECTORS: Final = {
    "reference": "the rate against its reference",
    "gap": "this subgroup against everybody else",
    "revision_effect": "revision {revision} against {against} before it",
    "concurrent_effect": "revision {revision} against {against} at the same time",
}

_REASONS: Final = {
    "reference_building": "The reference is still being built: its time is not over, or its labels are not all in.",
    "reference_too_small": "The reference has too few cases of this kind in this subgroup: ten, or 300 scores.",
    "unverified_negatives": "Nobody who was passed over ever got an outcome: how many were missed cannot be known. "
    "Look some of them up at random (`source: audit`) and watch `false_omission_rate`.",
    "no_labels_yet": "No outcome of this revision is ripe yet.",
    "no_inferences_yet": "No prediction of this revision is ripe yet.",
    "season_in_reference": "The reference shows a season and no calendar key is set: the rate against its reference is "
    "watched and does not page. Set reference.calendar, or give a reference without a season.",
    "no_inferences_lately": "No prediction of this subgroup came for twice its longest gap: is it still served?",
    "unpaired": "More outcomes than `limits.unpaired` lets find no prediction: did ids change on one side?",
    "blind": "There are too few cases to find harm of the size that must be found within 30 days.",
}


def sentences(stream: Mapping[str, Any], budget: Mapping[str, float]) -> list[str]:
    """What is said of one stream, and why.

    Parameters
    ----------
    stream
        As in `streams` of `/v1/status`.
    budget
        Level -> false alarms to expect at most in 91 days over all streams.

    Examples
    --------
    >>> stream = dict(model="m", revision="r2", attribute="sex", subgroup="f", metric="error_rate", verdict="HEALTHY",
    ...     previous=None, since="2026-01-01T00:00:00Z", onset=None, reasons=[], cases=None, samples=None, rate=None,
    ...     reference=None, blind_below=None, detectors=[], drift=[], blame=None, rollout=None, former=None,
    ...     cleared=False)
    >>> sentences(stream, {})[0]
    'error_rate of sex=f in model m, revision r2: HEALTHY since 2026-01-01T00:00:00Z.'
    """
    parts = (_said(stream), _numbers(stream), _evidence(stream, budget), _blame(stream), _changes(stream))
    return [*chain(*parts), *_drift(stream)]


def _said(stream: Mapping[str, Any]) -> Iterator[str]:
    before = f", {stream['previous']} before" if stream["previous"] else ""
    who = f"{stream['attribute']}={stream['subgroup']} in model {stream['model']}, revision {stream['revision']}"
    yield f"{stream['metric']} of {who}: {stream['verdict']} since {stream['since']}{before}."
    for reason in stream["reasons"]:
        yield _REASONS.get(reason, f"Flag of the data: {reason}.")
    if stream.get("reference_needs") is not None:
        yield f"Up to {stream['reference_needs']} more cases are needed; `fairdrift reference show` has exact numbers."
    if stream["onset"]:
        yield f"The rise began about {stream['onset']}, by the time of the predictions; an estimate."


def _numbers(stream: Mapping[str, Any]) -> Iterator[str]:
    rate, reference = stream["rate"], stream["reference"]
    if rate is None:
        yield "The rate now: withheld to protect persons, or there are no cases."
    else:
        limits = f"95 % limits {rate['lower']:.3f} to {rate['upper']:.3f}"
        yield f"The rate now: {stream['cases']} of {stream['samples']} = {rate['value']:.3f} ({limits})."
    if reference is not None:
        value, tolerated = f"{reference['value']:.3f} of {reference['samples']} cases", f"{reference['tolerated']:.3f}"
        yield f"The reference {reference['id']}: {value}; up to {tolerated} is tolerated."
    if stream["blind_below"] is not None:
        yield (
            "At the present traffic no rise at all would be found within 30 days."
            if stream["blind_below"] >= 1
            else f"At the present traffic a rate of {stream['blind_below']:.3f} or more would be found within 30 days."
        )


def _evidence(stream: Mapping[str, Any], budget: Mapping[str, float]) -> Iterator[str]:
    if not stream["detectors"]:
        yield "Evidence: none yet, or withheld to protect persons."
    for one in stream["detectors"]:
        name = _DETECTORS[one["detector"]].format(revision=stream["revision"], against=one.get("against"))
        levels = [
            f"{level} at {one[level]:.1f}" for level in ("watch", "page", "rollback") if one.get(level) is not None
        ]
        nats = "nothing seen" if one["log_e"] is None else f"{one['log_e']:.1f} nats"
        seen = f"{one['events']} cases in {one['panes']} panes, weight {one['weight']:.2g}"
        yield f"Evidence, {name}: {nats} of {seen}; {', '.join(levels)}."
    if budget:
        spent = " and ".join(f"{n:.3g} {level}" for level, n in sorted(budget.items()))
        yield f"If nothing were wrong, at most {spent} alarms would come in 91 days over all streams of the model."


def _blame(stream: Mapping[str, Any]) -> Iterator[str]:
    if stream["rollout"]:
        former = stream["former"] or "no other revision"
        yield f"Revision {stream['revision']} began to serve at {stream['rollout']}, after {former}."
    if stream["cleared"]:
        yield f"It was shown to be no more than ten points worse than {stream['former']}."
    blame = stream["blame"]
    if blame is not None:
        by = f" by {blame['by']}" if blame["by"] else ""
        limits = f" {blame['cannot_tell']}" if blame["cannot_tell"] else ""
        yield f"Blame: {blame['cause']}{by}: {blame['because']}.{limits}"


def _drift(stream: Mapping[str, Any]) -> Iterator[str]:
    """Statistics that annotate: the last thing that is said, since nothing follows from it."""
    said = []
    for one in stream["drift"]:
        limit = f" ({one['limit']:g} at most in 95 % of windows without drift)" if "limit" in one else ""
        interval = f" (95 % limits {one['lower']:g} to {one['upper']:g})" if "lower" in one else ""
        said.append(f"{WORDS[one['detector']]} {one['value']:g}{limit}{interval}")
    if said:
        yield f"For a look, no verdict reads them: {'; '.join(said)}."


def _changes(stream: Mapping[str, Any]) -> Iterator[str]:
    verdict = stream["verdict"]
    if verdict == "DEGRADED":
        yield "What would change it: a person who acknowledges it (`fairdrift acknowledge`); evidence then starts anew."
        if (stream["blame"] or {}).get("by") == "timing":
            former = stream["former"]
            yield f"What would settle the blame: some traffic of {former} at the same time, to compare side by side."
    elif verdict == "STALE":
        yield "What would change it: fresh and complete data; evidence stands where it stood."
    else:
        yield from _missing(stream)


def _missing(stream: Mapping[str, Any]) -> Iterator[str]:
    """How far each detector is from its next level."""
    for one in stream["detectors"]:
        name = _DETECTORS[one["detector"]].format(revision=stream["revision"], against=one.get("against"))
        now = 0.0 if one["log_e"] is None else one["log_e"]
        levels = [(level, one[level]) for level in ("watch", "page", "rollback") if one.get(level) is not None]
        further = next(((level, nats) for level, nats in levels if nats > now), None)
        if further is not None:
            yield f"What would change it: {further[1] - now:.1f} more nats ({name}) for the {further[0]} level."
