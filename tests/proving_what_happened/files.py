"""An audit log on the disk as the controller leaves it, with its key and its copies outside; and who harms it."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from monitor.acting.entries import Kind
from monitor.adapters.audit_sqlite import FILE
from monitor.cli.audit.opening import open_trail, signing_of
from monitor.cli.main import app
from monitor.controller.trail import Trail
from monitor.settings.load import load

NAME = "wards.example/fairdrift"
DAY_MS = 86_400_000
FROM_MS = 1_793_491_200_000
"""2026-11-01T00:00:00Z; an entry every six hours from there."""

SETTINGS = """\
version: 1
feeds:
  discharge:
    inference: {{topic: readmission.inference, adapter: flat_json}}
    outcome: {{topic: readmission.outcome, adapter: flat_json}}
    horizon: 45d
    allowed_lateness: 6h
models:
  readmission:
    feed: discharge
    attributes: {{sex: {{values: {{female: [F], male: [M]}}}}}}
    metrics: [false_negative_rate]
    windows: {{pane: 1d, published: [7d]}}
    acting: {{target: {{namespace: clinical, deployment: readmission}}}}
audit: {{name: {name}, dir: {folder}/audit{more}}}
"""


@dataclass(frozen=True)
class Place:
    """A folder with settings, key, log and anchors."""

    folder: Path

    @property
    def settings(self) -> Path:
        return self.folder / "fairdrift.yaml"

    @property
    def log(self) -> Path:
        return self.folder / "audit"

    @property
    def anchors(self) -> Path:
        return self.folder / "anchors"

    @property
    def public(self) -> Path:
        return self.folder / "audit.pub"

    def open(self) -> Trail:
        return open_trail(load(self.settings).audit)

    def run(self, *words: object) -> Result:
        """`fairdrift audit ...` with these settings."""
        return CliRunner().invoke(app, ["audit", *map(str, words), "--settings", str(self.settings)])

    def verify(self, *words: object) -> tuple[int, dict[str, Any]]:
        """Exit code and result of `audit verify`."""
        done = self.run("verify", "--output", "json", *words)
        return done.exit_code, json.loads(done.stdout)["result"]

    def sql(self, *statements: str) -> None:
        """Somebody who can write the file, and takes the triggers off first."""
        with sqlite3.connect(self.log / FILE) as db:
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                db.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                db.execute(statement)
        db.close()

    def lines(self) -> list[bytes]:
        with sqlite3.connect(self.log / FILE) as db:
            found = [body for (body,) in db.execute("SELECT body FROM line ORDER BY number")]
        db.close()
        return found

    def put(self, lines: Iterable[bytes]) -> None:
        """Somebody who writes all lines anew."""
        self.sql("DELETE FROM line")
        with sqlite3.connect(self.log / FILE) as db:
            db.executemany("INSERT INTO line VALUES (?, ?)", enumerate(lines, start=1))
        db.close()


def private_key(path: Path, seed: int) -> Path:
    """The 32 bytes of a key, always the same for a seed."""
    path.touch(mode=0o600)
    path.write_bytes(bytes([seed]) * 32)
    return path


def place(folder: Path, *, key: bool = True, anchors: bool = True) -> Place:
    """Settings, and no log yet."""
    folder.mkdir(parents=True, exist_ok=True)
    more = f", signing_key_file: {private_key(folder / 'audit.key', 1)}" if key else ""
    if anchors:
        (folder / "anchors").mkdir()
        more += f", anchor_dir: {folder / 'anchors'}"
    made = Place(folder)
    made.settings.write_text(SETTINGS.format(name=NAME, folder=folder, more=more), encoding="utf-8")
    return made


def written(made: Place, entries: int = 12, every: int = 4, actor: str = "fairdrift") -> Place:
    """The same with a log of so many entries, a checkpoint after every few."""
    trail = made.open()
    for number in range(1, entries + 1):
        at_ms = FROM_MS + (number - 1) * DAY_MS // 4
        trail.write(Kind.JUDGED, at_ms=at_ms, actor=actor, details={"log_e": number / 7})
        if number % every == 0:
            trail.tick(at_ms)
    signing = signing_of(load(made.settings).audit)
    if signing is not None:
        made.public.write_text(f"{signing.key}\n", encoding="utf-8")
    trail.close()
    return made


Harm = Callable[[Place], None]


def copied(made: Place, to: Path) -> Path:
    """A copy of the log's folder alone."""
    return Path(shutil.copytree(made.log, to))
