"""The alerts that ship with fairdrift: rules, runbooks, an example for Alertmanager, and the rules as a PrometheusRule.

Beside the way of an event: `cli` exports them. Touches the package's own data files.
"""

from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any, Final

from ruamel.yaml import YAML

from monitor.exporting.manifests import manifest, shipped_at

RESOURCE: Final = "fairdrift.prometheusrule.yaml"
_FOLDERS: Final = {"rules": ".yaml", "runbooks": ".md"}
_EXAMPLE: Final = "alertmanager.yml"


def shipped() -> Mapping[str, bytes]:
    """Path -> content of every file, as it was written.

    Raises
    ------
    FileNotFoundError
        if this installation has none.

    Examples
    --------
    >>> sorted({path.partition("/")[0] for path in shipped()})
    ['alertmanager.yml', 'rules', 'runbooks']
    """
    return dict(_files(shipped_at("alerts", "alerts")))


def _files(root: Traversable) -> Iterator[tuple[str, bytes]]:
    yield _EXAMPLE, root.joinpath(_EXAMPLE).read_bytes()
    for folder, ending in _FOLDERS.items():
        for path in sorted(root.joinpath(folder).iterdir(), key=lambda one: one.name):
            if path.name.endswith(ending):
                yield f"{folder}/{path.name}", path.read_bytes()


def groups() -> list[dict[str, Any]]:
    """Every group of every file of rules, anchors resolved.

    >>> [group["name"] for group in groups() if "interval" in group]
    ['fairdrift-blind']
    """
    reader = YAML(typ="safe", pure=True)
    rules = [content for path, content in shipped().items() if path.startswith("rules/")]
    return [group for content in rules for group in reader.load(content)["groups"]]


def prometheus_rule(namespace: str, labels: Mapping[str, str]) -> Mapping[str, bytes]:
    """Name -> manifest of one PrometheusRule with all groups, for clusters that run the Prometheus operator.

    Parameters
    ----------
    namespace
        Where the operator's `ruleNamespaceSelector` looks.
    labels
        What its `ruleSelector` asks for; kube-prometheus-stack wants `release`.

    Examples
    --------
    >>> print(prometheus_rule("monitoring", {"release": "kube-prometheus"})[RESOURCE].decode()[:149])
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata:
      name: fairdrift
      namespace: monitoring
      labels:
        release: kube-prometheus

    References
    ----------
    Prometheus operator, API reference, "PrometheusRule" (monitoring.coreos.com/v1).
    """
    tree = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "fairdrift", "namespace": namespace, "labels": dict(labels)},
        "spec": {"groups": groups()},
    }
    return {RESOURCE: manifest(tree)}
