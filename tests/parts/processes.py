"""Real parts as child processes: on free loopback ports, with a log to read, and gone when the tests are gone."""

import random
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """Ports nobody holds, below the ephemeral range: there a client that retries a dead port can reach itself."""
    held: list[socket.socket] = []
    while len(held) < count:
        probe = socket.socket()
        try:
            probe.bind((HOST, random.randrange(20_000, 32_000)))
        except OSError:
            probe.close()
        else:
            held.append(probe)
    ports = [probe.getsockname()[1] for probe in held]
    for probe in held:
        probe.close()
    return ports


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@dataclass(slots=True)
class Process:
    """A child that was started; `log` holds what it printed."""

    name: str
    log: Path
    child: subprocess.Popen[bytes]

    def wait_ready(self, is_ready: Callable[[], bool], timeout_s: float = 60) -> None:
        """Return once `is_ready`. RuntimeError with the log's tail if the child ended, TimeoutError if it is slow."""
        end = time.monotonic() + timeout_s
        while not is_ready():
            if self.child.poll() is not None:
                raise RuntimeError(f"{self.name} exited with {self.child.returncode}:\n{self.tail()}")
            if time.monotonic() > end:
                raise TimeoutError(f"{self.name} was not ready after {timeout_s} s:\n{self.tail()}")
            time.sleep(0.05)

    def tail(self) -> str:
        """The last of what it printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3_000:]

    def stop(self, grace_s: float = 0) -> None:
        """End it, gently first if there is a `grace_s`; idempotent."""
        if grace_s and self.child.poll() is None:
            self.child.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.child.wait(grace_s)
        self.child.kill()
        self.child.wait()


def start(name: str, command: Sequence[str | Path], home: Path, env: Mapping[str, str] | None = None) -> Process:
    """Start `command` in the folder `home`, its log beside it. The kernel kills it with the thread that called.

    Parameters
    ----------
    name
        Names the log, ``<name>.log``, to which a later start under the same name appends.
    env
        The whole environment; None: ours.
    """
    log = home / f"{name}.log"
    with log.open("ab") as output:
        child = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *command],
            cwd=home,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return Process(name, log, child)
