"""Why a record is no event: the closed list of reasons.

Way of an event: step 2. Every reader of `intake` raises `Refused`; `decode` turns it into a `Reject`. Pure.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

Reason = Literal[
    "empty",
    "too_large",
    "too_deep",
    "bad_framing",
    "unsupported_schema",
    "not_json",
    "not_object",
    "unknown_type",
    "missing_field",
    "wrong_type",
    "bad_value",
    "bad_time",
    "time_out_of_range",
    "unknown_model",
    "no_key",
    "wrong_partition",
]

REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is no event.

    Parameters
    ----------
    index
        Place in the records that were given.
    reason
        One of `REASONS`.
    field
        The field at fault, as the contract or the settings name it, never as the record does; None if it is not one.

    Examples
    --------
    >>> Reject(3, "bad_value", "label").reason in REASONS
    True
    """

    index: int
    reason: Reason
    field: str | None


class Refused(Exception):
    """A record is no event. It carries no payload.

    >>> Refused("bad_value", "label").field
    'label'
    """

    def __init__(self, reason: Reason, field: str | None = None) -> None:
        super().__init__(reason, field)
        self.reason: Reason = reason
        self.field = field
