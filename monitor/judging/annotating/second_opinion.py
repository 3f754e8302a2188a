"""What others' detectors say: ADWIN and Page-Hinkley of river, fed once a step with the rate.

Way of an event: step 7 keeps the rates, step 9 feeds them when somebody asks. Pure: the detectors compute and nothing
else. What they say is a function of the rates kept, so nothing of theirs is stored: they are made anew and fed again.

Their traps: blind to a release that is bad from its first event, reset when they fire, no formula for false alarms.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

DETECTORS: Final = ("adwin", "page_hinkley")
RECENT: Final = 28
"""Steps with data in which signals are counted."""

MOST_KEPT: Final = 400
"""Rates kept of a stream; beyond, the older half goes, and the detectors begin with the newer one."""


def _makers() -> dict[str, Callable[[], Any]]:
    # Loading river takes longer than all that the judge does in a step: only who asks for it waits.
    from river.drift import ADWIN, PageHinkley

    return {
        # It would look every 32nd value only, which are 32 panes here.
        "adwin": lambda: ADWIN(clock=1, grace_period=10),  # type: ignore[no-untyped-call]  # river has no types
        # With forgetting (its default) it drifts by itself; 1.0 is ten steps of ten points above the mean.
        "page_hinkley": lambda: PageHinkley(alpha=1.0, mode="up", threshold=1.0, min_instances=10),
    }


class SecondOpinion:
    """The rates of one stream, and what detectors make of them.

    Examples
    --------
    >>> opinion = SecondOpinion()
    >>> for rate in [0.1, 0.12] * 100 + [0.6] * 27:
    ...     opinion.take(rate)
    >>> opinion.signals()
    {'adwin': 1, 'page_hinkley': 1}
    >>> again = SecondOpinion(opinion.rates)
    >>> again.signals() == opinion.signals()
    True

    References
    ----------
    Bifet, Gavaldà, "Learning from time-changing data with adaptive windowing", SDM 2007. Page, "Continuous inspection
    schemes", Biometrika 41 (1954).
    """

    def __init__(self, rates: Sequence[float] = ()) -> None:
        self.rates = list(rates)
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._fed = 0
        self._detectors: dict[str, Any] = {}
        self._at: dict[str, list[int]] = {name: [] for name in DETECTORS}

    def take(self, rate: float) -> None:
        """Keep the rate of one step with data."""
        self.rates.append(rate)
        if len(self.rates) > MOST_KEPT:
            del self.rates[: MOST_KEPT // 2]
            self._begin_anew()

    def signals(self) -> dict[str, int]:
        """How often each detector has fired in the last 28 steps with data."""
        if not self._detectors and self.rates:
            self._detectors = {name: make() for name, make in _makers().items()}
        for place, rate in enumerate(self.rates[self._fed :], start=self._fed):
            for name, detector in self._detectors.items():
                detector.update(rate)
                if detector.drift_detected:
                    self._at[name].append(place)
        self._fed = len(self.rates)
        return {name: sum(place >= self._fed - RECENT for place in self._at[name]) for name in DETECTORS}
