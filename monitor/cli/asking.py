"""Asking the running monitor over its API, with the token of the settings."""

import json
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from monitor.cli.exits import Refused
from monitor.cli.parts import load_settings
from monitor.ports import SourceUnreachable

ANSWER_WITHIN_S: Final = 15.0


def ask(settings_path: Path, path: str, body: dict[str, Any] | None = None) -> Any:
    """The answer to a GET, or to a POST of a body.

    Raises
    ------
    Refused
        if the monitor refuses, or the token cannot be read.
    SourceUnreachable
        if no monitor answers.
    """
    http = load_settings(settings_path).http
    headers = {"Content-Type": "application/json"}
    names = ("operate", "read") if body is None else ("operate",)
    token = next((one for name in names if (one := getattr(http.tokens, f"{name}_file")) is not None), None)
    if token is not None:
        try:
            headers["Authorization"] = f"Bearer {token.read_text(encoding='utf-8').strip()}"
        except OSError as error:
            raise Refused(f"http.tokens: {token}: {error.strerror}") from error
    host, _, port = http.api.rpartition(":")
    url = f"http://{host or '127.0.0.1'}:{port}{path}"
    request = Request(url, None if body is None else json.dumps(body).encode(), headers)
    try:
        with urlopen(request, timeout=ANSWER_WITHIN_S) as answer:  # noqa: S310  (the address begins with http://)
            return json.load(answer)
    except HTTPError as error:
        raise Refused(f"{url}: {_said(error)}") from error
    except URLError as error:
        raise SourceUnreachable(
            f"no monitor answers at {url} ({error.reason}): is `fairdrift run` up there?"
        ) from error


def _said(error: HTTPError) -> str:
    """What the server wants changed; its status line if that is no monitor of ours."""
    with error:
        try:
            problem = json.load(error)
            return f"{problem['title']}; {problem['fix']}"
        except (ValueError, KeyError, TypeError):
            return f"{error.code} {error.reason}: is that a fairdrift monitor? see http.api"
