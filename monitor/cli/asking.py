"""Asking the running monitor, or the rollback process, over its API, with the token of the settings."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from monitor.adapters.token_files import TokensUnusable, parse
from monitor.cli.exits import Declined, Refused
from monitor.cli.parts import load_settings
from monitor.ports import SourceUnreachable
from monitor.settings.model import Settings

ANSWER_WITHIN_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Server:
    """Who is asked: the command that runs it, where it listens, and the setting that says so."""

    command: str
    url: str
    setting: str


def monitor(settings: Settings) -> Server:
    """The monitor of this machine."""
    return Server("fairdrift run", _here(settings.http.api), "http.api")


def controller(settings: Settings) -> Server:
    """The rollback process. `Refused` without a section `controller`."""
    if settings.controller is None:
        raise Refused("controller: is missing in the settings, so there is no rollback process to ask")
    address = settings.controller.address
    url = _here(settings.controller.api) if address is None else address.rstrip("/")
    return Server("fairdrift rollback", url, "controller.api" if address is None else "controller.address")


def ask(settings_path: Path, path: str, body: dict[str, Any] | None = None) -> Any:
    """The monitor's answer to a GET, or to a POST of a body. Errors are those of `ask_server`."""
    settings = load_settings(settings_path)
    return ask_server(settings, monitor(settings), path, body)


def ask_controller(settings_path: Path, path: str, body: dict[str, Any] | None = None) -> Any:
    """The rollback process's answer; a body says who asks. Errors are those of `ask_server`."""
    settings = load_settings(settings_path)
    said = None if body is None else {**body, "actor": getuser()}
    return ask_server(settings, controller(settings), path, said)


def ask_server(settings: Settings, server: Server, path: str, body: dict[str, Any] | None = None) -> Any:
    """The answer to a GET, or to a POST of a body.

    Raises
    ------
    Refused
        if the server refuses, or the token cannot be read.
    Declined
        if what is asked for cannot be as things stand.
    SourceUnreachable
        if nobody answers, or not now.
    """
    headers = {"Content-Type": "application/json"}
    names = ("operate", "read") if body is None else ("operate",)
    files = [(f"http.tokens.{one}_file", file) for one in names if (file := _file(settings, one)) is not None]
    if files:
        headers["Authorization"] = f"Bearer {_first_token(files)}"
    url = f"{server.url}{path}"
    request = Request(url, None if body is None else json.dumps(body).encode(), headers)  # noqa: S310  (http, https)
    try:
        with build_opener(_NoRedirect).open(request, timeout=ANSWER_WITHIN_S) as answer:
            return json.load(answer)
    except HTTPError as error:
        said = f"{url}: {_said(error, server)}"
        match error.code:
            case 409:
                raise Declined(said) from error
            case 503:
                raise SourceUnreachable(said) from error
            case _:
                raise Refused(said) from error
    except (URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise SourceUnreachable(f"nobody answers at {url} ({reason}): is `{server.command}` up there?") from error
    except ValueError as error:
        raise Refused(f"{url}: the answer is no JSON; is that `{server.command}`? see {server.setting}") from error


class _NoRedirect(HTTPRedirectHandler):
    """The token is for who is asked, and for nobody that they point at."""

    def redirect_request(self, *_: object) -> None:
        return None


def _here(listens: str) -> str:
    host, _, port = listens.rpartition(":")
    return f"http://{host or '127.0.0.1'}:{port}"


def _file(settings: Settings, name: str) -> Path | None:
    found: Path | None = getattr(settings.http.tokens, f"{name}_file")
    return found


def _first_token(files: Sequence[tuple[str, Path]]) -> str:
    """The token of the first file that has one for us; `Refused` as the first file says, if none has."""
    try:
        return _own_token(*files[0])
    except Refused:
        for file in files[1:]:
            with suppress(Refused):
                return _own_token(*file)
        raise


def _own_token(setting: str, path: Path) -> str:
    """The token of the file; of several that of whoever asks."""
    try:
        holders = parse(path.read_text(encoding="utf-8"), f"{setting}: {path}")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{setting}: {path}: {getattr(error, 'strerror', None) or 'is no text'}") from error
    except TokensUnusable as error:
        raise Refused(str(error)) from error
    user = getuser()
    own = holders if len(holders) == 1 else [holder for holder in holders if holder.name == user]
    if not own:
        variable = f"FAIRDRIFT__{setting.upper().replace('.', '__')}"
        raise Refused(
            f"{setting}: {path}: has no token of {user}; put yours into a file of its own and name it by {variable}"
        )
    return own[-1].token


def _said(error: HTTPError, server: Server) -> str:
    """What the server wants changed; its status line if that is no server of ours."""
    with error:
        try:
            problem = json.load(error)
            return f"{problem['title']}; {problem['fix']}"
        except (ValueError, KeyError, TypeError):
            return f"{error.code} {error.reason}: is that `{server.command}`? see {server.setting}"
