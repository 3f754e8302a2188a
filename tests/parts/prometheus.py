"""Prometheus 2.42 with promtool, Alertmanager 0.25 with amtool: Debian's packages, unpacked and run as they are."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.parts.cache import cached_part, run
from tests.parts.processes import HOST, Process, free_ports, start

PACKAGES = ("prometheus=2.42.*", "prometheus-alertmanager=0.25.*")

_INSTALLED = b"/usr/share/prometheus/alertmanager"
TEMPLATES = "./" * 12 + "templates."
"""Where Alertmanager looks for its templates, from the folder it runs in: a name as long as Debian's, which only an
installed package has."""


def binaries() -> Path:
    """Folder of `prometheus`, `promtool`, `prometheus-alertmanager` and `amtool`; `got.txt` says which versions.

    Alertmanager's templates are in `templates`.
    """
    return cached_part("prometheus", (*PACKAGES, TEMPLATES), _unpack)


def _unpack(folder: Path) -> None:
    try:
        run("apt-get", "-q", "download", *PACKAGES, folder=folder)
    except OSError:
        # A fresh machine has no package lists yet.
        run("apt-get", "-q", "update", folder=folder)
        run("apt-get", "-q", "download", *PACKAGES, folder=folder)
    packages = sorted(folder.glob("*.deb"))
    for package in packages:
        run("dpkg", "-x", package, folder / "root", folder=folder)
        package.unlink()
    for name in ("prometheus", "promtool", "prometheus-alertmanager", "amtool"):
        (folder / "root" / "usr" / "bin" / name).rename(folder / name)
    program = folder / "prometheus-alertmanager"
    program.write_bytes(program.read_bytes().replace(_INSTALLED, TEMPLATES.encode()))
    (folder / "root" / _INSTALLED.decode().lstrip("/")).rename(folder / "templates")
    shutil.rmtree(folder / "root")
    (folder / "got.txt").write_text("".join(f"{package.name}\n" for package in packages), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running server."""

    url: str
    process: Process

    def get(self, path: str, **parameters: str) -> object:
        """The `data` of one call of its HTTP API, for example ``get("targets")``."""
        with urlopen(f"{self.url}/api/v1/{path}?{urlencode(parameters)}", timeout=10) as answer:
            return json.load(answer)["data"]

    def query(self, expression: str) -> list[dict[str, object]]:
        """Samples of an instant query, as Prometheus gives them: `metric` and `value`."""
        found = self.get("query", query=expression)
        assert isinstance(found, dict)
        return list(found["result"])

    def wait_for(self, expression: str, timeout_s: float = 30) -> list[dict[str, object]]:
        """Samples of an instant query, once it has any."""
        self.process.wait_ready(lambda: bool(self.query(expression)), timeout_s)
        return self.query(expression)


class Start(Protocol):
    """Starts a server."""

    def __call__(
        self,
        jobs: Mapping[str, Sequence[str]],
        *,
        labels: Mapping[str, str] | None = None,
        rules: Path | None = None,
        alertmanager: str | None = None,
    ) -> Prometheus:
        """Scrape addresses ``host:port`` by job, every second, and add labels to what is scraped.

        Parameters
        ----------
        rules
            A file of rules that are evaluated every second.
        alertmanager
            Address of who is told of alerts.
        """
        ...


@pytest.fixture(scope="session")
def promtool() -> Path:
    """The program `promtool`."""
    return binaries() / "promtool"


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[Start]:
    """Starts servers that scrape every second; they end with the test."""
    program = binaries() / "prometheus"
    with ExitStack() as running:

        def start_one(
            jobs: Mapping[str, Sequence[str]],
            *,
            labels: Mapping[str, str] | None = None,
            rules: Path | None = None,
            alertmanager: str | None = None,
        ) -> Prometheus:
            (port,) = free_ports(1)
            home = tmp_path / f"prometheus-{port}"
            home.mkdir()
            told = [] if alertmanager is None else [{"static_configs": [{"targets": [alertmanager]}]}]
            settings = {
                "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                "rule_files": [] if rules is None else [str(rules)],
                "alerting": {"alertmanagers": told},
                "scrape_configs": [
                    {"job_name": job, "static_configs": [{"targets": list(to), "labels": dict(labels or {})}]}
                    for job, to in jobs.items()
                ],
            }
            # JSON is YAML, too.
            (home / "prometheus.yml").write_text(json.dumps(settings), encoding="utf-8")
            address = f"{HOST}:{port}"
            options = ("--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address={address}")
            process = start("prometheus", [program, *options], home)
            running.callback(process.stop)
            process.wait_ready(lambda: _is_ready(address))
            return Prometheus(f"http://{address}", process)

        yield start_one


def _is_ready(address: str) -> bool:
    try:
        with urlopen(f"http://{address}/-/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
