"""R names a template, M names the model in it; neither is a revision number."""

from copy import deepcopy
from typing import Any

import pytest

from monitor.acting.identities import (
    MODEL_DIGEST,
    RESTARTED_AT,
    IdentityRules,
    bare_template,
    is_same_template,
    model_identity,
    mutable_references,
    template_identity,
)
from tests.acting_safely.worlds import RULES, sha, template


def test_a_restart_keeps_both_identities() -> None:
    restarted = template("a")
    restarted["metadata"]["annotations"][RESTARTED_AT] = "2026-01-01T00:00:00Z"
    assert template_identity(restarted) == template_identity(template("a"))
    assert model_identity(restarted, RULES) == model_identity(template("a"), RULES)
    assert not is_same_template(restarted, template("a")), "the deployment controller rolls a restart out"


def test_the_label_of_the_deployment_controller_is_all_that_is_stripped() -> None:
    hashed = template("a")
    hashed["metadata"]["labels"]["pod-template-hash"] = "7d9f8"
    hashed["spec"]["someFieldOfTomorrow"] = {"kept": None}
    bare = bare_template(hashed)
    assert bare["metadata"]["labels"] == {"app": "readmission"}
    assert bare["spec"] == hashed["spec"]
    assert "pod-template-hash" in hashed["metadata"]["labels"], "the caller's template is left alone"


def test_a_time_of_null_is_no_difference() -> None:
    older = template("a")
    older["metadata"]["creationTimestamp"] = None
    assert is_same_template(older, template("a"))
    assert template_identity(older) == template_identity(template("a"))


def test_another_label_is_another_template_with_the_same_model() -> None:
    other = template("a")
    other["metadata"]["labels"]["tier"] = "gold"
    assert template_identity(other) != template_identity(template("a"))
    assert model_identity(other, RULES) == model_identity(template("a"), RULES)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda t: t["metadata"]["annotations"].update({MODEL_DIGEST: sha("f")}), id="another model"),
        pytest.param(lambda t: t["spec"]["containers"][0].update(image=f"x@{sha('f')}"), id="another image"),
        pytest.param(lambda t: t["spec"].update(initContainers=[{"name": "i", "image": "y:1"}]), id="a loader more"),
    ],
)
def test_what_serves_decides_the_model(change: Any) -> None:
    changed = template("a")
    change(changed)
    assert model_identity(changed, RULES) != model_identity(template("a"), RULES)


def test_a_sidecar_that_is_ignored_does_not_change_the_model() -> None:
    changed = template("a")
    changed["spec"]["containers"].append({"name": "proxy", "image": "proxy:2"})
    assert model_identity(changed, RULES) != model_identity(template("a"), RULES)
    ignoring = IdentityRules(ignore=frozenset({"proxy"}))
    assert model_identity(changed, ignoring) == model_identity(template("a"), ignoring)


def test_a_threshold_decides_only_where_it_is_listed() -> None:
    low, high = template("a", THRESHOLD="0.2"), template("a", THRESHOLD="0.8")
    assert model_identity(low, RULES) == model_identity(high, RULES)
    listed = IdentityRules(config=frozenset({"THRESHOLD"}))
    assert model_identity(low, listed) != model_identity(high, listed)


@pytest.mark.parametrize(("low", "high"), [(["--t=1"], ["--t=2"]), (["--t", "1"], ["--t", "2"])], ids=["=", "space"])
def test_an_argument_decides_however_it_is_written(low: list[str], high: list[str]) -> None:
    one, other = template("a"), template("a")
    one["spec"]["containers"][0]["args"] = low
    other["spec"]["containers"][0]["args"] = high
    listed = IdentityRules(config=frozenset({"--t"}))
    assert model_identity(one, listed) != model_identity(other, listed)
    assert model_identity(one, RULES) == model_identity(other, RULES)


def test_a_template_by_digests_is_immutable() -> None:
    assert mutable_references(template("a"), RULES) == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda t: t["metadata"]["annotations"].pop(MODEL_DIGEST), "is no sha256 digest"),
        (lambda t: t["spec"]["containers"][0].update(image="x:latest"), "named by a tag"),
        (
            lambda t: t["spec"]["containers"][0].update(envFrom=[{"configMapRef": {"name": "c"}}]),
            "takes its environment from a ConfigMap",
        ),
        (
            lambda t: t["spec"]["containers"][0].update(
                env=[{"name": "T", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}}]
            ),
            "takes a variable from a ConfigMap",
        ),
    ],
    ids=["model without digest", "tag", "environment", "variable"],
)
def test_a_reference_that_may_mean_something_else_tomorrow_is_named(change: Any, why: str) -> None:
    changed = template("a")
    change(changed)
    (said,) = mutable_references(changed, RULES)
    assert why in said


@pytest.mark.parametrize(
    ("volume", "why"),
    [
        ({"configMap": {"name": "c"}}, "holds a ConfigMap"),
        ({"projected": {"sources": [{"configMap": {"name": "c"}}]}}, "holds a ConfigMap"),
        ({"image": {"reference": "model:latest"}}, "named by a tag"),
        ({"image": {"reference": f"model@{sha('e')}"}}, None),
        ({"secret": {"secretName": "s"}}, None),
    ],
    ids=["ConfigMap", "projected ConfigMap", "image by tag", "image by digest", "secret"],
)
def test_a_volume_counts_where_it_is_mounted(volume: dict[str, Any], why: str | None) -> None:
    changed = template("a")
    changed["spec"]["volumes"] = [{"name": "v", **deepcopy(volume)}]
    assert mutable_references(changed, RULES) == (), "an unmounted volume decides nothing"
    changed["spec"]["containers"][0]["volumeMounts"] = [{"name": "v", "mountPath": "/v"}]
    said = mutable_references(changed, RULES)
    assert (said == ()) if why is None else (len(said) == 1 and why in said[0])
