"""A line for each change of a verdict, and the bands that the report draws from the same record."""

import json
from pathlib import Path

import pytest

from monitor.exporting.moments import DAY_MS
from monitor.exporting.naming import Names
from monitor.exporting.points import MOST, Points
from monitor.exporting.recording import Recording, Spell, Stream
from monitor.exporting.replayed import Replayed
from monitor.exporting.timeline import write_timeline
from monitor.judging.verdict import Evidence, StreamVerdict, Verdict
from tests.reporting_what_happened.worlds import World, coding

H, S, D = Verdict.HEALTHY, Verdict.SUSPECT, Verdict.DEGRADED


def said(verdict: Verdict, revision: str = "r1", log_e: float | None = 1.5) -> StreamVerdict:
    evidence = (Evidence("reference", log_e, 8.0, 10.0, 0.01, 3),)
    return StreamVerdict("m", revision, "race__sex", "black__female", "error_rate", verdict, (), 0, evidence)


def recorded(*panes: list[StreamVerdict]) -> Recording:
    recording = Recording("m")
    for number, verdicts in enumerate(panes, 1):
        recording.note(number * DAY_MS, verdicts)
    return recording


def lines(path: Path, *recordings: Recording) -> list[dict[str, object]]:
    write_timeline(path, recordings, {"m": Names(coding()), "readmission": Names(coding())})
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_has_exactly_the_promised_fields(tmp_path: Path) -> None:
    (line,) = lines(tmp_path / "timeline.ndjson", recorded([said(H)]))
    seen = {"detector": "reference", "log_e": 1.5, "watch": 8.0, "page": 10.0, "weight": 0.01, "panes": 3, "events": 0}
    assert line == {
        "event_time": "1970-01-02T00:00:00Z",
        "kind": "verdict",
        "model": "m",
        "revision": "r1",
        "attribute": "race&sex",
        "value": "Black&F",
        "metric": "error_rate",
        "verdict": "HEALTHY",
        "previous": None,
        "blame": None,
        "action": None,
        "target_revision": None,
        "evidence": [seen],
    }


def test_only_changes_make_lines(tmp_path: Path) -> None:
    found = lines(tmp_path / "t", recorded([said(H)], [said(H)], [said(S)], [said(S)], [said(H)]))
    assert [(line["event_time"], line["verdict"], line["previous"]) for line in found] == [
        ("1970-01-02T00:00:00Z", "HEALTHY", None),
        ("1970-01-04T00:00:00Z", "SUSPECT", "HEALTHY"),
        ("1970-01-06T00:00:00Z", "HEALTHY", "SUSPECT"),
    ]


def test_lines_of_several_models_are_in_order_of_time_and_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "timeline.ndjson"
    other = Recording("m")
    other.note(DAY_MS * 3 // 2, [said(S, "r9")])
    found = lines(path, recorded([said(H)], [said(D)]), other)
    assert [line["revision"] for line in found] == ["r1", "r9", "r1"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_evidence_that_is_no_number_is_still_json(tmp_path: Path) -> None:
    (line,) = lines(tmp_path / "t", recorded([said(H, log_e=float("inf"))]))
    assert line["evidence"][0]["log_e"] is None  # type: ignore[index]


def test_each_stream_of_a_replay_starts_from_nothing_and_goes_on_from_its_last_verdict(
    done: Replayed, tmp_path: Path
) -> None:
    last: dict[tuple[object, ...], object] = {}
    for line in lines(tmp_path / "t", *done.recordings.values()):
        stream = tuple(line[name] for name in ("revision", "attribute", "value", "metric"))
        assert line["previous"] == last.get(stream)
        assert line["verdict"] != line["previous"]
        last[stream] = line["verdict"]
    world = World()
    assert len(last) == 2 * len(world.lattice.subgroups) * 4  # two revisions, four metrics


def test_a_spell_lasts_until_the_next_change_and_pauses_while_its_revision_does_not_serve() -> None:
    recording = recorded([said(H)], [said(S)], [said(S)], [], [said(S)], [said(D)], [said(D)])
    (record,) = recording.streams.values()
    day = DAY_MS
    assert list(record.spells()) == [
        *(Spell(day, 2 * day, H), Spell(2 * day, 3 * day, S), Spell(5 * day, 6 * day, S), Spell(6 * day, 7 * day, D)),
    ]
    assert len(recording.changes) == 3
    assert recording.is_current(record)


def test_a_stream_whose_revision_has_gone_is_kept_but_not_current() -> None:
    recording = recorded([said(D), said(H, "r2")], [said(H, "r2")])
    gone = recording.streams[Stream("r1", "race__sex", "black__female", "error_rate")]
    assert (gone.said.verdict, gone.last_ms, recording.is_current(gone)) == (D, DAY_MS, False)


def test_when_nothing_serves_any_more_what_was_said_last_stands() -> None:
    recording = recorded([said(H)], [said(D, "r2")], [], [])
    assert [(one.revision, one.verdict) for one in recording.standing()] == [("r2", D)]
    assert (recording.said_ms, recording.last_ms) == (2 * DAY_MS, 4 * DAY_MS)


def test_a_pane_that_comes_twice_is_refused_and_nothing_is_kept() -> None:
    recording = recorded([said(H)])
    with pytest.raises(ValueError, match="m: the pane that ends at 86400000 comes after"):
        recording.note(DAY_MS, [said(D)])
    assert (recording.panes, len(recording.changes)) == (1, 1)


def test_a_long_series_keeps_its_peak_its_end_and_its_bounds() -> None:
    points = Points()
    for at_ms in range(100_000):
        points.add(at_ms, 50.0 if at_ms == 31_007 else at_ms % 7 / 7)
    kept = list(points)
    assert len(kept) <= MOST
    assert (31_007, 50.0) in kept
    assert kept[-1] == (99_999, 99_999 % 7 / 7)
    assert [at_ms for at_ms, _ in kept] == sorted({at_ms for at_ms, _ in kept})
