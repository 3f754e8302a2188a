"""Where a real part comes from: its environment variable, else the cache, else made once from the registries."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

MARKER = ".complete"


def cached_part(name: str, pins: Sequence[str], make: Callable[[Path], None]) -> Path:
    """Folder of the part `name`; under `make test` and in CI one that cannot be had is an error, else a skip.

    Parameters
    ----------
    name
        What the part is called; ``FAIRDRIFT_PART_<NAME>`` names a folder that is taken as it is.
    pins
        Everything that decides what `make` gets: versions, the text of a lock. Other pins, other folder.
    make
        Fills the empty folder it is given, with the registries' ordinary clients. It is called by one process at a
        time; the folder keeps its path, so absolute paths in it stay right. May raise `OSError` or `SubprocessError`.
    """
    given = os.environ.get(f"FAIRDRIFT_PART_{name.upper()}")
    if given:
        return Path(given)
    digest = hashlib.sha256("\n".join(pins).encode()).hexdigest()[:12]
    folder = cache() / f"{name}-{digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / MARKER).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            try:
                make(folder)
            except (OSError, subprocess.SubprocessError) as error:
                shutil.rmtree(folder, ignore_errors=True)
                return _missing(name, error)
            (folder / MARKER).write_text("\n".join(pins) + "\n", encoding="utf-8")
    return folder


def cache() -> Path:
    """The per-user folder that holds every part."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fairdrift-parts"


def is_required() -> bool:
    """Whether a part that cannot be had is an error."""
    return os.environ.get("FAIRDRIFT_PARTS") == "required" or bool(os.environ.get("CI"))


def run(*command: str | Path, folder: Path, timeout_s: float = 300) -> str:
    """Output of one step of a `make`; its complaint becomes the error's text."""
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=timeout_s)
    if done.returncode:
        raise OSError(f"{command[0]} exited with {done.returncode}: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout


def _missing(name: str, error: Exception) -> Path:
    message = f"the part {name} cannot be had: {error} (set FAIRDRIFT_PART_{name.upper()} to a folder that holds it)"
    if is_required():
        raise RuntimeError(message) from error
    pytest.skip(message)
