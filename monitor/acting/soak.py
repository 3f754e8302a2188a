"""Whether the target does better, on new evidence only: what it served before the rollback says nothing of now.

Way of an event: step 15, while an incident is `soaking`. Pure.
"""

from dataclasses import dataclass
from typing import Final

from monitor.acting.hearing import is_in_date
from monitor.acting.policy import Signal
from monitor.acting.records import RevisionRecord, milliseconds

WEEK_MS: Final = 7 * 86_400_000
PATIENCE: Final = 3
"""So many times what a soak needs may go by without ripe labels, before a person is called."""


@dataclass(frozen=True, slots=True)
class Soak:
    """What a soak waits for.

    Parameters
    ----------
    patched_ms
        When the target was put back.
    label_age_ms
        The label ages that carried the verdict: they must be ripe for the week after the patch.
    pane_ms
        The monitor sees a rollout in whole panes.
    """

    patched_ms: int
    label_age_ms: int
    pane_ms: int

    @property
    def needed_ms(self) -> int:
        """Event time that must pass from the patch on."""
        return WEEK_MS + self.label_age_ms


def soak_signal(soak: Soak, record: RevisionRecord | None, watermark_ms: int | None, now_ms: int) -> Signal | None:
    """What the target's own evidence since the patch gives; None: wait on.

    Parameters
    ----------
    record
        What the feed said last of the target, attributed to its M; None if nothing.
    watermark_ms
        Event time up to which the monitor has read everything; None if that is not known.

    Examples
    --------
    >>> soak_signal(Soak(patched_ms=0, label_age_ms=0, pane_ms=1), None, None, now_ms=3 * WEEK_MS)
    <Signal.NO_DATA_LONG: 'no_data_long'>
    """
    own = record.own if record is not None and is_new(soak, record, now_ms) else None
    if own == "page":
        return Signal.NO_BETTER
    if own is None:
        return Signal.NO_DATA_LONG if now_ms - soak.patched_ms >= PATIENCE * soak.needed_ms else None
    is_ripe = watermark_ms is not None and watermark_ms - soak.patched_ms >= soak.needed_ms
    has_served = record is not None and _has_served(soak, record)
    return Signal.PASSED if own == "below" and is_ripe and has_served else None


def is_new(soak: Soak, record: RevisionRecord, now_ms: int) -> bool:
    """Whether a record speaks of the time since the patch: to be served again is a new rollout.

    A target that served all along, as the control of a comparison does, is not rolled out anew. Once it has served the
    week after the patch, too, its record speaks of that: own evidence opens a bet in every step, those of that week
    among them, and all of them together are below a level only if these are.
    """
    if not is_in_date(record, now_ms):
        return False
    if record.rollout is not None:
        is_rolled_out = milliseconds(record.rollout) // soak.pane_ms >= soak.patched_ms // soak.pane_ms - 1
        return is_rolled_out or _has_served(soak, record)
    return _has_served(soak, record)


def _has_served(soak: Soak, record: RevisionRecord) -> bool:
    return milliseconds(record.last_served) - soak.patched_ms >= WEEK_MS - soak.pane_ms
