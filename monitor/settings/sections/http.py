"""Section `http`: what is served, and who may ask. Pure."""

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from monitor.settings.fields import FilePath, Section, refused, setting
from monitor.settings.problems import shown

LOOPBACK = ("127.0.0.1", "[::1]", "localhost")


def _address(text: str) -> str:
    match = re.fullmatch(r"([A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", text)
    if match is None or int(match[2]) > 65_535:
        raise refused(f"{shown(text)} is no address to listen on", 'write it like ":9464" or "127.0.0.1:9464"')
    return text


ListenAddress = Annotated[str, AfterValidator(_address), WithJsonSchema({"type": "string", "pattern": ":[0-9]{1,5}$"})]


class TokenSettings(Section):
    """Files of tokens that callers must show: a single one that all share, or a line `name token` for each who may."""

    read_file: FilePath | None = setting("May read.", default=None, why="Without one only this machine may.")
    operate_file: FilePath | None = setting(
        "May acknowledge, pause and approve.", default=None, why="Without one only this machine may."
    )
    hook_file: FilePath | None = setting(
        "May wake the controller (Alertmanager).", default=None, why="Without one the controller looks by itself."
    )
    write_file: FilePath | None = setting(
        "May write events (`receive`).", default=None, why="Without one only this machine may."
    )


class HttpSettings(Section):
    """What is served."""

    telemetry: ListenAddress = setting(
        "Where metrics and probes are served, `host:port`; without a host on every interface.",
        default=":9464",
        why="Prometheus comes from another machine, and a network policy keeps others out.",
    )
    api: ListenAddress = setting(
        "Where the API and the live page are served.",
        default="127.0.0.1:8464",
        why="Other machines get in once there are tokens.",
    )
    tokens: TokenSettings = setting("Who may ask.", default=TokenSettings)
