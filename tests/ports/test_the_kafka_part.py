"""The broker that the tests run against keeps what it acknowledged, and never outlives them."""

import subprocess
import sys
import time
from pathlib import Path

OWNER = """
import sys, time
from pathlib import Path
from tests.parts.kafka.broker import KafkaBroker

with KafkaBroker(Path(sys.argv[1])) as broker:
    print(broker.process.child.pid, flush=True)
    time.sleep(600)
"""


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or only waits for its parent to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_the_broker_dies_with_its_owner_however_that_one_dies(tmp_path: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    assert not has_ended(pid)
    owner.kill()
    owner.communicate()
    end = time.monotonic() + 30
    while not has_ended(pid):
        assert time.monotonic() < end, "the broker outlived its owner"
