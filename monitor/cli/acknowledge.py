"""`fairdrift acknowledge`: tells a running monitor that a person has seen the alarm of a stream."""

import json
from getpass import getuser
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show
from monitor.cli.parts import load_settings
from monitor.ports import SourceUnreachable

ANSWER_WITHIN_S = 15.0
_PARTS = ("model", "attribute", "subgroup", "metric")


def run_acknowledge(stream: str, reason: str, settings_path: Path, output: Output) -> int:
    """Acknowledge `model/attribute/subgroup/metric`; gives the exit code.

    Raises
    ------
    Refused
        for a stream that is not judged, or a missing right.
    SourceUnreachable
        if no monitor answers.
    """
    parts = stream.split("/")
    if len(parts) != len(_PARTS) or not all(parts):
        raise Refused(
            f"{stream!r} names no stream: write it as {'/'.join(_PARTS)}, e.g. readmission/race/black/error_rate"
        )
    http = load_settings(settings_path).http
    token = http.tokens.operate_file
    headers = {"Content-Type": "application/json"}
    if token is not None:
        try:
            headers["Authorization"] = f"Bearer {token.read_text(encoding='utf-8').strip()}"
        except OSError as error:
            raise Refused(f"http.tokens.operate_file: {token}: {error.strerror}") from error
    host, _, port = http.api.rpartition(":")
    body = dict(zip(_PARTS, parts, strict=True)) | {"actor": getuser(), "reason": reason}
    url = f"http://{host or '127.0.0.1'}:{port}/v1/acknowledge"
    request = Request(url, json.dumps(body).encode(), headers)
    try:
        with urlopen(request, timeout=ANSWER_WITHIN_S) as answer:  # noqa: S310  (the address begins with http://)
            return show("acknowledge", Exit.GOOD, json.load(answer), output)
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
