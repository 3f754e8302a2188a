"""The whole way to the rollback process: a real broker, `fairdrift run`, and the client that reads its feed."""

import json
import sys
import time
from pathlib import Path

import pytest

from monitor.acting.hearing import Heard, is_in_date
from monitor.acting.records import StreamRecord, decode
from monitor.adapters.verdict_feed import HttpVerdictFeed
from monitor.ports_acting import FeedGap, FeedPage, FeedRefused
from tests.parts.kafka.broker import KafkaBroker
from tests.parts.processes import Process, free_ports, start
from tests.telling_the_controller.worlds import DIGESTS, FNR, WOMEN, settings, story
from tests.way_of_an_event.test_from_a_kafka_record_to_a_prometheus_series import is_ready, send

TOPICS = {"inference": "told.inference", "outcome": "told.outcome"}
NAME = ("readmission", "r2", *WOMEN)


def hear(feed: HttpVerdictFeed, heard: Heard, after: int) -> tuple[Heard, int, str]:
    """Read one part."""
    try:
        page: FeedPage = feed.read(after, 10)
    except FeedGap as gap:
        page = feed.read(gap.first - 1, 10)
    for text in page.records:
        heard = heard.take(decode(text))
    return heard, page.next - 1, page.source


def hear_of_harm(feed: HttpVerdictFeed, after: int, source: str = "") -> tuple[StreamRecord, int, str]:
    """Read on until women are said to be harmed."""
    heard, end_s = Heard(), time.monotonic() + 60
    while time.monotonic() < end_s:
        heard, after, found = hear(feed, heard, after)
        assert source in ("", found)
        source = found
        record = heard.streams.get(NAME)
        if record is not None and record.verdict == "DEGRADED" and not record.blocked_by:
            return record, after, source
    raise AssertionError(f"nothing was heard of it; the last was {heard.streams.get(NAME)}")


@pytest.fixture
def token(tmp_path: Path) -> Path:
    path = tmp_path / "read.token"
    path.write_text("a-long-random-token\n")
    return path


def test_a_release_that_harms_reaches_the_controller_with_its_blame(
    kafka: KafkaBroker, token: Path, tmp_path: Path
) -> None:
    now_ms = time.time_ns() // 1_000_000 - 3_600_000
    for topic in TOPICS.values():
        kafka.create_topic(topic, 3)
    send(kafka, TOPICS, story(0.5, now_ms), now_ms)
    (port, api) = free_ports(2)
    text = settings().format(bootstrap=kafka.bootstrap, state=tmp_path / "state", port=port, **TOPICS)
    text = text.replace('api: "127.0.0.1:0"', f'api: "127.0.0.1:{api}", tokens: {{read_file: {token}}}')
    file = tmp_path / "fairdrift.yaml"
    file.write_text(text, encoding="utf-8")
    monitor = run(file, tmp_path, port)
    feed = HttpVerdictFeed(f"http://127.0.0.1:{api}", token)

    record, after, source = hear_of_harm(feed, after=0)
    assert (record.blame, record.blame_by, record.may_act) == ("revision", "concurrent", True)
    assert (record.former, record.model_digest, record.pod_template_hashes) == ("r1", DIGESTS["r2"], ("hash-b",))
    assert is_in_date(record, time.time_ns() // 1_000_000)
    assert (record.data.coverage, record.data.lag_records, record.window.exact) == (True, 0, True)
    assert FNR in explained(monitor, file, tmp_path)

    with pytest.raises(FeedRefused, match="401"):
        HttpVerdictFeed(f"http://127.0.0.1:{api}").read(0, 0)

    monitor.stop(10)
    assert monitor.child.returncode == 0, monitor.tail()
    again = run(file, tmp_path, port)
    with pytest.raises(FeedGap) as gap:
        feed.read(after, 0)
    assert gap.value.first > after, "no number is given to another record"
    later, _, _ = hear_of_harm(feed, gap.value.first - 1, source)
    assert later.seq > record.seq
    assert (later.rollout, later.blame, later.blame_by) == (record.rollout, record.blame, record.blame_by)
    again.stop(10)


def run(file: Path, folder: Path, port: int) -> Process:
    monitor = start("fairdrift", [sys.executable, "-m", "monitor.cli.main", "run", "--settings", file], folder)
    monitor.wait_ready(lambda: is_ready(port))
    return monitor


def explained(monitor: Process, file: Path, folder: Path) -> str:
    """What the monitor's own command says of it meanwhile: the API answers both."""
    stream = "/".join(("readmission", *WOMEN))
    command: list[str | Path] = [sys.executable, "-m", "monitor.cli.main", "explain", stream, "--settings", file]
    told = start("explain", command, folder)
    assert told.child.wait(20) == 0, (told.tail(), monitor.tail())
    return json.dumps(told.tail())
