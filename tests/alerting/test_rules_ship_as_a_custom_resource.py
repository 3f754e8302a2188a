"""The PrometheusRule: what the Prometheus operator takes, and the same rules as the plain files."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from kubernetes.client import V1ObjectMeta
from ruamel.yaml import YAML

from monitor.exporting.alerts import RESOURCE, prometheus_rule
from tests.alerting.rule_files import RULE_FILES, parsed

TEXT = prometheus_rule("monitoring", {"release": "kube-prometheus"})[RESOURCE]

# Prometheus operator 0.95, API reference, monitoring.coreos.com/v1: PrometheusRuleSpec, RuleGroup, Rule, Duration. Of
# the fields only those are named that Prometheus 2.42 knows; `partial_response_strategy` is Thanos Ruler's.
DURATION = re.compile(
    r"(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)", re.ASCII
)
OF_GROUP = {"name": "text", "interval": "duration", "limit": "number", "rules": "list"}
OF_RULE = {
    "record": "text",
    "alert": "text",
    "expr": "text",
    "for": "duration",
    "keep_firing_for": "duration",
    "labels": "texts",
    "annotations": "texts",
}


def faults(resource: Mapping[str, Any]) -> list[str]:
    """What the operator's schema, or its admission webhook, would refuse; empty if nothing."""
    found = []
    if (resource["apiVersion"], resource["kind"]) != ("monitoring.coreos.com/v1", "PrometheusRule"):
        found.append("apiVersion, kind")
    found += [f"{key}: not a field" for key in resource.keys() - {"apiVersion", "kind", "metadata", "spec"}]
    found += [f"metadata.{key}: not a field" for key in resource["metadata"].keys() - _METADATA]
    found += [f"spec.{key}: not a field" for key in resource["spec"].keys() - {"groups"}]
    groups = resource["spec"]["groups"]
    if len({group.get("name") for group in groups}) != len(groups):
        found.append("groups: one name twice, it is the key of the list")
    for group in groups:
        found += _wrong_fields(f"group {group.get('name')}", group, OF_GROUP, {"name"})
        for rule in group["rules"]:
            found += _wrong_fields(f"rule {rule.get('alert', rule.get('record'))}", rule, OF_RULE, {"expr"})
            if ("alert" in rule) == ("record" in rule):
                found.append("a rule is either an alert or a record")
            if "record" in rule and rule.keys() & {"for", "keep_firing_for", "annotations"}:
                found.append("a record has no for and no annotations")
    return found


_METADATA = set(V1ObjectMeta.attribute_map.values())


def _wrong_fields(where: str, node: Mapping[str, Any], known: Mapping[str, str], needed: set[str]) -> list[str]:
    wrong = [f"{where}: {key} is missing" for key in needed if not node.get(key)]
    wrong += [f"{where}: {key} is not a field" for key in node.keys() - known.keys()]
    return wrong + [f"{where}: {key} is no {known[key]}" for key in node.keys() & known.keys() if not _is(node, key)]


def _is(node: Mapping[str, Any], key: str) -> bool:
    value, wanted = node[key], {**OF_GROUP, **OF_RULE}[key]
    if wanted == "texts":
        return isinstance(value, dict) and all(isinstance(one, str) for one in (*value, *value.values()))
    if wanted == "duration":
        return isinstance(value, str) and bool(value) and DURATION.fullmatch(value) is not None
    return isinstance(value, {"text": str, "number": int, "list": list}[wanted])


def resource() -> Any:
    return YAML(typ="safe", pure=True).load(TEXT)


def test_its_fields_are_those_of_the_operator() -> None:
    assert faults(resource()) == []
    name, labels = resource()["metadata"]["name"], resource()["metadata"]["labels"]
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", name)
    assert labels == {"release": "kube-prometheus"}


@pytest.mark.parametrize(
    ("where", "change", "fault"),
    [
        ("spec", {"group": []}, "spec.group: not a field"),
        ("group", {"query_offset": "1m"}, "group fairdrift-data: query_offset is not a field"),
        ("group", {"name": "fairdrift-intake"}, "groups: one name twice, it is the key of the list"),
        ("rule", {"for": "1 hour"}, "rule x: for is no duration"),
        ("rule", {"for": 60}, "rule x: for is no duration"),
        ("rule", {"keep_firing_for": ""}, "rule x: keep_firing_for is no duration"),
        ("rule", {"labels": {"severity": None}}, "rule x: labels is no texts"),
        ("rule", {"expr": ""}, "rule x: expr is missing"),
        ("rule", {"summary": "outside of annotations"}, "rule x: summary is not a field"),
        ("rule", {"record": "y"}, "a rule is either an alert or a record"),
    ],
)
def test_what_the_operator_would_refuse_is_found(where: str, change: dict[str, Any], fault: str) -> None:
    broken = resource()
    group = broken["spec"]["groups"][0]
    group["rules"] = [{"alert": "x", "expr": "vector(1)"}]
    {"spec": broken["spec"], "group": group, "rule": group["rules"][0]}[where].update(change)
    assert fault in faults(broken)


def test_the_rules_are_those_of_the_plain_files() -> None:
    plain = [group for path in RULE_FILES for group in parsed(path)["groups"]]
    assert resource()["spec"]["groups"] == plain
    assert TEXT.count(b"{{") == sum(_braces(group) for group in plain), "templates stay as they are"
    assert b"{{{{" not in TEXT


def _braces(node: Any) -> int:
    if isinstance(node, str):
        return node.count("{{")
    return sum(map(_braces, node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()))


def test_promtool_takes_what_the_operator_will_hand_on(promtool: Path, tmp_path: Path) -> None:
    writer = YAML(typ="safe", pure=True)
    with (tmp_path / "rules.yaml").open("w", encoding="utf-8") as out:
        writer.dump(resource()["spec"], out)
    command = [promtool, "check", "rules", tmp_path / "rules.yaml"]
    checked = subprocess.run(command, check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_it_can_be_applied() -> None:
    # `kubectl apply` keeps a copy in an annotation, and all annotations together may have 256 KiB.
    assert len(TEXT) < 256 * 1024
    assert b"&id" not in TEXT
    assert b"*id" not in TEXT
