"""The whole settings file as one model. Pure; `load` makes it."""

from hashlib import sha256
from typing import Literal

from monitor.settings.canonical import canonical
from monitor.settings.fields import Name, Section, setting
from monitor.settings.sections.controller import AlertingSettings, AuditSettings, ControllerSettings, GateSettings
from monitor.settings.sections.feed import FeedSettings
from monitor.settings.sections.http import HttpSettings
from monitor.settings.sections.kafka import KafkaSettings
from monitor.settings.sections.model import ModelSettings
from monitor.settings.sections.state import CountsSettings, StateSettings

__all__ = ["FeedSettings", "KafkaSettings", "ModelSettings", "Settings"]


class Settings(Section):
    """Everything an operator can set."""

    version: Literal[1] = setting("Version of this file's form.")
    kafka: KafkaSettings | None = setting(
        "The Kafka cluster; `fairdrift run` needs it.", default=None, why="A replay reads files."
    )
    state: StateSettings = setting("What is kept on disk.", default=StateSettings)
    counts: CountsSettings = setting("Whose counts are judged.", default=CountsSettings)
    feeds: dict[Name, FeedSettings] = setting("Topics joined by `prediction_id`, by a name of your own.", min_length=1)
    models: dict[Name, ModelSettings] = setting("Watched models, by the name their events carry.", min_length=1)
    alerting: AlertingSettings = setting("The Alertmanagers.", default=AlertingSettings)
    controller: ControllerSettings | None = setting("The rollback process.", default=None, why="Watching needs none.")
    gate: GateSettings = setting("The admission gate.", default=GateSettings)
    audit: AuditSettings = setting("The audit trail.", default=AuditSettings)
    http: HttpSettings = setting("What is served.", default=HttpSettings)

    @property
    def content_hash(self) -> str:
        """SHA-256 of the effective settings, hexadecimal: the same for files that mean the same."""
        return sha256(canonical(self)).hexdigest()
