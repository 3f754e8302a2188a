"""Whatever is sent to whatever door: an answer below 500 that says what to do, and no token in a log or an answer."""

import json
import logging
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.asking_the_controller.office import INCIDENT, PLAN, Office, alert, notification

SECRETS = {"read": "r-0f7a91", "operate": "kim o-51c0de", "hook": "h-9b2d44"}
WORDS = [text.split()[-1] for text in SECRETS.values()]
PATHS = [
    *("/v1/pause", "/v1/resume", "/v1/acknowledge", "/v1/override", "/v1/hooks/alertmanager", "/v1/incidents"),
    *(f"/v1/plans/{PLAN}/approve", f"/v1/plans/{PLAN}/reject"),
]
GOOD: list[dict[str, Any]] = [
    {"model": "readmission", "for_ms": 1, "reason": "x"},
    {"incident": INCIDENT, "target": "m", "skips": ["G5"], "reason": "x", "actor": "kim"},
    notification(alert(), alert("sepsis", "g", status="resolved"), truncatedAlerts=1),
]

texts = st.text(st.characters(), max_size=30) | st.sampled_from(["4", "firing", "readmission", "*", "\ud800", "G5"])
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


@st.composite
def nearly_good(draw: st.DrawFn) -> Any:
    """A good body with one place of it changed, left out or added to."""
    body = json.loads(json.dumps(draw(st.sampled_from(GOOD))))
    place = body
    while True:
        key = draw(st.sampled_from(sorted(place)) if isinstance(place, dict) else st.integers(0, len(place) - 1))
        if not (isinstance(place[key], dict | list) and place[key] and draw(st.booleans())):
            break
        place = place[key]
    match draw(st.sampled_from(["change", "drop", "add"])):
        case "change":
            place[key] = draw(values)
        case "drop":
            del place[key]
        case _ if isinstance(place, dict):
            place[draw(texts)] = draw(values)
        case _:
            place.append(draw(values))
    return body


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


bodies = st.binary(max_size=200) | nearly_good().map(as_json) | values.map(as_json)
paths = st.sampled_from(PATHS) | st.text(max_size=60).map(
    lambda text: f"/v1/plans/{quote(text, errors='replace')}/approve"
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("office"), SECRETS).open()
    yield office
    office.close()


def sent(office: Office, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", office.port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(method="POST", path="/v1/pause", body=as_json({**GOOD[0], "for_ms": 1e400}), token=0, kind="application/json")
@example(method="POST", path="/v1/pause", body=b'{"model":"\\ud800"}', token=1, kind="application/json")
@example(method="POST", path=PATHS[4], body=b'{"a":' * 12_000, token=2, kind="application/json")
@given(
    method=st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "HEAD", "DELETE"]),
    path=paths,
    body=bodies,
    token=st.integers(0, 2),
    kind=st.sampled_from(["application/json", "application/json; charset=\x7f", "text/plain", "a/b;", ""]),
)
def test_no_input_is_an_error_of_ours(
    office: Office, caplog: pytest.LogCaptureFixture, method: str, path: str, body: bytes, token: int, kind: str
) -> None:
    headers = {"Authorization": f"Bearer {WORDS[token]}", "Content-Type": kind}
    with caplog.at_level(logging.DEBUG):
        status, answer = sent(office, method, path, body, headers)
    assert status < 500
    if status >= 400 and method != "HEAD" and answer.startswith(b"{"):
        said = json.loads(answer)
        assert said.keys() == {"title", "status", "fix"}
        assert said["fix"]
    formatter = logging.Formatter()
    text = "".join(map(formatter.format, caplog.records)) + answer.decode("utf-8", "replace")
    assert [word for word in WORDS if word in text] == []
    assert office.ended_by is None
