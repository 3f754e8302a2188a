"""Every setting has a meaning, a default that is pinned here, and a place in the page and the schema."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from monitor.judging.metrics import ALWAYS_ON, LATER, METRICS
from monitor.settings.fields import Section
from monitor.settings.page import COMMAND, page
from monitor.settings.schema import settings_schema

SCHEMA = settings_schema()
SECTIONS: dict[str, dict[str, Any]] = {"Settings": SCHEMA, **SCHEMA["$defs"]}

MUST = "must be given"
SECTION = "its own defaults"

# birthplace: the contract of settings, whose example spells out most of them; the others are judgement, with the reason
# in the setting's description
DEFAULTS: dict[str, dict[str, Any]] = {
    "Settings": {
        "version": MUST,
        "kafka": None,
        "state": SECTION,
        "counts": SECTION,
        "feeds": MUST,
        "models": MUST,
        "alerting": SECTION,
        "controller": None,
        "gate": SECTION,
        "audit": SECTION,
        "http": SECTION,
    },
    "ActingSettings": {
        "target": MUST,
        "cooldown": "24h",
        "max_rollbacks": "1 per 7d",
        "if_alertmanager_unreachable": "forbid",
        "timing_may_act": False,
        "max_approved": 3,
        "approval": "4h",
        "label_age": None,
        "verify": "15m",
        "identity": SECTION,
        "require_audit": False,
        "gitops": {},
        "annotations": "minimal",
        "shadow_traffic": False,
        "dry_run_in_shadow": False,
    },
    "IdentitySettings": {"ignore": [], "config": []},
    "AlertingSettings": {"alertmanagers": []},
    "AttributeSettings": {
        "vocabulary": None,
        "values": None,
        "bands": None,
        "source": None,
        "multiple": "combined",
        "unknown": [],
        "declined": [],
    },
    "AttributesTopicSettings": {
        "topic": MUST,
        "adapter": "flat_json",
        "mapping": None,
        "publish_delay": None,
        "wait": "2h",
    },
    "AuditSettings": {
        "name": "fairdrift",
        "dir": "/var/lib/fairdrift/audit",
        "signing_key_file": None,
        "anchor_dir": None,
    },
    "ControllerSettings": {
        "feed": MUST,
        "token_file": MUST,
        "ca_file": None,
        "api": "127.0.0.1:8465",
        "namespace": "fairdrift",
        "deployment": "fairdrift-rollback",
        "kubeconfig": None,
        "every": "30s",
        "kill_switch_file": None,
        "max_rollbacks_per_hour": 2,
        "address": None,
    },
    "CountsSettings": {"source": "embedded"},
    "FalseAlarmSettings": {
        "watch": "1 per 7d",
        "page": "1 per 91d",
        "watch_per_rollout": 0.01,
        "rollback_per_rollout": 0.001,
    },
    "FeedSettings": {
        "inference": MUST,
        "outcome": MUST,
        "attributes": None,
        "model": None,
        "id_scope": "feed",
        "horizon": MUST,
        "allowed_lateness": "6h",
        "dead_letter": "file",
        "dead_letter_topic": None,
        "reject_stop": SECTION,
    },
    "GateSettings": {"mode": "off", "trusted_keys": [], "break_glass_group": None},
    "HttpSettings": {"telemetry": ":9464", "api": "127.0.0.1:8464", "tokens": SECTION},
    "JudgingSettings": {"tolerance": {"default": 0.02}, "harm_to_find": 0.1, "false_alarms": SECTION},
    "KafkaSettings": {"bootstrap_servers": MUST, "client": "kafka_python", "security": SECTION},
    "LimitSettings": {
        "outcome_age": "3d",
        "inference_age": "2h",
        "label_maturity": 0.9,
        "rejected": 0.01,
        "unpaired": 0.05,
        "unknown": 0.2,
        "explained": 0.95,
        "lag_drain": "30m",
        "heartbeat": "2m",
        "commit_age": "5m",
    },
    "MappedField": {"path": None, "map": None, "const": None},
    "ModelSettings": {
        "feed": MUST,
        "mode": "shadow",
        "attributes": MUST,
        "subgroups": SECTION,
        "series_limit": 10000,
        "keep_revisions": 3,
        "metrics": ["false_negative_rate", "false_positive_rate", "error_rate"],
        "windows": SECTION,
        "also_label_ages": [],
        "score_range": [0.0, 1.0],
        "threshold": None,
        "reference": None,
        "judging": SECTION,
        "limits": SECTION,
        "acting": None,
    },
    "ReferenceSettings": {"file": MUST},
    "RejectStopSettings": {"in_a_row": 1000, "share": 0.1},
    "SecuritySettings": {
        "protocol": "SSL",
        "mechanism": None,
        "username": None,
        "password_file": None,
        "ca_file": None,
        "insecure": False,
    },
    "StateSettings": {"dir": "/var/lib/fairdrift", "max_pending": 5000000},
    "SubgroupSettings": {"depth": 2, "also": [], "min_cell": 11},
    "TargetSettings": {"namespace": MUST, "deployment": MUST},
    "TokenSettings": {"read_file": None, "operate_file": None, "hook_file": None, "write_file": None},
    "TopicSettings": {"topic": MUST, "adapter": "flat_json", "mapping": None, "publish_delay": None},
    "WindowSettings": {"pane": "1d", "published": ["7d", "28d"]},
}


def defaults_of(section: dict[str, Any]) -> dict[str, Any]:
    return {
        key: MUST if key in section.get("required", ()) else field.get("default", SECTION)
        for key, field in section["properties"].items()
    }


def test_every_default_is_pinned() -> None:
    assert {name: defaults_of(section) for name, section in SECTIONS.items()} == DEFAULTS


@pytest.mark.parametrize("name", SECTIONS)
def test_every_setting_has_a_meaning_and_every_default_a_reason(name: str) -> None:
    for key, field in SECTIONS[name]["properties"].items():
        text = field.get("description") or SECTIONS[field["$ref"].rpartition("/")[2]]["description"]
        assert text.endswith("."), key
        if "default" in field:
            assert text.count(". ") >= 1, f"{key}: give the reason for its default"


def test_the_page_is_that_of_the_model() -> None:
    assert Path("docs/settings.md").read_text(encoding="utf-8") == page(), f"renew it: {COMMAND}"


def _below(section: type[Section]) -> Iterator[type[Section]]:
    for one in section.__subclasses__():
        yield one
        yield from _below(one)


def test_a_time_has_its_unit_in_the_name_of_the_field_and_not_in_the_file() -> None:
    named = {
        (name, field.alias)
        for section in _below(Section)
        for name, field in section.model_fields.items()
        if field.alias is not None or name.endswith("_ms")
    }
    assert ("horizon_ms", "horizon") in named
    assert all(name == f"{alias}_ms" for name, alias in named)


def test_the_schema_is_one_and_takes_the_shipped_files() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for path in Path("deploy/examples").glob("*.yaml"):
        validator.validate(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("kafka", "client"), "kafa"),
        (("kafka", "bootstrap_server"), []),
        (("feeds", "discharge", "horizon"), 45),
        (("feeds", "discharge", "horizon"), "45 days"),
        (("models", "readmission", "metrics"), ["fpr"]),
        (("models", "readmission", "windows", "published"), []),
        (("models", "readmission", "judging", "harm_to_find"), 0),
        (("models", "readmission", "judging", "false_alarms", "page"), "0.5"),
        (("models", "readmission", "judging", "tolerance"), {"defalt": 0.1}),
        (("models", "read mission"), {}),
        (("version",), 2),
    ],
    ids=json.dumps,
)
def test_the_schema_refuses_what_an_editor_can_see(path: tuple[str, ...], value: object) -> None:
    tree = YAML(typ="safe", pure=True).load(Path("deploy/examples/fairdrift.yaml").read_text(encoding="utf-8"))
    wrong = copy.deepcopy(tree)
    node = wrong
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(wrong)


def test_metrics_are_those_that_are_judged() -> None:
    assert SECTIONS["ModelSettings"]["properties"]["metrics"]["items"]["enum"] == [
        name for name in METRICS if name not in ALWAYS_ON
    ]
    assert not set(LATER) & set(METRICS)
