"""From a hint to a look: kept first, then told to the loop, once for each model at a time.

In the way of an event: beside step 12. Called by the threads of the server; the loop's own ends what was followed.
"""

from collections.abc import Set
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Lock

from monitor.acting.people import EVERY
from monitor.controller.asked import Look
from monitor.controller.desk import Desk
from monitor.controller.hook import read_hook
from monitor.ports_acting import HintStore, HintsUnwritable


@dataclass(slots=True)
class _Waiting:
    number: int
    answer: "Future[str]"


class Hints:
    """Takes notifications, and wakes the loop.

    Parameters
    ----------
    store
        Where hints are kept until the loop has looked.
    models
        Names of the models that are watched.
    """

    def __init__(self, store: HintStore, desk: Desk, models: Set[str]) -> None:
        self._store, self._desk, self._models = store, desk, models
        self._waiting: dict[str, _Waiting] = {}
        self._lock = Lock()

    def resume(self) -> None:
        """Ask for what an earlier process had kept and not followed. May raise `HintsUnwritable`."""
        for about, number in self._store.pending().items():
            if about == EVERY or about in self._models:
                self._wake(about, number)
            else:
                self._store.done(about, number)

    def take(self, body: bytes) -> list[str]:
        """Keep a notification, and name what is looked at sooner for it.

        Raises
        ------
        ValueError
            for a body that is no notification.
        HintsUnwritable
            if it cannot be kept.
        """
        hint = read_hook(body, self._models)
        found = self._store.add(hint.alerts, (EVERY,) if hint.is_about_all else ())
        for about, number in found.items():
            self._wake(about, number)
        return sorted(found)

    def _wake(self, about: str, number: int) -> None:
        with self._lock:
            waiting = self._waiting.get(about)
            if waiting is not None and not waiting.answer.running() and not waiting.answer.done():
                waiting.number = max(waiting.number, number)
                return
            answer = self._desk.ask(Look(None if about == EVERY else about))
            waiting = self._waiting[about] = _Waiting(number, answer)
        answer.add_done_callback(partial(self._followed, about, waiting))

    def _followed(self, about: str, waiting: _Waiting, answer: "Future[str]") -> None:
        if not answer.cancelled() and (answer.exception() is None or isinstance(answer.exception(), ValueError)):
            # A hint that stays is followed once more after the next start.
            with suppress(HintsUnwritable):
                self._store.done(about, waiting.number)
