"""Where what is asked waits for the loop, and wakes it.

In the way of an event: beside step 12. Any thread asks; only the loop's own answers.
"""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Condition

from monitor.controller.asked import Asked


class Desk:
    """Requests in the order they came.

    Examples
    --------
    >>> from monitor.controller.asked import Look
    >>> desk = Desk()
    >>> answer = desk.ask(Look("readmission"))
    >>> desk.wait(60.0)  # comes back at once: somebody asked
    >>> desk.answer(lambda asked: f"looked at {asked.model}")
    >>> answer.result()
    'looked at readmission'
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[Asked, Future[str]]] = []
        self._changed = Condition()

    def ask(self, request: Asked) -> "Future[str]":
        """Leave a request; the future ends with a sentence for the asker, once what was asked is written down.

        It ends with `ValueError` for what cannot be (no such incident, another plan), and with the error that stopped
        the loop (`ports_acting.AuditUnwritable`) if it could not be written.
        """
        answer: Future[str] = Future()
        with self._changed:
            self._waiting.append((request, answer))
            self._changed.notify_all()
        return answer

    def wait(self, timeout_s: float) -> None:
        """Wait until somebody asks, at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting), timeout_s)

    def answer(self, work: Callable[[Asked], str]) -> None:
        """Do what was asked so far, in order. An error that is not the asker's is raised again, after the answer."""
        with self._changed:
            waiting, self._waiting = self._waiting, []
        for number, (request, answer) in enumerate(waiting):
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                answer.set_result(work(request))
            except ValueError as error:
                answer.set_exception(error)
            except Exception as error:
                answer.set_exception(error)
                for _, unanswered in waiting[number + 1 :]:
                    if unanswered.set_running_or_notify_cancel():
                        unanswered.set_exception(error)
                raise
