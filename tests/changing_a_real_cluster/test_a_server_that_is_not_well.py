"""What the adapter makes of every answer that is none: one of five errors, in time, and never a second request."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.adapters.kubernetes.cluster import KubernetesCluster
from monitor.adapters.kubernetes.connection import open_client
from monitor.ports_cluster import (
    AnswerLost,
    ClusterConflict,
    ClusterError,
    ClusterGone,
    ClusterRefused,
    ClusterUnreachable,
    Kind,
    Told,
)
from tests.changing_a_real_cluster.odd_server import (
    Answer,
    OddServer,
    cutting,
    dripping,
    hanging_up,
    odd_server,
    saying,
    silent,
)
from tests.parts.processes import HOST, free_ports

TIMEOUT_S = 0.4
PATCH = [{"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}]

Call = Callable[[KubernetesCluster], object]


def status(code: int, reason: str, message: str = "because", *headers: str) -> Answer:
    body = {"kind": "Status", "code": code, "reason": reason, "message": message}
    return saying(code, json.dumps(body), "Content-Type: application/json", *headers)


def cluster_at(url: str, folder: Path) -> KubernetesCluster:
    settings = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "odd",
        "clusters": [{"name": "odd", "cluster": {"server": url}}],
        "users": [{"name": "odd", "user": {"token": "token-that-nobody-may-read"}}],
        "contexts": [{"name": "odd", "context": {"cluster": "odd", "user": "odd"}}],
    }
    path = folder / "odd.kubeconfig"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return KubernetesCluster(open_client(path), "pod-1", TIMEOUT_S)


def failure_of(call: Call, answer: Answer, folder: Path) -> tuple[ClusterError, OddServer, float]:
    """The error, the server, and how many seconds it took."""
    with odd_server(answer) as server:
        cluster = cluster_at(server.url, folder)
        began = time.monotonic()
        with pytest.raises(ClusterError) as caught:
            call(cluster)
        took_s = time.monotonic() - began
        cluster.close()
    return caught.value, server, took_s


def look(cluster: KubernetesCluster) -> object:
    return cluster.look("clinical", "readmission")


def patch(cluster: KubernetesCluster) -> object:
    return cluster.patch("clinical", "readmission", PATCH)


def try_patch(cluster: KubernetesCluster) -> object:
    return cluster.patch("clinical", "readmission", PATCH, is_dry_run=True)


def create(cluster: KubernetesCluster) -> object:
    return cluster.create(Kind.LEASE, "fairdrift", {"metadata": {"name": "who-leads"}})


def replace(cluster: KubernetesCluster) -> object:
    body = {"metadata": {"name": "who-leads", "resourceVersion": "7", "uid": "u"}}
    return cluster.replace(Kind.LEASE, "fairdrift", body)


READS = pytest.mark.parametrize("call", [look, try_patch], ids=["look", "dry run"])
WRITES = pytest.mark.parametrize("call", [patch, create, replace], ids=["patch", "create", "replace"])
BOTH = pytest.mark.parametrize(
    "call", [look, try_patch, patch, create, replace], ids=["look", "dry run", "patch", "create", "replace"]
)

SAID = [
    (status(409, "Conflict"), ClusterConflict),
    (status(409, "AlreadyExists"), ClusterConflict),
    (status(404, "NotFound"), ClusterGone),
    (saying(404, "404 page not found"), ClusterRefused),
    (status(401, "Unauthorized"), ClusterRefused),
    (status(403, "Forbidden"), ClusterRefused),
    (status(422, "Invalid"), ClusterRefused),
    (status(413, "RequestEntityTooLarge"), ClusterRefused),
    (status(429, "TooManyRequests"), ClusterUnreachable),
    (saying(307, "", "Location: http://127.0.0.1:1/elsewhere"), ClusterRefused),
    (saying(200, "<html>log in, please</html>"), (AnswerLost, ClusterUnreachable)),
    (saying(200, '"well done"'), (AnswerLost, ClusterUnreachable)),
    (saying(200, '{"metadata": {"name": "readm'), (AnswerLost, ClusterUnreachable)),
]


@BOTH
@pytest.mark.parametrize(("answer", "error"), SAID, ids=range(len(SAID)))
def test_every_answer_has_one_meaning_and_is_asked_for_once(
    answer: Answer, error: type[ClusterError], call: Call, tmp_path: Path
) -> None:
    caught, server, _ = failure_of(call, answer, tmp_path)
    assert isinstance(caught, error)
    assert len(server.asked) == 1


DOUBTS: list[Answer] = [
    status(500, "InternalError"),
    status(503, "ServiceUnavailable"),
    status(504, "Timeout"),
    saying(502, "<html>bad gateway</html>"),
    hanging_up,
    silent,
    dripping(b"HTTP/1.1 200 OK\r\nX-Slow: "),
    dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"),
    cutting(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"),
]
NAMES = ["500", "503", "504", "502", "hangs up", "says nothing", "endless headers", "endless body", "cut body"]


@WRITES
@pytest.mark.parametrize("answer", DOUBTS, ids=NAMES)
def test_after_a_write_without_a_word_it_is_not_known_what_became_of_it(
    answer: Answer, call: Call, tmp_path: Path
) -> None:
    caught, server, took_s = failure_of(call, answer, tmp_path)
    assert type(caught) is AnswerLost
    assert "read again" in str(caught)
    assert len(server.asked) == 1
    assert took_s < 3 * TIMEOUT_S


@READS
@pytest.mark.parametrize("answer", DOUBTS, ids=NAMES)
def test_what_only_reads_can_be_asked_again_later(answer: Answer, call: Call, tmp_path: Path) -> None:
    caught, server, took_s = failure_of(call, answer, tmp_path)
    assert type(caught) is ClusterUnreachable
    assert len(server.asked) == 1
    assert took_s < 3 * TIMEOUT_S


@pytest.mark.parametrize(("said", "seconds"), [("12", 12.0), ("0", 0.0), ("soon", None)])
def test_how_long_the_server_wants_us_to_wait_is_handed_on_and_not_slept(
    said: str, seconds: float | None, tmp_path: Path
) -> None:
    answer = status(429, "TooManyRequests", "because", f"Retry-After: {said}")
    caught, server, took_s = failure_of(patch, answer, tmp_path)
    assert isinstance(caught, ClusterUnreachable)
    assert caught.retry_after_s == seconds
    assert len(server.asked) == 1
    assert took_s < 1


@BOTH
def test_where_nobody_listens_nothing_was_written(call: Call, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with pytest.raises(ClusterUnreachable, match="is the API server up"):
        call(cluster_at(f"http://{HOST}:{port}", tmp_path))


def test_a_refusal_quotes_the_policy_that_refused(tmp_path: Path) -> None:
    said = "ValidatingAdmissionPolicy 'known-good' denied request: condemned since Tuesday"
    caught, _, _ = failure_of(patch, status(403, "Forbidden", said), tmp_path)
    assert said in str(caught)
    assert isinstance(caught, ClusterRefused)
    assert caught.reason == "Forbidden"


def test_the_token_is_in_no_error(tmp_path: Path) -> None:
    for answer in (status(401, "Unauthorized"), hanging_up, silent):
        caught, _, _ = failure_of(patch, answer, tmp_path)
        assert "token-that-nobody-may-read" not in f"{caught} {caught.__cause__!r} {caught.__cause__}"


def test_a_list_that_never_ends_is_given_up_in_time(tmp_path: Path) -> None:
    page = {
        "metadata": {"uid": "u", "continue": "more"},
        "spec": {"selector": {"matchLabels": {"app": "m"}}},
        "items": [],
    }
    caught, server, took_s = failure_of(look, saying(200, json.dumps(page)), tmp_path)
    assert type(caught) is ClusterUnreachable
    assert len(server.asked) > 3
    assert took_s < 3 * TIMEOUT_S


def test_an_event_that_could_not_be_written_is_no_error(tmp_path: Path) -> None:
    about = {"metadata": {"name": "readmission", "namespace": "clinical", "uid": "u", "resourceVersion": "7"}}
    event = Told(about, "Rollback", "Degraded", "note", is_warning=True, time_ms=0)
    with odd_server(status(500, "InternalError")) as server:
        assert not cluster_at(server.url, tmp_path).tell(event)
    assert len(server.asked) == 1


def test_a_kubeconfig_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    with pytest.raises(ClusterRefused, match="no way to the API server in"):
        open_client(tmp_path / "nothing")


def test_outside_a_cluster_there_is_no_account_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(ClusterRefused, match="is its service account token mounted"):
        open_client()
