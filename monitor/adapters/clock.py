"""The clock of this machine. Touches the operating system's wall clock and nothing else."""

import time


class SystemClock:
    """Wall time behind `ports.Clock`.

    It may jump, back too, when the machine's time is set: durations are never taken from it alone.

    Examples
    --------
    >>> SystemClock().now_ms() > 1_700_000_000_000
    True
    """

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""
        return time.time_ns() // 1_000_000
