"""Who wrote a Deployment: `managedFields`, as far as anybody reads it to learn who changed the template. Pure."""

from monitor.ports_cluster import Json


def note_writer(deployment: Json, before: Json, manager: str, time: str) -> None:
    """Note in a changed Deployment that a manager wrote it, if anything differs; earlier writers stay noted.

    >>> web = {"metadata": {}, "spec": {"template": {"spec": {}}, "paused": True}}
    >>> note_writer(web, {"spec": {"paused": True}}, "kubectl-edit", "2026-01-01T00:00:00Z")
    >>> web["metadata"]["managedFields"][0]["fieldsV1"]
    {'f:spec': {'f:template': {}}}
    """
    spec, old = deployment["spec"], before["spec"]
    fields: Json = {f"f:{name}": {} for name in spec if spec[name] != old.get(name)}
    if not fields and deployment["metadata"] == before.get("metadata"):
        return
    entry: Json = {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "apps/v1",
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:spec": fields} if fields else {"f:metadata": {}},
    }
    others = [one for one in deployment["metadata"].get("managedFields", ()) if one["manager"] != manager]
    mine = [one for one in deployment["metadata"].get("managedFields", ()) if one["manager"] == manager]
    for one in mine:
        entry["fieldsV1"] = _joined(one["fieldsV1"], entry["fieldsV1"])
    written = sorted([*others, entry], key=lambda one: (one["time"], one["manager"]))
    deployment["metadata"]["managedFields"] = written


def _joined(one: Json, other: Json) -> Json:
    made = dict(one)
    for name, below in other.items():
        made[name] = _joined(made.get(name, {}), below)
    return made
