"""What is stored of a judge: sums, times and counts, never fits; those follow from the reference. Pure."""

import msgspec

from monitor.judging import beside, bootstrap, history, releases, streams, waiting


class JudgeState(msgspec.Struct, array_like=True):
    """One judge after a step. `fingerprint` names the rules, subgroups and given reference it is of."""

    fingerprint: str
    end_ms: int
    first_pane_ms: int | None
    streams: streams.Stored
    history: history.Stored
    waiting: waiting.Stored
    releases: releases.Stored
    bootstrap: bootstrap.Stored | None
    beside: beside.Stored


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
