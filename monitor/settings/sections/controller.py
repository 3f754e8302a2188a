"""Sections `alerting`, `controller`, `gate` and `audit`: read and checked here, obeyed by the controller. Pure."""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, WithJsonSchema

from monitor.settings.fields import Duration, FilePath, Many, Name, Section, Text, refused, setting
from monitor.settings.problems import shown
from monitor.settings.sections.http import ListenAddress


def _url(text: str) -> str:
    scheme, _, rest = text.partition("://")
    if scheme not in ("http", "https") or not rest.strip("/") or not text.isprintable() or " " in text:
        raise refused(f"{shown(text)} is no address", "write it like https://alertmanager:9093")
    if "@" in rest.partition("/")[0]:
        raise refused("an address must not hold a login")
    return text


Url = Annotated[str, AfterValidator(_url), WithJsonSchema({"type": "string", "pattern": "^https?://"})]


class AlertingSettings(Section):
    """The Alertmanagers that are asked for silences."""

    alertmanagers: Many[Url] = setting(
        "Addresses of all of them.", default=(), why="Without one nobody can be told, and nothing is acted on."
    )


class ControllerSettings(Section):
    """The rollback process."""

    feed: Url = setting("Address of the monitor's API, where verdicts are read.")
    token_file: FilePath = setting("File whose content is the token of that API.")
    ca_file: FilePath | None = setting(
        "Certificates of who may vouch for that API.", default=None, why="Those of the system do."
    )
    api: ListenAddress = setting(
        "Where the rollback process serves its API: people, and the webhook of Alertmanager.",
        default="127.0.0.1:8465",
        why="Other machines get in once there are tokens (`http.tokens`).",
    )
    namespace: Name = setting(
        "Namespace we run in, with the lease and the registry.", default="fairdrift", why="As the shipped roles say."
    )
    deployment: Name = setting(
        "Name of the Deployment we run as; it is never rolled back.",
        default="fairdrift-rollback",
        why="As the shipped files say.",
    )
    kubeconfig: FilePath | None = setting(
        "File that says how the API server is reached.", default=None, why="In a pod its own account says so."
    )
    every_ms: Duration = setting(
        "Time between two looks; hints and people come in between.",
        default="30s",
        why="A patch hours after the harm began need not hurry, and the API server has other guests.",
        key="every",
    )
    kill_switch_file: FilePath | None = setting(
        "A file that, while it is there, keeps us from acting; one that cannot be read counts as there.",
        default=None,
        why="A pause does the same, with a name and an end.",
    )
    max_rollbacks_per_hour: int = setting(
        "Most rollbacks of all models within an hour.",
        default=2,
        why="More at once have one cause, and it is not in the releases.",
        ge=1,
        le=100,
    )
    address: Url | None = setting(
        "Where `pause`, `approve` and the like find that API.",
        default=None,
        why="Without one they ask this machine, at the port of `api`.",
    )


class GateSettings(Section):
    """The admission gate that keeps condemned revisions out."""

    mode: Literal["off", "warn", "deny"] = setting(
        "What happens to a revision that has not passed.", default="off", why="A gate is set up on purpose."
    )
    trusted_keys: Many[FilePath] = setting(
        "Public keys of those whose audits are believed.", default=(), why="Nobody is trusted unasked."
    )
    break_glass_group: Text | None = setting(
        "Group whose members may pass in an emergency.", default=None, why="An emergency exit is named by its owner."
    )


def _is_log_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._/-]{1,128}", text):
        raise refused(f"{shown(text)} names no log", "use 1 to 128 of the characters A-Z a-z 0-9 . _ / -")
    return text


_LOG_NAME: Final = WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9._/-]{1,128}$"})

LogName = Annotated[str, AfterValidator(_is_log_name), _LOG_NAME]


class AuditSettings(Section):
    """The audit trail."""

    name: LogName = setting(
        "Name of the log, which stands in each of its checkpoints; a log that is begun anew has another.",
        default="fairdrift",
        why="Enough for one; several that share an anchor_dir need a name each, like wards.example/fairdrift.",
    )
    dir: FilePath = setting(
        "Folder of the audit log.",
        default="/var/lib/fairdrift/audit",
        why="Beside the state, on the same kind of disk.",
    )
    signing_key_file: FilePath | None = setting(
        "Private key that signs checkpoints.", default=None, why="Made by the operator; without it nothing is signed."
    )
    anchor_dir: FilePath | None = setting(
        "Folder beyond the administrator's reach, to which checkpoints are copied.",
        default=None,
        why="Only the operator knows such a place; without it every report says so.",
    )
