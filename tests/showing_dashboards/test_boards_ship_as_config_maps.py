"""`fairdrift export dashboards`: what it writes is what Kubernetes and Grafana's sidecar take."""

import json
import re

from kubernetes.client import V1ConfigMap, V1ObjectMeta
from ruamel.yaml import YAML

from dashboards.write import files
from monitor.exporting.dashboards import config_maps, shipped

MANIFESTS = config_maps("monitoring", {"app.kubernetes.io/name": "fairdrift", "grafana_dashboard": "0"})


def parsed() -> list[dict[str, dict[str, str]]]:
    return [YAML(typ="safe", pure=True).load(text) for text in MANIFESTS.values()]


def test_what_ships_is_what_was_committed() -> None:
    assert dict(shipped()) == dict(sorted(files().items()))


def test_each_board_is_one_config_map_with_every_byte_of_it() -> None:
    data = [manifest["data"] for manifest in parsed()]
    assert [list(one) for one in data] == [[name] for name in shipped()]
    assert [text.encode() for one in data for text in one.values()] == list(shipped().values())
    assert [json.loads(text)["uid"] for one in data for text in one.values()] == [
        manifest["metadata"]["name"] for manifest in parsed()
    ]


def test_the_sidecar_finds_it_whatever_other_labels_say() -> None:
    for manifest in parsed():
        assert manifest["metadata"]["labels"] == {"app.kubernetes.io/name": "fairdrift", "grafana_dashboard": "1"}
        assert manifest["metadata"]["namespace"] == "monitoring"


def test_fields_are_those_of_the_kubernetes_api() -> None:
    for manifest in parsed():
        assert (manifest["apiVersion"], manifest["kind"]) == ("v1", "ConfigMap")
        assert set(manifest) <= set(V1ConfigMap.attribute_map.values())
        assert set(manifest["metadata"]) <= set(V1ObjectMeta.attribute_map.values())
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", manifest["metadata"]["name"])
        assert all(re.fullmatch(r"[-._a-zA-Z0-9]+", key) for key in manifest["data"])
        assert all(isinstance(value, str) for value in manifest["metadata"]["labels"].values())
    # "The total size of all values is limited to 1 MiB"; `kubectl apply` keeps a copy in an annotation of 256 KiB.
    assert max(map(len, MANIFESTS.values())) < 256 * 1024
