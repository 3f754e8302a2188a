"""Records of the verdict feed, as the controller reads them.

Way of an event: step 10 sends them, step 11 decodes them, step 12 decides on them. Pure. Unknown fields are dropped; a
number the disclosure gate withheld is None, and decides nothing: `verdict`, `blame`, `may_act`, `blocked_by`, `own` and
`cleared` come from exact numbers and are never withheld.
"""

from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec

from monitor.acting.canonical import NotCanonical, canonical, floats_as_text

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
VerdictName = Literal["HEALTHY", "INCONCLUSIVE", "STALE", "SUSPECT", "DEGRADED"]
Cause = Literal["revision", "population", "mixed", "unknown"]
By = Literal["concurrent", "timing"]
OwnLevel = Literal["below", "watch", "page"]
EvidenceLevel = Literal["below", "watch", "page", "rollback"]

DATA_FAULTS: Final = frozenset({"stale", "inexact", "immature", "small", "unattributed", "rule_change"})
"""Reasons in `blocked_by` that say: these data cannot carry a decision."""

A_PERSON_MAY_ACT: Final = frozenset({"no_control", "mode"})
"""Reasons in `blocked_by` that forbid only acting without approval."""

HARM_METRICS: Final = frozenset({"false_negative_rate", "false_positive_rate"})
"""Metrics for which a page opens an incident: a person was told the wrong thing."""


def milliseconds(moment: datetime) -> int:
    """A moment of a record in milliseconds since the epoch."""
    return round(moment.timestamp() * 1000)


class Window(msgspec.Struct, frozen=True):
    """The published window a rate stands for; `completeness` and `maturity` are shares of labels."""

    name: str
    start: Moment
    end: Moment
    exact: bool
    completeness: float | None = None
    maturity: float | None = None


class Rate(msgspec.Struct, frozen=True):
    """A rate of the window, with its cases, samples and limits."""

    cases: int | None = None
    samples: int | None = None
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    method: str = ""


class Evidence(msgspec.Struct, frozen=True):
    """One detector: its log e-value and the levels it is held against; None where a level does not exist.

    `log_e` is None, too, where the disclosure gate withholds it. `level` is the highest one that it has reached: from
    the exact number, and never withheld.
    """

    detector: str
    log_e: float | None = None
    watch: float | None = None
    page: float | None = None
    rollback: float | None = None
    against: str | None = None
    level: EvidenceLevel | None = None


class Data(msgspec.Struct, frozen=True):
    """State of the data at the verdict. `rejected` is a share; `coverage`: every partition was read."""

    watermark: Moment
    lag_records: int | None
    rejected: float
    coverage: bool


class RecordHead(msgspec.Struct, frozen=True, kw_only=True):
    """What every record says of itself and of its revision.

    `pod_template_hashes` are those the revision's events carried; `rollout` is when the monitor saw it begin to serve,
    None if it saw no rollout; `former` served before it.
    """

    seq: int
    id: str
    issued_at: Moment
    valid_until: Moment
    model: str
    revision: str
    model_digest: str | None = None
    pod_template_hashes: tuple[str, ...] = ()
    rollout: Moment | None = None
    former: str | None = None


class StreamRecord(RecordHead, frozen=True, kw_only=True, tag_field="kind", tag="stream"):
    """The verdict on one stream of a revision, with the blame for it.

    `cells` is the digest of the exact cells it archived.
    """

    attribute: str
    subgroup: str
    metric: str
    verdict: VerdictName
    reasons: tuple[str, ...] = ()
    since: Moment
    onset: Moment | None = None
    blame: Cause | None = None
    blame_by: By | None = None
    window: Window
    rate: Rate = Rate()
    evidence: tuple[Evidence, ...] = ()
    data: Data
    cells: str
    rule_version: str
    may_act: bool
    blocked_by: tuple[str, ...]

    @property
    def stream(self) -> tuple[str, str, str]:
        """Attribute, subgroup and metric."""
        return self.attribute, self.subgroup, self.metric


class RevisionRecord(RecordHead, frozen=True, kw_only=True, tag_field="kind", tag="revision"):
    """What the ledger needs to know of a revision.

    `baseline`: it is the reference's own; `cleared`: shown to be no worse than its former one, in `overall` and every
    subgroup of at least 5 %; `undetermined`: subgroups too small for that; `own`: the worst level of its own evidence
    against the reference since `rollout`, None before any ripe label.
    """

    first_served: Moment
    last_served: Moment
    baseline: bool
    cleared: bool
    undetermined: tuple[str, ...] = ()
    own: OwnLevel | None


Record = StreamRecord | RevisionRecord

_DECODER: Final = msgspec.json.Decoder(Record)


class Malformed(ValueError):
    """A record that does not keep the contract; nothing is decided on it."""


def decode(text: bytes | str) -> Record:
    """A record of the feed.

    Raises
    ------
    Malformed
        for a missing or wrong field, a number that is none (NaN, infinities), a time without zone, an unknown kind.
    """
    try:
        record: Record = _DECODER.decode(text)
    except msgspec.MsgspecError as error:
        raise Malformed(f"verdict feed: {error}; monitor and controller must be of versions that agree") from error
    try:
        canonical(floats_as_text(msgspec.to_builtins(record)))
    except NotCanonical as error:
        raise Malformed(f"verdict feed: {error}; what the audit log cannot hold decides nothing") from error
    return record
