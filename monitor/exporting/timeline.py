"""The timeline of a replay: a line of JSON for every change of a verdict or of its blame.

Way of an event: after its end; exact evidence, for the owner of the data. Touches the file system.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from monitor.exporting.moments import rfc3339
from monitor.exporting.naming import Names
from monitor.exporting.owner_only import owner_only
from monitor.exporting.recording import Change, Recording
from monitor.exporting.standing import evidence_record


def change_record(change: Change, names: Names) -> dict[str, Any]:
    """One line of the timeline. Only who is DEGRADED is blamed, and nothing was done for a mere verdict: None.

    Examples
    --------
    >>> from monitor.judging.verdict import StreamVerdict, Verdict
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> names = Names(Coding((AttributeCoding("sex", {"f": ("F",)}),)))
    >>> said = StreamVerdict("m", "r1", "sex", "f", "error_rate", Verdict.HEALTHY, (), since_ms=0)
    >>> record = change_record(Change(86_400_000, said, None), names)
    >>> record["event_time"], record["value"], record["verdict"], record["previous"]
    ('1970-01-02T00:00:00Z', 'F', 'HEALTHY', None)
    """
    said = change.said
    name = names.of(said.attribute, said.subgroup)
    return {
        "event_time": rfc3339(change.end_ms),
        "kind": "verdict",
        "model": said.model,
        "revision": said.revision,
        "attribute": name.attribute,
        "value": name.value,
        "metric": said.metric,
        "verdict": said.verdict.name,
        "previous": None if change.previous is None else change.previous.name,
        "blame": None if said.blame is None else said.blame.cause,
        "action": None,
        "target_revision": None,
        "evidence": [evidence_record(evidence) for evidence in said.evidence],
    }


def write_timeline(path: Path, recordings: Iterable[Recording], names: Mapping[str, Names]) -> int:
    """Write the changes of several models in order of time, readable by the owner only; gives the number of lines.

    Parameters
    ----------
    names
        Of the subgroups, by model.

    Raises
    ------
    OSError
        if the file cannot be written.
    """
    changes = [(change, recording.model) for recording in recordings for change in recording.changes]
    changes.sort(key=lambda pair: pair[0].end_ms)
    with owner_only(path) as file:
        for line in _lines(changes, names):
            file.write(line)
    return len(changes)


def _lines(changes: Iterable[tuple[Change, str]], names: Mapping[str, Names]) -> Iterator[str]:
    for change, model in changes:
        yield msgspec.json.encode(change_record(change, names[model])).decode() + "\n"
