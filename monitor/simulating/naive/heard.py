"""What a monitor said of a stream.

After the way of an event: naive monitors answer so, and ours is read so. Pure.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Alarm:
    """A monitor that was quiet about a subgroup's rate is so no more. Attribute and value as in the counts files."""

    time_ms: int
    attribute: str
    value: str
    metric: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a monitor said, and from when on it could have said something; None: it never could."""

    from_ms: int | None
    alarms: tuple[Alarm, ...]
