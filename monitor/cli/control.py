"""What people and Alertmanager reach of the rollback process, built from settings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from monitor.adapters.alertmanager import AlertmanagerSilences
from monitor.adapters.callers import Rights
from monitor.adapters.control_api import ControlApi, Door, Inside
from monitor.adapters.hints import SqliteHints
from monitor.adapters.token_files import TokenFile, TokensUnusable
from monitor.cli.exits import Refused
from monitor.controller.desk import Desk
from monitor.controller.doors import Doors, by_path
from monitor.controller.hints import Hints
from monitor.ports_acting import HintsUnwritable
from monitor.settings.model import Settings
from monitor.settings.sections.http import TokenSettings

HINTS_FILE = "hints.sqlite"


@dataclass(frozen=True, slots=True)
class Control:
    """The API of the rollback process, and the hints behind it.

    `start` may raise `Refused`; `stop` is idempotent. Between them the loop answers the desk.
    """

    api: ControlApi
    hints: Hints
    store: SqliteHints

    def start(self) -> None:
        """Ask for what was left over, and listen."""
        try:
            self.hints.resume()
            self.api.start()
        except (OSError, TokensUnusable, HintsUnwritable) as error:
            self.store.close()
            raise Refused(str(error)) from error

    def stop(self) -> None:
        """Stop listening, and let go of the file."""
        self.api.stop()
        self.store.close()


def control(settings: Settings, desk: Desk, incidents: Callable[[], Any], now_ms: Callable[[], int]) -> Control:
    """The API that hands what is asked to a desk.

    Parameters
    ----------
    incidents
        What is told of them (`controller.incidents_shown`); called in another thread than the loop's.
    now_ms
        Wall time.

    Raises
    ------
    Refused
        without a section `controller`, or if hints cannot be kept in `audit.dir`.
    """
    if settings.controller is None:
        raise Refused("controller: is missing: the rollback process needs that section")
    models = {name for name, model in settings.models.items() if model.acting is not None}
    try:
        settings.audit.dir.mkdir(parents=True, exist_ok=True)
        store = SqliteHints(settings.audit.dir / HINTS_FILE)
    except OSError as error:
        raise Refused(f"audit.dir: {settings.audit.dir}: {error.strerror}") from error
    except HintsUnwritable as error:
        raise Refused(f"audit.dir: {error}") from error
    hints = Hints(store, desk, models)
    doors = {path: Door(*door) for path, door in by_path(Doors(desk, models, now_ms)).items()}
    inside = Inside(doors, hints.take, incidents)
    return Control(ControlApi(settings.controller.api, rights(settings.http.tokens), inside), hints, store)


def rights(files: TokenSettings) -> Rights:
    """Whose tokens let in."""
    found = {name: getattr(files, f"{name}_file") for name in ("read", "operate", "hook")}
    return Rights(
        **{name: TokenFile(path, f"http.tokens.{name}_file") for name, path in found.items() if path is not None}
    )


def silences(settings: Settings) -> AlertmanagerSilences:
    """The silences of all Alertmanagers of the settings."""
    return AlertmanagerSilences(settings.alerting.alertmanagers)
