"""The lint of every rule: it asks for what exists, keeps its promise, and tells a person what a person needs."""

import re
from collections.abc import Iterator

import pytest

from monitor.exporting.control_catalogue import EVERY
from tests.alerting.contract import PROMISES, WAITING, Promise
from tests.alerting.rule_files import ALERTS, RULE_FILES, Rule, alerts, parsed, rules

ALL = pytest.mark.parametrize("alert", alerts().values(), ids=lambda rule: rule["alert"])
OF_PERSONS = pytest.mark.parametrize(
    "alert", [rule for name, rule in alerts().items() if name != "FairdriftWatchdog"], ids=lambda rule: rule["alert"]
)

EXPORTED = {series.name for series in EVERY} | {f"{s.name}_bucket" for s in EVERY if s.kind == "histogram"}
RECORDED = {rule["record"] for rule in rules() if "record" in rule}
COUNTERS = {series.name for series in EVERY if series.kind == "counter"}

WORDS = {"and", "or", "unless", "on", "ignoring", "group_left", "group_right", "by", "without", "bool", "offset"}
LINES = ("Who:", "What:", "How sure:", "How many:", "Since:", "Done automatically:", "Do now:", "Automatic rollback:")


def asked_for(expression: str) -> set[str]:
    """Names of the series that an expression asks for."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]", "", bare)
    bare = re.sub(r"\b(on|ignoring|by|without|group_left|group_right)\s*\([^)]*\)", "", bare)
    names = re.findall(r"(?<![\w:])([a-zA-Z_:][\w:]*)(?!\s*\(|[\w:])", bare)
    return {name for name in names if name not in WORDS}


def asked_by_text(rule: Rule) -> set[str]:
    """Names that the queries inside an alert's annotations ask for."""
    text = " ".join(rule["annotations"].values())
    return set(re.findall(r"(?:\w+:)?fairdrift_\w+(?::\w+)?", text))


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ('sum without (pod) (rate(a_total{x="b {c} d"}[5m])) / on (job) group_left (role) z:a:b', {"a_total", "z:a:b"}),
        ('time() - max by (model) (last) > 3 and absent_over_time(up{job="x"}[10m:1m] offset 7d)', {"last", "up"}),
    ],
)
def test_the_names_in_an_expression_are_found(expression: str, names: set[str]) -> None:
    assert asked_for(expression) == names


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("alert") or rule["record"])
def test_only_series_that_are_exported_or_recorded_are_asked_for(rule: Rule) -> None:
    asked = asked_for(rule["expr"])
    assert asked <= EXPORTED | RECORDED | {"up"}
    if "alert" in rule:
        assert asked_by_text(rule) <= EXPORTED | RECORDED
        assert asked or rule["alert"] == "FairdriftWatchdog"


def test_every_alert_of_the_contract_is_there_or_waits_for_its_series() -> None:
    assert set(alerts()) == set(PROMISES)
    written_late = {alert: series for alert, series in WAITING.items() if series in EXPORTED}
    assert not written_late, "their series exist now: write the rules, their cases and runbooks"
    assert not set(WAITING) & set(PROMISES)


@ALL
def test_an_alert_keeps_what_was_promised_of_it(alert: Rule) -> None:
    labels = alert["labels"]
    assert set(labels) == {"severity"}
    kept = Promise(labels["severity"], alert.get("for", ""), alert.get("keep_firing_for", ""))
    assert kept == PROMISES[alert["alert"]]


@ALL
def test_an_alert_carries_four_annotations_and_its_runbook_exists(alert: Rule) -> None:
    annotations, name = alert["annotations"], alert["alert"]
    assert list(annotations) == ["summary", "description", "runbook_url", "dashboard_url"]
    assert "{{" not in annotations["summary"], "a constant: notifications are grouped by it"
    assert annotations["summary"].endswith(".")
    assert annotations["runbook_url"] == f"alerts/runbooks/{name}.md"
    assert (ALERTS / "runbooks" / f"{name}.md").is_file()
    uid = re.match(r"/d/(fairdrift-\w+)", annotations["dashboard_url"])
    assert uid
    assert (ALERTS.parent / "dashboards" / "json" / f"{uid[1]}.json").is_file()


@OF_PERSONS
def test_the_text_of_an_alert_says_who_how_sure_since_when_how_many_what_is_done_and_how_to_stop(alert: Rule) -> None:
    heads = re.findall(r"(?m)^([A-Z][a-z ]+:)", alert["annotations"]["description"])
    assert [head for head in heads if head in LINES] == list(LINES)
    assert (heads[0], heads[-1]) == ("Who:", "Automatic rollback:")


MODES_TOLD = {
    "auto": "it rolls back by itself",
    "approve": "waits for a person to approve it",
    "shadow": "does nothing",
    "else": "it only looks on",
}


@OF_PERSONS
def test_the_last_line_of_an_alert_tells_every_mode_and_how_to_pause(alert: Rule) -> None:
    last = alert["annotations"]["description"].splitlines()[-1]
    assert last.startswith("Automatic rollback:")
    for mode, said in MODES_TOLD.items():
        assert f'"{mode}" }}}}' in last or mode == "else"
        assert said in last
    assert "fairdrift pause {{ .Labels.model }} --for 2h --reason TEXT --settings FILE" in last
    assert "no rollback process is heard" in last


@OF_PERSONS
def test_a_restart_under_another_address_does_not_call_anew(alert: Rule) -> None:
    outermost = alert["expr"].strip()
    recorded = any(name in outermost for name in RECORDED)
    assert "without (instance, pod" in outermost or recorded, "one alert, whatever instance and pod are called"


@pytest.mark.parametrize("rule", [rule for rule in rules() if "record" in rule], ids=lambda rule: rule["record"])
def test_a_recorded_series_is_called_level_metric_operation(rule: Rule) -> None:
    level, metric, operation = rule["record"].split(":")
    assert set(level.split("_")) <= {"model", "revision", "attribute", "subgroup", "topic"}
    assert metric.startswith("fairdrift_")
    assert operation
    assert set(rule) == {"record", "expr"}


def test_counters_are_read_as_rates_or_increases_only() -> None:
    for expression in (rule["expr"] for rule in rules()):
        for name in asked_for(expression) & COUNTERS - {"fairdrift_inferences_total"}:
            uses = re.findall(rf"(\w*)\(?\s*{name}\b", expression)
            assert set(uses) <= {"rate", "increase"}, expression
    # Whether anybody at all was ever counted is asked of the total itself.
    (blind,) = (rule["expr"] for rule in alerts().values() if "fairdrift_inferences_total" in rule["expr"])
    assert "(fairdrift_inferences_total) > 0" in blind


def test_groups_and_files_are_called_once() -> None:
    names = [group["name"] for path in RULE_FILES for group in parsed(path)["groups"]]
    assert len(set(names)) == len(names)
    assert all(name.startswith("fairdrift-") for name in names)


def windows(expression: str) -> Iterator[str]:
    yield from re.findall(r"\[(\w+)(?::\w+)?\]", expression)


def test_windows_hold_four_scrapes_of_a_minute() -> None:
    # Prometheus 3 leaves the left edge out: a window of few scrapes would differ.
    for rule in rules():
        for window in windows(rule["expr"]):
            assert not re.fullmatch(r"\d+s|[1-4]m", window), rule
