"""kube-apiserver, kube-controller-manager, etcd and kubectl: one program with four names, built from Go modules.

Another version V of Kubernetes: in `go.mod` set `k8s.io/kubernetes` to v1.MM.PP and every replacement to v0.MM.PP, take
`go` and `godebug` from that version's own `go.mod`, delete all other requirements and `go.sum`, and run
``GOFLAGS=-mod=mod go mod tidy``.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.parts.cache import cached_part, run

SOURCE = Path(__file__).parent / "program"
NAMES = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")


def control_plane_programs(say: Callable[[str], object] = print) -> Path:
    """Folder of the four programs. The first build takes about eleven processor minutes and 4 GB of disk meanwhile.

    Parameters
    ----------
    say
        Is told when a build begins.
    """

    def build(folder: Path) -> None:
        say(f"building Kubernetes {version()} for tests, once: about eleven processor minutes")
        _build(folder)

    return cached_part("kubernetes", [(SOURCE / name).read_text() for name in ("go.mod", "go.sum", "main.go")], build)


def version() -> str:
    """Version of Kubernetes that is built, for example ``v1.35.4``."""
    found = re.search(r"^\s*k8s\.io/kubernetes (v\S+)$", (SOURCE / "go.mod").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


def _build(folder: Path) -> None:
    # Caches of its own: they hold gigabytes that nobody needs once the program is there.
    caches = {name: folder / name.lower() for name in ("GOCACHE", "GOMODCACHE", "GOTMPDIR")}
    for cache in caches.values():
        cache.mkdir()
    settings = {"GOTOOLCHAIN": "local", "GOWORK": "off", "CGO_ENABLED": "0", **caches}
    go = ("env", *(f"{name}={value}" for name, value in settings.items()), "nice", "go", "build")
    flags = ("-mod=readonly", "-modcacherw", "-trimpath", "-buildvcs=false", "-ldflags", _link_flags())
    run(*go, *flags, "-o", folder / "control-plane", ".", folder=SOURCE, timeout_s=3_600)
    for name in NAMES:
        (folder / name).symlink_to("control-plane")
    for cache in caches.values():
        shutil.rmtree(cache)


def _link_flags() -> str:
    """Leaves debugging data out, and says which version it is: clients and the server's own defaults ask for that."""
    major, minor, _ = version().removeprefix("v").split(".", 2)
    facts = {
        "gitVersion": version(),
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
        "gitCommit": "0" * 40,
        "buildDate": "2026-01-01T00:00:00Z",
    }
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return "-s -w " + " ".join(f"-X {package}.{name}={value}" for package in packages for name, value in facts.items())
