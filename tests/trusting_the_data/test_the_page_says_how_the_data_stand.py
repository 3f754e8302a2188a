"""The state of the data as Prometheus sees it, against what is in the log."""

import json

from prometheus_client.parser import text_string_to_metric_families

from monitor.exporting.exposition import render
from monitor.exporting.view import View
from tests.restarting_where_it_stood.lives import TOPICS, World
from tests.trusting_the_data.worlds import HOUR_MS, IN_A_ROW, NOW_MS, flood, learn, say

Places = dict[tuple[str, str], float]


def samples(view: View, name: str) -> dict[tuple[str, ...], float]:
    """Samples of one metric, by the values of their labels in alphabetical order of the labels."""
    text = render(view, "text/plain")[0].decode()
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == f"fairdrift_{name}"
    }


def test_lag_is_what_lies_between_the_position_and_the_end(world: World) -> None:
    world.batch = 30
    for number in range(90):
        say(world, number % 3, NOW_MS, number)
    loop = world.loop()
    loop.tick()
    view = world.views[-1]
    lag, position = samples(view, "consumer_lag_records"), samples(view, "consumer_position")
    assert set(lag) == {(str(number), topic) for topic in TOPICS.values() for number in range(3)}
    assert {place: lag[place] + position[place] for place in lag} == {
        (number, topic): world.log.end((topic, int(number))) for number, topic in lag
    }
    assert sum(lag.values()) == 60
    loop.tick()
    loop.tick()
    loop.close()
    assert set(samples(world.views[-1], "consumer_lag_records").values()) == {0}


def test_a_flood_shows_as_rejects_a_stop_and_a_lag(world: World) -> None:
    flood(world, 1, 100)
    view = world.live()
    hit = ("1", TOPICS["inference"])
    assert samples(view, "consumer_lag_records")[hit] == 100 - IN_A_ROW
    stopped = samples(view, "intake_stopped")
    assert {place for place, value in stopped.items() if value} == {hit}
    assert samples(view, "events_rejected_total")["not_json", TOPICS["inference"]] == IN_A_ROW


def test_outcomes_that_no_room_was_left_for_are_counted(world: World) -> None:
    for number in range(90):
        learn(world, number % 3, NOW_MS, number)
    before = samples(world.live(), "outcomes_unpaired_total")
    world.settings = world.settings.replace('dir: "{state}"', 'dir: "{state}", max_pending: 10')
    for partition in range(3):
        learn(world, partition, NOW_MS, 91)
    after = samples(world.live(), "outcomes_unpaired_total")
    evicted = ("evicted", TOPICS["outcome"])
    assert before[evicted] == 0
    assert after[evicted] == 93 - 3 * 10
    assert {place: n for place, n in after.items() if place != evicted} == {
        place: n for place, n in before.items() if place != evicted
    }


def test_an_explanation_is_no_newer_inference(world: World) -> None:
    before = samples(world.live(), "last_event_timestamp_seconds")
    world.now_ms = NOW_MS + HOUR_MS
    body = {"type": "explanation", "prediction_id": "case-1", "model": "readmission", "event_time": world.now_ms}
    world.put("inference", "case-1", json.dumps(body).encode(), world.now_ms)
    after = samples(world.live(), "last_event_timestamp_seconds")
    said = ("readmission", TOPICS["inference"], "explanation")
    assert after == {**before, said: world.now_ms / 1_000}
