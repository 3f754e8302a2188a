"""What stands now, for programs: every stream of every model, worst first, in numbers that may be shown.

Way of an event: step 9, read by the API. Pure.
"""

from dataclasses import asdict
from typing import Any

from monitor.exporting.moments import rfc3339
from monitor.exporting.standing import standing_record, standings
from monitor.exporting.view import ModelView, View
from monitor.judging.incidents import Incident, incidents
from monitor.judging.verdict import StreamVerdict


def status(view: View) -> dict[str, Any]:
    """The status as one JSON object.

    >>> status(View(published_ms=0, version="1.0"))
    {'v': 1, 'published': '1970-01-01T00:00:00Z', 'version': '1.0', 'models': {}}
    """
    models = {model.model: _model(model) for model in view.models}
    return {"v": 1, "published": rfc3339(view.published_ms), "version": view.version, "models": models}


def _model(model: ModelView) -> dict[str, Any]:
    streams = [standing_record(standing) for standing in standings(model)]
    windows = {
        w.name: {"start": rfc3339(w.start_ms), "end": rfc3339(w.end_ms), "exact": w.exact} for w in model.windows
    }
    worst = streams[0]["verdict"] if streams else None
    return {
        "verdict": worst,
        "mode": model.mode,
        "windows": windows,
        "false_alarms_per_91d": dict(model.false_alarm_budget),
        "incidents": [incident_record(incident) for incident in incidents(model.verdicts)],
        "streams": streams,
    }


def incident_record(incident: Incident) -> dict[str, Any]:
    """An incident for programs: who is blamed and why, the stream that is named, and what else has moved."""
    return {
        "revision": incident.revision,
        "blame": asdict(incident.blame) | {"cannot_tell": incident.blame.limits},
        "worst": _name(incident.worst),
        "also_moved": [_name(said) for said in incident.also_moved],
    }


def _name(said: StreamVerdict) -> str:
    return "/".join((said.model, said.attribute, said.subgroup, said.metric))
