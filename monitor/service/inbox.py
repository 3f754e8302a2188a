"""What other threads ask of the loop: kept until the loop's own thread takes it, between two ticks."""

from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

Asked = TypeVar("Asked")


class Inbox(Generic[Asked]):
    """Requests to the loop, in the order they came.

    Examples
    --------
    >>> inbox: Inbox[int] = Inbox()
    >>> good, bad = inbox.ask(1), inbox.ask(-1)
    >>> def work(number: int) -> None:
    ...     if number < 0:
    ...         raise ValueError("not negative, please")
    >>> inbox.answer(work)
    >>> good.result(), str(bad.exception())
    (None, 'not negative, please')
    """

    def __init__(self) -> None:
        self._asked: SimpleQueue[tuple[Asked, Future[None]]] = SimpleQueue()

    def ask(self, request: Asked) -> "Future[None]":
        """Leave a request; the future ends when the loop has done it. Any thread."""
        answer: Future[None] = Future()
        self._asked.put((request, answer))
        return answer

    def answer(self, work: Callable[[Asked], None]) -> None:
        """Do what was asked; a `ValueError` is the asker's, anything else the loop's. The loop's thread."""
        while True:
            try:
                request, answer = self._asked.get_nowait()
            except Empty:
                return
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                work(request)
            except ValueError as error:
                answer.set_exception(error)
            else:
                answer.set_result(None)
