"""The Grafana boards that ship with fairdrift, as files and as ConfigMaps for the sidecar that Grafana's chart runs.

Beside the way of an event: `cli` exports them. Touches the package's own data files.
"""

from collections.abc import Mapping
from typing import Final

from monitor.exporting.manifests import manifest, shipped_at

SIDECAR_LABEL: Final = "grafana_dashboard"


def shipped() -> Mapping[str, bytes]:
    """Name -> content of every board, in alphabetical order.

    Raises
    ------
    FileNotFoundError
        if this installation has none.

    Examples
    --------
    >>> list(shipped())
    ['fairdrift-fleet.json', 'fairdrift-health.json', 'fairdrift-model.json', 'fairdrift-subgroup.json']
    """
    folder = shipped_at("dashboards", "dashboards/json")
    found = {path.name: path.read_bytes() for path in folder.iterdir() if path.name.endswith(".json")}
    return dict(sorted(found.items()))


def config_maps(namespace: str, labels: Mapping[str, str]) -> Mapping[str, bytes]:
    """Name -> manifest of one ConfigMap a board, with the label that Grafana's sidecar looks for.

    Parameters
    ----------
    namespace
        Where the sidecar looks.
    labels
        Further labels; `grafana_dashboard` is always ``"1"``.

    Examples
    --------
    >>> manifests = config_maps("monitoring", {"release": "kube-prometheus"})
    >>> print(manifests["fairdrift-fleet.configmap.yaml"].decode()[:198])
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: fairdrift-fleet
      namespace: monitoring
      labels:
        release: kube-prometheus
        grafana_dashboard: '1'
    data:
      fairdrift-fleet.json: |
        {

    References
    ----------
    Kubernetes API, "ConfigMap v1 core"; Grafana's Helm chart, "Sidecar for dashboards".
    """
    return {
        f"{name.removesuffix('.json')}.configmap.yaml": _config_map(name, content, namespace, labels)
        for name, content in shipped().items()
    }


def _config_map(name: str, content: bytes, namespace: str, labels: Mapping[str, str]) -> bytes:
    tree = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": name.removesuffix(".json"),
            "namespace": namespace,
            "labels": {**labels, SIDECAR_LABEL: "1"},
        },
        "data": {name: content.decode()},
    }
    return manifest(tree)
