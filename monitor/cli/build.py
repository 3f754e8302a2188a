"""From settings to parts: the only place that knows both. Settings in, plans, judges and a loop out."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import msgspec

from monitor.cli.exits import Refused
from monitor.counting.rules import CountingRules, ModelRules
from monitor.intake.decode import Decoder
from monitor.intake.reading import ModelReading, Reading
from monitor.judging.judge import Judge
from monitor.judging.reference import Reference, read_reference
from monitor.judging.rules import JudgingRules
from monitor.ports import EventSource, StateStore
from monitor.service.feed import Feed, FeedParts
from monitor.service.judged import JudgedModel
from monitor.service.loop import MonitorLoop, Pace, Surroundings
from monitor.service.plan import FeedPlan, ModelPlan, TopicPlan
from monitor.settings.derive import coding_of, lattice_of, windows_ms
from monitor.settings.load import SettingsError, load
from monitor.settings.model import FeedSettings, ModelSettings, Settings

Canonical = bool
