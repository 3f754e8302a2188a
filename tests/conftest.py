"""Real parts that every test folder may ask for."""

from tests.parts.alertmanager import alertmanager, webhook
from tests.parts.kafka.fixtures import kafka
from tests.parts.kubernetes.fixtures import kubernetes, pytest_collection_finish
from tests.parts.newer_promtool import newer_promtool
from tests.parts.prometheus import prometheus, promtool

__all__ = [
    "alertmanager",
    "kafka",
    "kubernetes",
    "newer_promtool",
    "prometheus",
    "promtool",
    "pytest_collection_finish",
    "webhook",
]
