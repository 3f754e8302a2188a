"""What people tell the rollback process: `pause`, `resume`, `approve`, `reject` and `override`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from monitor.cli.asking import ask_controller
from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show
from monitor.settings.units import duration_ms


class People:
    """Each method asks for one thing, prints what was done, and gives the exit code; errors are those of `ask_server`.

    Parameters
    ----------
    settings_path, output
        Of the command.
    """

    def __init__(self, settings_path: Path, output: Output) -> None:
        self._settings_path, self._output = settings_path, output

    def pause(self, model: str | None, is_all: bool, lasts: str, reason: str) -> int:
        """Stop acting for `lasts` (``2h``); detecting goes on."""
        try:
            lasts_ms = duration_ms(lasts)
        except ValueError as error:
            raise Refused(f"--for: {error}: write it like 2h, 30m or 1d12h") from error
        return self._tell("pause", "/v1/pause", {"model": _which(model, is_all), "for_ms": lasts_ms, "reason": reason})

    def resume(self, model: str | None, is_all: bool, reason: str | None) -> int:
        """End a pause."""
        return self._tell("resume", "/v1/resume", {"model": _which(model, is_all)} | _optional(reason))

    def approve(self, plan: str, reason: str | None) -> int:
        """Yes to one plan."""
        return self._tell("approve", f"/v1/plans/{quote(plan, safe=':')}/approve", _optional(reason))

    def reject(self, plan: str, reason: str) -> int:
        """No to one plan."""
        return self._tell("reject", f"/v1/plans/{quote(plan, safe=':')}/reject", {"reason": reason})

    def override(self, incident: str, target: str, skips: Sequence[str], reason: str) -> int:
        """A person's own plan for an incident."""
        asked = {"incident": incident, "target": target, "skips": list(skips), "reason": reason}
        return self._tell("override", "/v1/override", asked)

    def _tell(self, command: str, path: str, body: dict[str, Any]) -> int:
        return show(command, Exit.GOOD, ask_controller(self._settings_path, path, body), self._output)


def _which(model: str | None, is_all: bool) -> str | None:
    """The model, or None for all."""
    if (model is None) is not is_all:
        raise Refused("name one model, or give --all: `fairdrift status` lists them")
    return model


def _optional(reason: str | None) -> dict[str, Any]:
    return {} if reason is None else {"reason": reason}
