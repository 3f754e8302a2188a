"""The whole way on real parts: a Kafka broker, `fairdrift run` as its own process, Prometheus scraping it."""

import json
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.request import urlopen

from tests.parts.kafka.broker import KafkaBroker
from tests.parts.processes import Process, free_ports, start
from tests.parts.prometheus import Prometheus, Start
from tests.way_of_an_event.story import DAY_MS, SETTINGS, Case, cases

PARTITIONS = 3


def test_events_in_kafka_become_the_right_series_in_prometheus(
    kafka: KafkaBroker, prometheus: Start, tmp_path: Path
) -> None:
    now_ms = time.time_ns() // 1_000_000 - 3_600_000
    story = cases(now_ms)
    topics = {"inference": "way.inference", "outcome": "way.outcome"}
    for topic in topics.values():
        kafka.create_topic(topic, PARTITIONS)
    send(kafka, topics, story, now_ms)
    (port,) = free_ports(1)
    settings = tmp_path / "fairdrift.yaml"
    settings.write_text(
        SETTINGS.format(bootstrap=kafka.bootstrap, state=tmp_path / "state", port=port, **topics), encoding="utf-8"
    )
    command = [sys.executable, "-m", "monitor.cli.main", "run", "--settings", settings]

    monitor = start("fairdrift", command, tmp_path)
    monitor.wait_ready(lambda: is_ready(port))
    server = prometheus({"fairdrift": [f"127.0.0.1:{port}"]})
    everyone = "fairdrift_events_total{result='accepted',type='inference'}"
    server.wait_for(f"sum({everyone}) == {len(story)}", 60)
    server.wait_for("fairdrift_coverage_complete == 1", 60)
    server.wait_for("max(fairdrift_window_end_timestamp_seconds{window='28d'})", 60)

    window = expected_window(
        story, now_ms, server_value(server, "max(fairdrift_window_end_timestamp_seconds{window='28d'})")
    )
    for sex, (missed, positives) in window.items():
        labels = f"subgroup='{sex}',metric='false_negative_rate',window='28d'"
        assert server_value(server, f"fairdrift_window_cases{{{labels}}}") == missed
        assert server_value(server, f"fairdrift_window_samples{{{labels}}}") == positives
        assert server_value(server, f"fairdrift_rate_ratio{{{labels}}}") == missed / positives
    states = server.query("sum by (subgroup, metric) (fairdrift_verdict{subgroup='female'}) == 1")
    assert len(states) == 5, "one state of each stream is 1, those of labels too"
    assert not server.query("fairdrift_verdict{state=~'SUSPECT|DEGRADED'} == 1")

    before = everything(port)
    monitor.child.send_signal(signal.SIGTERM)
    assert monitor.child.wait(10) == 0, monitor.tail()
    again = start("fairdrift-again", command, tmp_path)
    again.wait_ready(lambda: is_ready(port))
    assert counters(everything(port)) == counters(before), "a restart changes no counter"
    again.child.send_signal(signal.SIGTERM)
    assert again.child.wait(10) == 0, again.tail()


def test_topics_with_unequal_partition_counts_are_refused(kafka: KafkaBroker, tmp_path: Path) -> None:
    kafka.create_topic("uneven.inference", 2)
    kafka.create_topic("uneven.outcome", 3)
    settings = tmp_path / "fairdrift.yaml"
    names = {"inference": "uneven.inference", "outcome": "uneven.outcome"}
    settings.write_text(SETTINGS.format(bootstrap=kafka.bootstrap, state=tmp_path / "state", port=0, **names))
    monitor: Process = start(
        "fairdrift", [sys.executable, "-m", "monitor.cli.main", "run", "--settings", settings], tmp_path
    )
    assert monitor.child.wait(60) == 2
    said = monitor.tail()
    assert "uneven.inference has 2" in said
    assert "uneven.outcome has 3" in said
    assert "Traceback" not in said


def send(kafka: KafkaBroker, topics: Mapping[str, str], story: list[Case], now_ms: int) -> None:
    """Everything that is known by now, each topic in the order of its times."""
    said = [(case.time_ms, case.prediction_id, case.inference()) for case in story]
    learnt = [(case.learnt_ms, case.prediction_id, case.outcome()) for case in story if case.learnt_ms <= now_ms]
    for role, bodies in (("inference", said), ("outcome", learnt)):
        bodies.sort(key=lambda body: body[0])
        kafka.produce(topics[role], [(key.encode(), json.dumps(body).encode(), at) for at, key, body in bodies])


def is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def everything(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


def counters(page: str) -> list[str]:
    """Samples of events and people; those of the process itself start anew."""
    names = ("fairdrift_events_total", "fairdrift_inferences_total", "fairdrift_labelled_predictions_total")
    return sorted(line for line in page.splitlines() if line.startswith(names))


def server_value(server: Prometheus, expression: str) -> float:
    (sample,) = server.query(expression)
    return float(sample["value"][1])


def expected_window(story: list[Case], now_ms: int, end_s: float) -> dict[str, tuple[int, int]]:
    """By subgroup: missed and all positives of the inferences in the 28 days before, counted without the monitor."""
    end_ms = int(end_s * 1_000)
    found = {}
    for sex, slug in (("F", "female"), ("M", "male")):
        positives = [
            case
            for case in story
            if case.sex == sex
            and case.label
            and end_ms - 28 * DAY_MS <= case.time_ms < end_ms
            and case.learnt_ms <= now_ms
        ]
        found[slug] = (sum(not case.prediction for case in positives), len(positives))
    return found
