"""What tests of the audit log on the disk share: a log, lines that are always the same, and a process that writes."""

import os
import random
import subprocess
import sys
from pathlib import Path

from monitor.adapters.audit_reading import Kept
from monitor.adapters.audit_sqlite import SqliteAuditStore

WHOLE = Kept([b"one", b"two", b"three"], [b"note"])


def log_in(folder: Path) -> Path:
    """A log of three lines and a checkpoint, as `WHOLE` has them."""
    store = SqliteAuditStore(folder)
    for line in WHOLE.lines:
        store.append(line)
    store.append_checkpoint(b"note")
    store.close()
    return folder


def python(code: str, *arguments: object, **env: str) -> "subprocess.Popen[str]":
    """Another process that runs `code`."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **env})


WRITING = """
import sys
from pathlib import Path
from monitor.adapters.audit_sqlite import SqliteAuditStore
from tests.ports.audit_files import line_of

store, number = SqliteAuditStore(Path(sys.argv[1])), 0
while True:
    number += 1
    store.append(line_of(number))
    print(number, flush=True)
"""


def line_of(number: int) -> bytes:
    """A line of up to some pages, always the same for a number."""
    return f"{number}:".encode() + random.Random(number).randbytes(random.Random(-number).randrange(20_000))
