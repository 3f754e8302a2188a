"""promtool of Prometheus 3, built from its Go modules as locked in `promtool3`: rules must hold with it, too.

Another version V: there, ``go get github.com/prometheus/prometheus/cmd/promtool@V`` and ``go mod tidy``.
"""

import shutil
from pathlib import Path

import pytest

from tests.parts.cache import cached_part, run

SOURCE = Path(__file__).parent / "promtool3"
PROGRAM = "github.com/prometheus/prometheus/cmd/promtool"


@pytest.fixture(scope="session")
def newer_promtool() -> Path:
    """The program; its first build takes about three processor minutes."""
    pins = [(SOURCE / name).read_text(encoding="utf-8") for name in ("go.mod", "go.sum")]
    return cached_part("promtool3", pins, _build) / "promtool"


def _build(folder: Path) -> None:
    # Caches of its own: they hold gigabytes that nobody needs once the program is there.
    caches = {name: folder / name.lower() for name in ("GOCACHE", "GOMODCACHE", "GOTMPDIR")}
    for cache in caches.values():
        cache.mkdir()
    settings = {"GOTOOLCHAIN": "local", "GOWORK": "off", "CGO_ENABLED": "0", **caches}
    go = ("env", *(f"{name}={value}" for name, value in settings.items()), "nice", "go", "build")
    flags = ("-mod=readonly", "-modcacherw", "-trimpath", "-buildvcs=false", "-tags", "remove_all_sd")
    run(*go, *flags, "-o", folder / "promtool", PROGRAM, folder=SOURCE, timeout_s=3_600)
    for cache in caches.values():
        shutil.rmtree(cache)
