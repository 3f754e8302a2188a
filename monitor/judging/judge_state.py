"""What is stored of a judge: sums, times and counts, never fits; those follow from the reference. Pure."""

from hashlib import blake2b

import msgspec

from monitor.counting.lattice import Lattice
from monitor.judging import beside, collecting, history, releases, streams, waiting
from monitor.judging.reference import Reference
from monitor.judging.rules import JudgingRules


class JudgeState(msgspec.Struct, array_like=True):
    """One judge after a step. `fingerprint` names the rules, subgroups and given reference it is of."""

    fingerprint: str
    end_ms: int
    first_pane_ms: int | None
    streams: streams.Stored
    history: history.Stored
    waiting: waiting.Stored
    releases: releases.Stored
    bootstrap: collecting.Stored | None
    beside: beside.Stored


def fingerprint(rules: JudgingRules, lattice: Lattice, reference: Reference | None) -> str:
    """Names everything that evidence depends on beside the counts: rules, subgroups and the given reference."""
    groups = [(group.attribute, group.slug) for group in lattice.subgroups]
    known = (msgspec.json.encode(rules, order="sorted"), groups, reference and reference.id)
    return blake2b(repr(known).encode(), digest_size=16).hexdigest()


def decoded(packed: bytes, fingerprint: str) -> JudgeState:
    """What was stored.

    Raises
    ------
    ValueError
        for bytes that are no judge's state, or those of a judge with other rules.
    """
    try:
        state = msgspec.msgpack.decode(packed, type=JudgeState)
    except msgspec.MsgspecError as error:
        raise ValueError(f"these bytes are no judge's state: {error}") from error
    if state.fingerprint != fingerprint:
        raise ValueError("this evidence is of other rules, subgroups or reference: start anew")
    return state
