"""The whole story and its twin, with every part real: harm by a revision is rolled back, by the population is not."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitor.acting.hearing import Heard
from monitor.acting.records import StreamRecord
from monitor.cli.main import app
from tests.parts.alertmanager import Start as StartAlertmanager
from tests.parts.alertmanager import Webhook
from tests.parts.kafka.broker import KafkaBroker
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.parts.processes import HOST, free_ports
from tests.parts.prometheus import Start
from tests.telling_the_controller.test_from_kafka_to_the_controller import hear
from tests.telling_the_controller.worlds import WOMEN
from tests.way_of_an_event.test_from_an_event_to_a_page import routes, rules
from tests.whole_story.hospital import TOKENS, Hospital, patients

DEGRADED = {"alertname": "FairdriftSubgroupDegraded", "revision": "r2", "attribute": "sex", "subgroup": "female"}
PAGE = {**DEGRADED, "metric": "false_negative_rate"}
Build = Callable[[str], Hospital]


@pytest.fixture
def now_ms() -> int:
    return time.time_ns() // 1_000_000 - 3_600_000


@pytest.fixture
def hospital(
    kafka: KafkaBroker, kubernetes: ControlPlane, alertmanager: StartAlertmanager, webhook: Webhook, tmp_path: Path
) -> Iterator[Build]:
    """Builds it: the shipped routes, the controller and the person on call at their ends."""
    built: list[Hospital] = []

    def build(name: str) -> Hospital:
        (hook,) = free_ports(1)
        manager = alertmanager(with_controller(routes(webhook), hook))
        topics = {role: f"{name}.{role}" for role in ("inference", "outcome")}
        built.append(Hospital(kafka, kubernetes, tmp_path, manager.address, topics, hook))
        return built[-1]

    yield build
    for one in built:
        one.stop()


def with_controller(told: dict[str, Any], hook: int) -> dict[str, Any]:
    """The routes with the controller's webhook where the shipped ones have it."""
    (receiver,) = (one for one in told["receivers"] if one["name"] == "rollback")
    http = {"authorization": {"type": "Bearer", "credentials": TOKENS["hook"]}}
    url = f"http://{HOST}:{hook}/v1/hooks/alertmanager"
    receiver["webhook_configs"].append({"url": url, "send_resolved": False, "http_config": http})
    return told


def heard(place: Hospital, is_it: Callable[[Mapping[Any, StreamRecord]], bool]) -> Mapping[Any, StreamRecord]:
    """What the monitor's feed says, once it says that."""
    said, after, end_s = Heard(), 0, time.monotonic() + 60
    feed = place.feed()
    while not is_it(said.streams):
        assert time.monotonic() < end_s, {key[1:]: (one.verdict, one.blame) for key, one in said.streams.items()}
        said, after, _ = hear(feed, said, after)
    return said.streams


R2 = ("readmission", "r2", *WOMEN)


def scraped(place: Hospital, prometheus: Start, manager: str, folder: Path) -> None:
    """From now on the alerts can fire."""
    jobs = {"fairdrift": [f"{HOST}:{place.telemetry}"]}
    prometheus(jobs, labels={"namespace": "clinical"}, rules=rules(folder), alertmanager=manager)


def test_r2_harms_women_and_r1_is_put_back(
    hospital: Build, prometheus: Start, webhook: Webhook, now_ms: int, tmp_path: Path
) -> None:
    place = hospital("harm")
    place.admit(patients(now_ms, r2_days=30, share=0.5, worse_days=30, by_r2=True), now_ms)
    controller = place.rollback()  # nothing can be heard yet, and the next look is ten minutes away
    place.run()
    record = heard(place, lambda said: R2 in said and said[R2].may_act)[R2]
    assert (record.verdict, record.blame, record.blame_by) == ("DEGRADED", "revision", "concurrent")
    assert place.states() == []
    scraped(place, prometheus, place.manager, tmp_path)

    # The alert reaches the person on call, and wakes the controller.
    page = webhook.wait_for("page", "firing", 40, **PAGE)
    assert "the revision" in page["annotations"]["description"]
    controller.wait_ready(lambda: place.cluster.generation() > place.generation, 40)
    assert place.cluster.serves() == "a"
    controller.wait_ready(lambda: place.states() == ["verifying"])
    (patch,) = [one for one in place.writes() if not one.is_dry_run]
    assert (patch.verb, patch.resource, patch.name, patch.code) == ("patch", "deployments", "readmission", 200)

    # Another process goes on from its log: the roll-out is complete, and the target is judged from now on.
    place.end(controller)
    again = place.rollback(FAIRDRIFT__CONTROLLER__EVERY="1s")
    again.wait_ready(lambda: place.states() == ["soaking"], 40)
    place.end(again)
    assert place.cluster.generation() == place.generation + 1
    order = ["started", "seen", "judged", "condemned", "planned", "intent", "patched", "verified"]
    told = place.kinds()
    assert [told.index(kind) for kind in order] == sorted(told.index(kind) for kind in order)
    assert [told.count(kind) for kind in ("condemned", "intent", "patched")] == [1, 1, 1]
    verified = CliRunner().invoke(app, ["audit", "verify", "--settings", str(place.settings)])
    assert verified.exit_code == 0, verified.output


def test_its_twin_the_population_shifts_and_a_person_is_paged_and_nothing_is_patched(
    hospital: Build, prometheus: Start, webhook: Webhook, now_ms: int, tmp_path: Path
) -> None:
    place = hospital("shift")
    place.admit(patients(now_ms, r2_days=40, share=1.0, worse_days=15, by_r2=False), now_ms)
    controller = place.rollback()
    place.run()
    record = heard(place, lambda said: R2 in said and said[R2].verdict == "DEGRADED")[R2]
    assert (record.blame, record.may_act) == ("population", False)
    scraped(place, prometheus, place.manager, tmp_path)

    webhook.wait_for("page", "firing", 40, **PAGE)
    controller.wait_ready(lambda: place.states() == ["population_shift"], 40)
    place.end(controller)
    again = place.rollback(FAIRDRIFT__CONTROLLER__EVERY="1s")  # however often it looks
    looked_s = time.monotonic() + 5
    again.wait_ready(lambda: time.monotonic() > looked_s)
    assert place.states() == ["population_shift"]
    place.end(again)
    assert (place.cluster.serves(), place.cluster.generation()) == ("b", place.generation)
    assert place.writes() == []
    assert not {"intent", "patched", "condemned"} & set(place.kinds())
