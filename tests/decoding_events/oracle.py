"""The contract of inferences and outcomes once more, over `json` and a dict, sharing no code with `intake`.

It takes JSON values, not bytes: what is JSON at all is tested elsewhere.
"""

import re
from datetime import UTC, datetime
from typing import Any

BROKER_MS = 1_767_225_600_000

KNOWN = {
    "inference": "prediction_id event_time model revision attributes prediction score threshold route deployment "
    "namespace pod_template_hash model_digest explained type",
    "outcome": "prediction_id event_time model label void source type",
}


class No(Exception):
    """Refused: (reason, field)."""


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def want(
    event: dict[str, Any], name: str, is_type: Any, is_good: Any = lambda _: True, reason: str = "bad_value"
) -> Any:
    value = event.get(name)
    if value is None:
        return None
    if not is_type(value):
        raise No("wrong_type", name)
    if not is_good(value):
        raise No(reason, name)
    return value


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    return isinstance(value, float) or is_whole(value)


def must(event: dict[str, Any], name: str) -> None:
    if event.get(name) is None:
        raise No("missing_field", name)


def time_ms(sent: Any) -> int:
    if is_whole(sent):
        return int(sent)
    form = r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|z|[+-]\d\d:\d\d)"
    match = re.fullmatch(form, sent, re.ASCII)
    if not match:
        raise No("bad_time", "event_time")
    day, second, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{second}{'+00:00' if zone in 'Zz' else zone}")
    except ValueError as error:
        raise No("bad_time", "event_time") from error
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1000 + int(((fraction or "") + "000")[:3])


def judged(role: str, event: Any) -> tuple[str, str | None] | tuple[Any, ...]:
    """("reason", field), or a tuple of what the event must say."""
    try:
        if not isinstance(event, dict):
            raise No("not_object", None)
        return inference(event) if role == "inference" else outcome(event)
    except No as no:
        return no.args


def common(event: dict[str, Any]) -> None:
    must(event, "prediction_id")
    want(event, "prediction_id", is_text, lambda v: 1 <= len(v) <= 128)
    must(event, "event_time")
    if not is_text(event["event_time"]) and not is_number(event["event_time"]):
        raise No("wrong_type", "event_time")
    if isinstance(event["event_time"], float):
        raise No("bad_time", "event_time")


def meant(event: dict[str, Any], kind: str) -> None:
    said = event.get("type")
    if said is not None and said not in (kind, f"fairdrift.{kind}.v1"):
        raise No("unknown_type", "type")


def late_checks(event: dict[str, Any]) -> tuple[str, int]:
    if not event["prediction_id"].isprintable():
        raise No("bad_value", "prediction_id")
    ms = time_ms(event["event_time"])
    return event["prediction_id"], ms


def in_range(ms: int) -> None:
    if not 631_152_000_000 <= ms <= BROKER_MS + 300_000:
        raise No("time_out_of_range", "event_time")


def inference(event: dict[str, Any]) -> tuple[Any, ...]:
    meant(event, "inference")
    common(event)
    must(event, "model")
    want(event, "model", is_text, lambda v: v == "readmission", "unknown_model")
    must(event, "revision")
    want(event, "revision", is_text)
    must(event, "attributes")
    prediction = want(event, "prediction", is_whole, lambda v: v in (0, 1))
    score = want(event, "score", is_number)
    threshold = want(event, "threshold", is_number)
    route = want(event, "route", is_text, lambda v: v in ("default", "canary", "shadow"))
    for name in ("deployment", "namespace"):
        want(event, name, is_text)
    template = want(event, "pod_template_hash", is_text, lambda v: len(v) <= 128)
    digest = want(event, "model_digest", is_text, lambda v: len(v) <= 128)
    explained = want(event, "explained", lambda v: isinstance(v, bool))
    faults = set()
    for check in (
        lambda: late_checks(event),
        lambda: re.fullmatch(r"[A-Za-z0-9._-]{1,64}", event["revision"]) or no("bad_value", "revision"),
        lambda: check_attributes(event["attributes"]),
        lambda: prediction is not None or None not in (score, threshold) or no("missing_field", "prediction"),
        lambda: (template or "").isprintable() or no("bad_value", "pod_template_hash"),
        lambda: (digest or "").isprintable() or no("bad_value", "model_digest"),
    ):
        try:
            check()
        except No as fault:
            faults.add(fault.args)
    if faults:
        return ("any of", *sorted(faults, key=str))
    prediction_id, ms = late_checks(event)
    in_range(ms)
    bin_ = 20 if score is None else min(19, max(0, int(min(max(score, 0.0), 1.0) * 20)))
    revision = event["revision"] + (".shadow" if route == "shadow" else "")
    positive = int(score >= threshold) if prediction is None else prediction
    explained = {None: 0, False: 1, True: 2}[explained]
    return prediction_id, "readmission", revision, ms, positive, bin_, explained, digest or None, template or None


def no(reason: str, field: str) -> None:
    raise No(reason, field)


def check_attributes(attributes: Any) -> None:
    if not isinstance(attributes, dict):
        raise No("wrong_type", "attributes")
    if len(attributes) > 64:
        raise No("too_deep", "attributes")
    for name in ("race", "sex", "age"):
        value = attributes.get(name)
        is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
        if not (value is None or is_text(value) or is_list or (name == "age" and is_number(value))):
            raise No("wrong_type", f"attributes.{name}")
        if is_list and len(value) > 16:
            raise No("too_deep", f"attributes.{name}")


def outcome(event: dict[str, Any]) -> tuple[Any, ...]:
    meant(event, "outcome")
    common(event)
    want(event, "model", is_text, lambda v: v == "readmission", "unknown_model")
    label = want(event, "label", is_whole, lambda v: v in (0, 1))
    void = want(event, "void", lambda v: isinstance(v, bool))
    source = want(event, "source", is_text)
    prediction_id, ms = late_checks(event)
    if void and label is not None:
        raise No("bad_value", "void")
    if not void and label is None:
        raise No("missing_field", "label")
    in_range(ms)
    return prediction_id, ms, 4 if void else label + 2 * (source == "audit"), event.get("model")
