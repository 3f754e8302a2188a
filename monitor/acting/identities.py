"""Who a template is: its own identity R, and the identity M of the model it serves.

Way of an event: step 12. A revision number is no identity, since the deployment controller reuses it; verdicts and
condemnations hang on M, patches on R. Pure.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor.acting.canonical import canonical, digest
from monitor.acting.raw import Raw, annotations, field, labels

PREFIX: Final = "fairdrift.io/"
MODEL_DIGEST: Final = PREFIX + "model-digest"
"""Annotation of the pod template that names the model by its digest."""

HASH_LABEL: Final = "pod-template-hash"
RESTARTED_AT: Final = "kubectl.kubernetes.io/restartedAt"

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """What of a template decides.

    Parameters
    ----------
    ignore
        Names of containers that serve no model (sidecars).
    config
        Names of environment variables and arguments that decide, as ``THRESHOLD`` or ``--threshold``. None by default:
        then two templates that differ in a threshold share one M, and neither can be the other's target.
    """

    ignore: frozenset[str] = frozenset()
    config: frozenset[str] = frozenset()


def bare_template(template: Raw) -> dict[str, Any]:
    """The template without the label that the deployment controller adds to a ReplicaSet; all else as it was.

    >>> bare_template({"metadata": {"labels": {"app": "m", "pod-template-hash": "7d9f8"}}, "spec": {"x": None}})
    {'metadata': {'labels': {'app': 'm'}}, 'spec': {'x': None}}
    """
    bare = dict(template)
    if HASH_LABEL in labels(template):
        kept = {name: value for name, value in labels(template).items() if name != HASH_LABEL}
        bare["metadata"] = {**template["metadata"], "labels": kept}
    return bare


def is_same_template(one: Raw, other: Raw) -> bool:
    """Whether the deployment controller takes two templates for one: only its own label may differ."""
    return canonical(_without_null_time(bare_template(one))) == canonical(_without_null_time(bare_template(other)))


def template_identity(template: Raw) -> str:
    """R: SHA-256 of the canonical template, without what a ReplicaSet or a restart adds to it.

    A `creationTimestamp` of null goes, too: newer servers leave it out, and a template must keep its identity through
    an upgrade of the cluster. So do annotations that held nothing but the time of a restart.

    >>> once = {"metadata": {"labels": {"app": "m"}}, "spec": {"containers": []}}
    >>> restarted = {**once, "metadata": {**once["metadata"], "annotations": {RESTARTED_AT: "2026-01-01T00:00:00Z"}}}
    >>> template_identity(once) == template_identity(restarted)
    True
    """
    bare = _without_null_time(bare_template(template))
    metadata = dict(bare.get("metadata") or {})
    kept = {name: value for name, value in annotations(template).items() if name != RESTARTED_AT}
    metadata.pop("annotations", None)
    if kept:
        metadata["annotations"] = kept
    return digest({**bare, "metadata": metadata})


def model_identity(template: Raw, rules: IdentityRules) -> str:
    """M: SHA-256 of the model's digest, the images of the containers that serve it, and the configuration that decides.

    An image counts by its digest alone, wherever it is pulled from; one without digest by its reference.

    >>> served = {"name": "m", "image": "a/model@sha256:" + "0" * 64, "env": [{"name": "T", "value": "1"}]}
    >>> moved = {"name": "m", "image": "b/model@sha256:" + "0" * 64}
    >>> one, other = ({"spec": {"containers": [container]}} for container in (served, moved))
    >>> model_identity(one, IdentityRules()) == model_identity(other, IdentityRules())
    True
    >>> decides = IdentityRules(config=frozenset({"T"}))
    >>> model_identity(one, decides) == model_identity(other, decides)
    False
    """
    images = {_image_digest(container) or str(container.get("image")) for container in _serving(template, rules)}
    deciding = {str(container.get("name")): dict(_config(container, rules)) for container in _serving(template, rules)}
    config = {name: values for name, values in deciding.items() if values}
    return digest({"model": annotations(template).get(MODEL_DIGEST), "images": sorted(images), "config": config})


def mutable_references(template: Raw, rules: IdentityRules) -> tuple[str, ...]:
    """What of a template may mean something else tomorrow, in words; empty if every reference is immutable.

    Secrets are left out: they hold credentials, which rotate and do not decide.

    >>> mutable_references({"spec": {"containers": [{"name": "m", "image": "a/model:latest"}]}}, IdentityRules())
    ('annotation fairdrift.io/model-digest is no sha256 digest', 'image of container m is named by a tag')
    """
    found = []
    if not _DIGEST.fullmatch(annotations(template).get(MODEL_DIGEST, "")):
        found.append(f"annotation {MODEL_DIGEST} is no sha256 digest")
    mounted: set[str] = set()
    for container in _serving(template, rules):
        name = container.get("name")
        if _image_digest(container) is None:
            found.append(f"image of container {name} is named by a tag")
        if any(field(source, "configMapRef") for source in container.get("envFrom") or ()):
            found.append(f"container {name} takes its environment from a ConfigMap")
        if any(field(entry, "valueFrom", "configMapKeyRef") for entry in container.get("env") or ()):
            found.append(f"container {name} takes a variable from a ConfigMap")
        mounted.update(mount["name"] for mount in container.get("volumeMounts") or ())
    for volume in field(template, "spec", "volumes") or ():
        if volume["name"] in mounted:
            found += _mutable_volume(volume)
    return tuple(found)


def _mutable_volume(volume: Raw) -> Iterator[str]:
    sources = [volume, *(field(volume, "projected", "sources") or ())]
    if any(field(source, "configMap") for source in sources):
        yield f"volume {volume['name']} holds a ConfigMap"
    image = field(volume, "image", "reference")
    if image is not None and not _DIGEST.fullmatch(image.rpartition("@")[2]):
        yield f"image of volume {volume['name']} is named by a tag"


def _without_null_time(template: Raw) -> dict[str, Any]:
    metadata = dict(template.get("metadata") or {})
    if metadata.get("creationTimestamp", "") is None:
        del metadata["creationTimestamp"]
    return {**template, "metadata": metadata}


def _serving(template: Raw, rules: IdentityRules) -> list[Mapping[str, Any]]:
    spec = template.get("spec") or {}
    containers = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    return [container for container in containers if container.get("name") not in rules.ignore]


def _image_digest(container: Raw) -> str | None:
    found = str(container.get("image", "")).rpartition("@")[2]
    return found if _DIGEST.fullmatch(found) else None


def _config(container: Raw, rules: IdentityRules) -> Iterator[tuple[str, Any]]:
    for entry in container.get("env") or ():
        if entry["name"] in rules.config:
            yield entry["name"], entry.get("value", entry.get("valueFrom"))
    words = [*(container.get("command") or ()), *(container.get("args") or ())]
    for index, word in enumerate(words):
        name, has_value, value = word.partition("=")
        if name in rules.config:
            follows = words[index + 1] if index + 1 < len(words) else None
            yield name, value if has_value else follows
