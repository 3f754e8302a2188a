"""Kills in the middle of a line, and a disk that refuses to sync: what is there afterwards is a prefix, and whole."""

import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from monitor.adapters.audit_reading import kept
from monitor.adapters.audit_sqlite import SqliteAuditStore
from tests.ports.audit_files import WRITING, line_of, python


@pytest.mark.parametrize("seed", range(12))
def test_after_a_kill_the_lines_on_the_disk_are_a_prefix_and_whole(tmp_path: Path, seed: int) -> None:
    child = python(WRITING, tmp_path / "audit")
    assert child.stdout is not None
    draw = random.Random(seed)
    for _ in range(draw.randrange(1, 120)):
        child.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(timeout=draw.random() / 200)  # somewhere inside a line
    child.send_signal(signal.SIGKILL)
    told = child.communicate()[0].split()
    lines = kept(tmp_path / "audit").lines
    assert lines == [line_of(number) for number in range(1, len(lines) + 1)]
    # What was told was stored; at most one more was stored and not told.
    assert told == [] or len(lines) in {int(told[-1]), int(told[-1]) + 1}
    store = SqliteAuditStore(tmp_path / "audit")
    store.append(b"after")
    assert list(store.lines()) == [*lines, b"after"]
    store.close()


FAILING_SYNC = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void tell(int handle) {
    const char *name = getenv("SYNC_TOLD_TO");
    char link[64], path[4096];
    if (name == NULL) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, sizeof path);
    FILE *file = fopen(name, "a");
    fprintf(file, "%.*s\\n", (int) length, path);
    fclose(file);
}
static int fails(void) {
    const char *name = getenv("SYNC_FAILS_IF");
    return name != NULL && access(name, F_OK) == 0 && (getenv("ONCE") == NULL || unlink(name) == 0);
}
int fsync(int handle) {
    tell(handle);
    if (fails()) { errno = EIO; return -1; }
    return ((int (*)(int)) dlsym(RTLD_NEXT, "fsync"))(handle);
}
int fdatasync(int handle) {
    tell(handle);
    if (fails()) { errno = EIO; return -1; }
    return ((int (*)(int)) dlsym(RTLD_NEXT, "fdatasync"))(handle);
}
"""

ON_A_DISK_THAT_FAILS = """
import os, signal, sys
from pathlib import Path
from monitor.adapters.audit_sqlite import SqliteAuditStore
from monitor.ports_acting import AuditUnwritable

store, fails = SqliteAuditStore(Path(sys.argv[1])), Path(os.environ["SYNC_FAILS_IF"])
store.append(b"one")
fails.touch()
try:
    store.append(b"two")
    print("stored", flush=True)
except AuditUnwritable as error:
    print(error, flush=True)
if sys.argv[2] == "goes on":
    fails.unlink(missing_ok=True)
    store.append(b"three")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def failing_sync(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library that, loaded before the C library's, refuses to sync while a file is there."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler: a disk that refuses to sync cannot be played")
    folder = tmp_path_factory.mktemp("sync")
    (folder / "sync.c").write_text(FAILING_SYNC)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / "sync.so", folder / "sync.c", "-ldl"], check=True)
    return str(folder / "sync.so")


@pytest.mark.parametrize(
    ("how", "then", "left"),
    [
        ({"ONCE": "1"}, "ends", [b"one"]),
        ({"ONCE": "1"}, "goes on", [b"one", b"three"]),
        ({}, "goes on", [b"one", b"three"]),
    ],
    ids=["once, then killed", "once, then written on", "for a while, then written on"],
)
def test_a_line_the_disk_did_not_sync_is_unwritable_and_never_comes_back(
    tmp_path: Path, failing_sync: str, how: dict[str, str], then: str, left: list[bytes]
) -> None:
    names = {"LD_PRELOAD": failing_sync, "SYNC_FAILS_IF": str(tmp_path / "fails"), **how}
    said, complaint = python(ON_A_DISK_THAT_FAILS, tmp_path / "audit", then, **names).communicate()
    assert "the audit log takes no line (disk I/O error), so nothing is done" in said, complaint
    assert kept(tmp_path / "audit").lines == left


MAKING = """
import sys
from pathlib import Path
from monitor.adapters.audit_sqlite import SqliteAuditStore
SqliteAuditStore(Path(sys.argv[1]))
"""


def test_the_folder_of_a_new_log_and_the_one_it_lies_in_are_synced(tmp_path: Path, failing_sync: str) -> None:
    told = tmp_path / "told"
    child = python(MAKING, tmp_path / "audit", LD_PRELOAD=failing_sync, SYNC_TOLD_TO=str(told))
    complaint = child.communicate()[1]
    assert child.returncode == 0, complaint
    assert {str(tmp_path), str(tmp_path / "audit")} <= set(told.read_text().split())
