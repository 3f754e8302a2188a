"""A rollback process without a cluster: its API as settings make it, and a small loop that answers the desk by rule."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from monitor.cli.control import Control, control
from monitor.controller.asked import Asked, IncidentAcknowledged, Look, PlanAnswered, PlanOverridden
from monitor.controller.desk import Desk
from monitor.controller.incidents_shown import incidents_shown
from monitor.settings.load import parse

NOW_MS = 1_790_000_000_000
PLAN = f"sha256:{'a' * 64}"
OTHER_PLAN = f"sha256:{'b' * 64}"
INCIDENT = "i-0123456789abcdef"
OPERATE = {"reason": "maintenance"}

SETTINGS = """\
version: 1
feeds:
  discharge:
    inference: {{topic: said}}
    outcome: {{topic: found}}
    horizon: 5d
models:
  readmission: &model
    feed: discharge
    attributes: {{sex: {{values: {{female: [F], male: [M]}}}}}}
    acting: {{target: {{namespace: clinical, deployment: readmission}}}}
  sepsis:
    feed: discharge
    attributes: {{sex: {{values: {{female: [F], male: [M]}}}}}}
    acting: {{target: {{namespace: clinical, deployment: sepsis}}}}
  watched_only:
    feed: discharge
    attributes: {{sex: {{values: {{female: [F], male: [M]}}}}}}
controller: {{feed: "http://127.0.0.1:1", token_file: "{folder}/feed.token", api: "127.0.0.1:{port}"}}
audit: {{dir: "{folder}/audit"}}
http: {{tokens: {{{tokens}}}}}
"""
TOKENS = {"read": "r-token\n", "operate": "ann a-token\nkim k-token\n", "hook": "h-token\n"}


def write_settings(folder: Path, tokens: Mapping[str, str], port: int = 0) -> Path:
    """Settings and token files."""
    for name, text in tokens.items():
        (folder / f"{name}.token").write_text(text, encoding="utf-8")
    named = ", ".join(f'{name}_file: "{folder}/{name}.token"' for name in tokens)
    path = folder / "fairdrift.yaml"
    path.write_text(SETTINGS.replace("&model", "").format(folder=folder, tokens=named, port=port), encoding="utf-8")
    return path


class Office:
    """Somebody who answers.

    Parameters
    ----------
    folder
        For settings, tokens and the audit folder; a second office in the same folder is the process after a restart.
    """

    def __init__(self, folder: Path, tokens: Mapping[str, str] = TOKENS, port: int = 0) -> None:
        self.folder, self.desk = folder, Desk()
        self.taken: list[Asked] = []
        self.obey: Callable[[Asked], str] = self.by_rule
        self.shown: Callable[[], Any] = lambda: incidents_shown([], {"readmission": "approve"}, NOW_MS)
        self.ended_by: Exception | None = None
        self.path = write_settings(folder, tokens, port)
        settings = parse(self.path.read_text(encoding="utf-8"), str(self.path))
        self.control: Control = control(settings, self.desk, self._incidents, lambda: NOW_MS)
        self._stop, self._turns, self._turning = threading.Event(), threading.Event(), threading.Lock()
        self._loop = threading.Thread(target=self._turn, daemon=True)

    @property
    def port(self) -> int:
        return self.control.api.port

    @property
    def looks(self) -> list[str | None]:
        """What was looked at for a hint."""
        return [asked.model for asked in self.taken if isinstance(asked, Look)]

    def settled(self, looks: list[str | None], within_s: float = 20) -> list[str | None]:
        """What was looked at, once it is so, or at the end of the time; and no hint waits any more."""
        end = time.monotonic() + within_s
        while (self.looks != looks or self.control.store.pending()) and time.monotonic() < end:
            time.sleep(0.01)
        return self.looks

    def open(self, *, turning: bool = True) -> "Office":
        """Listen; and let the loop turn."""
        self._loop.start()
        self.control.start()
        if turning:
            self.turn()
        return self

    def turn(self) -> None:
        """From now on the desk is answered."""
        self._turns.set()

    def pause(self) -> None:
        """From now on it is not."""
        with self._turning:
            self._turns.clear()

    def close(self) -> None:
        self.control.stop()
        self._stop.set()
        self._turns.set()
        self._loop.join()

    def by_rule(self, asked: Asked) -> str:
        """Take what is about the one plan or incident there is."""
        if isinstance(asked, PlanAnswered) and asked.plan != PLAN:
            raise ValueError("another plan waits now: look at it first")
        if isinstance(asked, IncidentAcknowledged | PlanOverridden) and asked.incident != INCIDENT:
            raise ValueError(f"there is no incident {asked.incident}")
        self.taken.append(asked)
        return f"written as entry {len(self.taken)}"

    def end(self) -> Exception | None:
        """What ended the loop: the asker is answered a moment before."""
        end = time.monotonic() + 10
        while self.ended_by is None and time.monotonic() < end:
            time.sleep(0.01)
        return self.ended_by

    def _turn(self) -> None:
        while not self._stop.is_set():
            self._turns.wait(0.02)
            if not self._turns.is_set():
                continue
            self.desk.wait(0.01)
            with self._turning:
                if self._turns.is_set() and not self._stop.is_set():
                    self._answer()

    def _answer(self) -> None:
        try:
            self.desk.answer(self._obey)
        except Exception as error:  # noqa: BLE001  (the test looks at what ended it)
            self.ended_by = error

    def _obey(self, asked: Asked) -> str:
        return self.obey(asked)

    def _incidents(self) -> Any:
        return self.shown()

    def ask(
        self,
        path: str,
        body: object = None,
        token: str | None = "a-token",
        **headers: str,
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the answer; a body that is no bytes is sent as JSON."""
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        given = {"Content-Type": "application/json", **headers}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        try:
            with urlopen(Request(f"http://127.0.0.1:{self.port}{path}", raw, given), timeout=20) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    def notify(self, body: object, token: str = "h-token") -> tuple[int, dict[str, Any]]:
        """What Alertmanager is told for a notification."""
        return self.ask("/v1/hooks/alertmanager", body, token)


def alert(model: str | None = "readmission", fingerprint: str = "f1", **changed: Any) -> dict[str, Any]:
    """An alert of a notification."""
    labels = {"alertname": "FairdriftSubgroupDegraded", **({} if model is None else {"model": model})}
    start = "2026-11-28T10:00:00Z"
    said = {"status": "firing", "labels": labels, "annotations": {}, "startsAt": start, "fingerprint": fingerprint}
    return {**said, **changed}


def notification(*alerts: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """What Alertmanager posts."""
    said = {"version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0, "status": "firing", "receiver": "rollback"}
    return {**said, "alerts": list(alerts), **changed}
