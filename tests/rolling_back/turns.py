"""Several processes, one at a time: each runs until its next call to the cluster, then a seed chooses who goes on."""

import random
import threading
from collections.abc import Callable


class Turns:
    """Runs jobs one at a time; a job gives its turn away wherever it calls `here`.

    Parameters
    ----------
    seed
        Chooses who goes on.
    between
        Called between two turns: time may pass there.
    weight
        How likely a job is to go on: who has a small one is frozen for long.
    """

    def __init__(
        self, seed: int, between: Callable[[random.Random], None], weight: Callable[[str], float] = lambda _name: 1.0
    ) -> None:
        self._random, self._between, self._weight = random.Random(seed), between, weight
        self._go: dict[str, threading.Semaphore] = {}
        self._back = threading.Semaphore(0)
        self._failed: list[BaseException] = []
        self._over: set[str] = set()

    def here(self) -> None:
        """Give the turn away, and wait for the next one."""
        name = threading.current_thread().name
        if name in self._go:
            self._back.release()
            self._go[name].acquire()

    def run(self, jobs: dict[str, Callable[[], None]]) -> None:
        """Run all jobs to their ends; the first error of any is raised."""
        self._go = {name: threading.Semaphore(0) for name in jobs}
        threads = {
            name: threading.Thread(target=self._job, args=(name, job), name=name, daemon=True)
            for name, job in jobs.items()
        }
        for thread in threads.values():
            thread.start()
        alive = sorted(jobs)
        while alive:
            (name,) = self._random.choices(alive, [self._weight(one) for one in alive])
            self._between(self._random)
            self._go[name].release()
            self._back.acquire()
            alive = [one for one in alive if one not in self._over]
        for thread in threads.values():
            thread.join()
        if self._failed:
            raise self._failed[0]

    def _job(self, name: str, job: Callable[[], None]) -> None:
        self._go[name].acquire()
        try:
            job()
        except BaseException as error:  # noqa: BLE001  # handed on
            self._failed.append(error)
        finally:
            self._over.add(name)
            self._back.release()
