"""A Deployment's label selector in the form that a list request takes.

Way of an event: step 11, before ReplicaSets are listed. Pure.
"""

from typing import Any, Final

_SETS: Final = {
    "In": "{key} in ({values})",
    "NotIn": "{key} notin ({values})",
    "Exists": "{key}",
    "DoesNotExist": "!{key}",
}


def query_of(selector: dict[str, Any]) -> str:
    """The query parameter `labelSelector` that chooses what a `LabelSelector` object chooses.

    Examples
    --------
    >>> rule = {"key": "track", "operator": "NotIn", "values": ["canary", "shadow"]}
    >>> query_of({"matchLabels": {"app": "readmission"}, "matchExpressions": [rule]})
    'app=readmission,track notin (canary,shadow)'

    References
    ----------
    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
    """
    equal = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    rules = selector.get("matchExpressions") or ()
    sets = [
        _SETS[rule["operator"]].format(key=rule["key"], values=",".join(rule.get("values") or ())) for rule in rules
    ]
    return ",".join(equal + sets)


def is_controlled_by(thing: dict[str, Any], uid: str) -> bool:
    """Whether the object's controller is the one with this UID: a selector alone also finds what others made.

    >>> is_controlled_by({"metadata": {"ownerReferences": [{"uid": "u-1", "controller": True}]}}, "u-1")
    True
    >>> is_controlled_by({"metadata": {"ownerReferences": [{"uid": "u-1"}]}}, "u-1")
    False
    """
    owners = thing["metadata"].get("ownerReferences") or ()
    return any(owner["uid"] == uid and owner.get("controller") is True for owner in owners)
