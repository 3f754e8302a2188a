"""Ways of being blind: each spoils what is known of a case that would otherwise be acted on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import msgspec
from hypothesis import strategies as st

from monitor.acting.guards.situation import Lease, Situation
from monitor.acting.limits import DAY_MS
from monitor.acting.records import StreamRecord
from tests.acting_safely.refusals import changed
from tests.acting_safely.worlds import NOW_MS, deployment, moment, sha

Spoil = Callable[[Situation], Situation]

NOT_FINITE: Final = st.sampled_from([float("nan"), float("inf"), float("-inf")])
LONG: Final = st.integers(0, 10**10)


def record(**said: Any) -> Spoil:
    """The record says something else; where there is none any more, nothing is changed."""

    def spoil(now: Situation) -> Situation:
        if now.record is None:
            return now
        return replace(now, record=_with(now.record, said))

    return spoil


def _with(known: StreamRecord, said: dict[str, Any]) -> StreamRecord:
    below = {
        name: msgspec.structs.replace(getattr(known, name), **said[name]) for name in ("data", "window") if name in said
    }
    return msgspec.structs.replace(known, **{**said, **below})


def situation(**said: Any) -> Spoil:
    return lambda now: replace(now, **said)


def running(read: dict[str, Any]) -> Spoil:
    return lambda now: replace(now, deployment=read)


def blocked(*words: str) -> st.SearchStrategy[Spoil]:
    more = st.sets(st.sampled_from(["no_control", "mode", "stale", "inexact"]))
    return st.builds(lambda word, others: record(blocked_by=(word, *sorted(others))), st.sampled_from(words), more)


def evidence(log_e: float | None, level: float | None) -> Spoil:
    def spoil(now: Situation) -> Situation:
        if now.record is None:
            return now
        shown = tuple(msgspec.structs.replace(one, log_e=log_e, rollback=level) for one in now.record.evidence)
        return replace(now, record=msgspec.structs.replace(now.record, evidence=shown))

    return spoil


KINDS: Final[dict[str, st.SearchStrategy[Spoil]]] = {
    "stale": st.one_of(
        st.builds(lambda ago: record(valid_until=moment(NOW_MS - ago)), LONG),
        st.builds(lambda ago: record(data={"watermark": moment(NOW_MS - 2 * DAY_MS - 1 - ago)}), LONG),
        st.builds(lambda ahead: record(issued_at=moment(NOW_MS + 60_001 + ahead)), LONG),
        st.just(record(verdict="STALE")),
        blocked("stale"),
    ),
    "incomplete": st.one_of(
        st.just(record(window={"exact": False})),
        st.just(record(data={"coverage": False})),
        blocked("inexact", "immature", "small", "rule_change"),
    ),
    "lag": st.one_of(
        st.builds(lambda more: record(data={"lag_records": 10_001 + more}), LONG),
        st.builds(lambda less: record(data={"lag_records": -1 - less}), LONG),
        st.just(record(data={"lag_records": None})),
    ),
    "no data": st.one_of(
        st.just(situation(record=None)),
        st.sampled_from([record(verdict=one) for one in ("INCONCLUSIVE", "HEALTHY", "SUSPECT")]),
        st.just(record(blame=None, blame_by=None)),
        st.just(record(evidence=())),
        st.builds(evidence, st.none() | st.floats(-50, 13.0), st.just(13.1)),
        st.just(evidence(14.0, None)),
        st.just(situation(fleet=None)),
    ),
    "NaN": st.one_of(
        st.builds(lambda number: record(data={"rejected": number}), NOT_FINITE),
        st.builds(evidence, NOT_FINITE, st.just(13.1)),
        st.builds(evidence, st.just(14.0), NOT_FINITE),
    ),
    "wrong revision": st.one_of(
        st.builds(lambda name: record(pod_template_hashes=(f"hash-{name}",)), st.sampled_from("acxyz")),
        st.just(record(pod_template_hashes=())),
        st.sampled_from([record(model_digest=one) for one in (None, sha("a"), sha("e"))]),
        st.builds(lambda panes: situation(epoch_start_ms=NOW_MS - (10 - panes) * DAY_MS), st.integers(3, 9)),
        st.builds(lambda letter: running(deployment(letter)), st.sampled_from("acde")),
        st.just(running(changed(deployment("b"), "metadata", "uid", to="another"))),
        blocked("unattributed"),
    ),
    "lost lease": st.one_of(
        st.builds(lambda left: situation(lease=Lease(False, left)), LONG),
        st.builds(lambda left: situation(lease=Lease(True, left)), st.integers(-(10**6), 7_000)),
    ),
    "unwritable log": st.just(situation(is_intent_durable=False)),
}


ANY: Final = st.one_of(*KINDS.values())
