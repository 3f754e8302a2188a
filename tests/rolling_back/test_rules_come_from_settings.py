"""From the settings file to what the loop is told: every setting arrives, and what cannot be is refused by name."""

from pathlib import Path

import pytest

from monitor.acting.guards.situation import Mode
from monitor.acting.identities import IdentityRules
from monitor.acting.limits import DAY_MS, HOUR_MS, Limits
from monitor.cli.acting import rules_of
from monitor.cli.exits import Refused
from monitor.controller.rules import MODES, Rules
from monitor.settings.load import load

SETTINGS = """\
version: 1
feeds:
  discharge:
    inference: {{topic: readmission.inference, adapter: flat_json}}
    outcome: {{topic: readmission.outcome, adapter: flat_json}}
    horizon: 45d
models:
{models}
{controller}
gate: {{mode: off}}
"""
MODEL = """\
  {name}:
    feed: discharge
    mode: {mode}
    attributes: {{sex: {{values: {{female: [F], male: [M]}}}}}}
    metrics: [false_negative_rate]
    windows: {{pane: 1d, published: [7d, 28d]}}
    limits: {{rejected: 0.02}}
{acting}
"""
ACTING = "    acting: {target: {namespace: clinical, deployment: readmission}%s}"
CONTROLLER = 'controller: {feed: "https://fairdrift:8464", token_file: /etc/token%s}'


def model(name: str = "readmission", mode: str = "auto", acting: str = ACTING % "") -> str:
    return MODEL.format(name=name, mode=mode, acting=acting)


def rules(tmp_path: Path, models: str, highest: Mode = "auto", controller: str = CONTROLLER % "") -> Rules:
    path = tmp_path / "fairdrift.yaml"
    path.write_text(SETTINGS.format(models=models, controller=controller), encoding="utf-8")
    return rules_of(load(path, {}), "pod-1", highest)


def test_defaults_are_those_of_the_settings(tmp_path: Path) -> None:
    (target,) = rules(tmp_path, model()).targets
    assert (target.model, target.namespace, target.deployment) == ("readmission", "clinical", "readmission")
    assert target.limits == Limits(window_ms=28 * DAY_MS, label_age_ms=45 * DAY_MS, rejected=0.02)
    assert (target.timing_may_act, target.must_be_audited, target.blind_allowed, target.tries_dry) == (False,) * 4


def test_every_setting_arrives(tmp_path: Path) -> None:
    said = """, cooldown: 2d, max_rollbacks: 2 per 14d, if_alertmanager_unreachable: allow, timing_may_act: true,
      max_approved: 5, approval: 1h, label_age: 3d, verify: 20m, identity: {ignore: [mesh], config: [THRESHOLD]},
      require_audit: true, gitops: {argocd: patch}, annotations: kubectl, shadow_traffic: true,
      dry_run_in_shadow: true"""
    ours = ", namespace: home, deployment: me, every: 10s, max_rollbacks_per_hour: 4"
    made = rules(tmp_path, model(acting=ACTING % said), controller=CONTROLLER % ours)
    (target,) = made.targets
    assert (made.itself, made.every_ms) == (("home", "me"), 10_000)
    assert target.limits == Limits(
        cooldown_ms=2 * DAY_MS,
        window_ms=28 * DAY_MS,
        label_age_ms=3 * DAY_MS,
        budget_ms=14 * DAY_MS,
        automatic=2,
        approved=5,
        cluster_hour=4,
        approval_ms=HOUR_MS,
        rejected=0.02,
    )
    assert target.identities == IdentityRules(frozenset({"mesh"}), frozenset({"THRESHOLD"}))
    assert (target.gitops_strategies, target.manner, target.verify_ms) == ({"argocd": "patch"}, "kubectl", 1_200_000)
    flags = (target.timing_may_act, target.must_be_audited, target.blind_allowed, target.tries_dry)
    assert (*flags, target.has_shadow_traffic) == (True,) * 5


@pytest.mark.parametrize("highest", MODES)
@pytest.mark.parametrize("mode", MODES)
def test_a_mode_beside_the_settings_can_only_lower_theirs(tmp_path: Path, mode: str, highest: Mode) -> None:
    (target,) = rules(tmp_path, model(mode=mode), highest).targets
    assert MODES.index(target.mode) == min(MODES.index(highest), [str(one) for one in MODES].index(mode))


@pytest.mark.parametrize(
    ("models", "controller", "said"),
    [
        (model(), "", "controller: is missing"),
        (model(mode="shadow", acting=""), CONTROLLER % "", "none has a section acting"),
        (model() + model("twin"), CONTROLLER % "", "models.twin.acting.target: clinical/readmission is the target of"),
    ],
    ids=["no controller", "nobody acted for", "two models of one Deployment"],
)
def test_what_cannot_be_is_refused_by_name(tmp_path: Path, models: str, controller: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        rules(tmp_path, models, controller=controller)


@pytest.mark.parametrize(("every", "heartbeat_ms"), [("10s", 120_000), ("5m", 900_000)])
def test_three_looks_may_pass_before_a_silent_loop_is_told(tmp_path: Path, every: str, heartbeat_ms: int) -> None:
    (target,) = rules(tmp_path, model(), controller=CONTROLLER % f", every: {every}").targets
    assert target.heartbeat_ms == heartbeat_ms


def test_another_limit_is_another_policy(tmp_path: Path) -> None:
    (one,), (other,) = (rules(tmp_path, model(acting=ACTING % more)).targets for more in ("", ", cooldown: 2d"))
    assert one.policy != other.policy


def test_an_alert_told_later_is_no_other_policy(tmp_path: Path) -> None:
    (one,), (other,) = (rules(tmp_path, model(), controller=CONTROLLER % more).targets for more in ("", ", every: 5m"))
    assert one.heartbeat_ms != other.heartbeat_ms
    assert one.policy == other.policy


def test_a_feed_that_is_late_by_itself_is_let_be_as_old_as_it_says(tmp_path: Path) -> None:
    path = tmp_path / "fairdrift.yaml"
    text = SETTINGS.format(models=model(), controller=CONTROLLER % "")
    weekly = text.replace("adapter: flat_json}", "adapter: flat_json, publish_delay: 7d}", 1)
    path.write_text(weekly.replace("horizon: 45d", "horizon: 45d\n    allowed_lateness: 1d"), encoding="utf-8")
    (target,) = rules_of(load(path, {}), "pod-1", "auto").targets
    assert target.limits.watermark_age_ms == 2 * (7 + 1) * DAY_MS + DAY_MS
