"""The demo's own monitor tells what it finds as `fairdrift run` does, by the time of its stream."""

from pathlib import Path

from monitor.acting.hearing import Heard, is_in_date
from monitor.acting.records import milliseconds
from monitor.adapters.embedded_broker import EmbeddedBroker
from monitor.cli.build import model_plan
from monitor.cli.demo import SCENARIO, demo_loop, play
from monitor.cli.watching import Watching
from monitor.exporting.feed.verdict_log import event_time_ms
from monitor.settings.load import parse
from monitor.simulating.library import load_scenario
from monitor.simulating.settings_text import settings_text
from tests.telling_the_controller.worlds import memory_log, told


def test_the_harm_of_the_demo_is_heard_in_its_own_time(tmp_path: Path) -> None:
    scenario = load_scenario(SCENARIO)
    settings = parse(settings_text(scenario), "the demo's settings")
    (feed,) = settings.feeds.values()
    topics = {"inference": feed.inference.topic, "outcome": feed.outcome.topic}
    broker = EmbeddedBroker(list(topics.values()))
    watching = Watching({name: model_plan(settings, name) for name in settings.models})
    log = memory_log()
    loop = demo_loop(settings, broker, watching, log, tmp_path)
    loop.start()
    play(scenario, topics, broker, loop, watching)
    loop.publish()
    loop.close()
    broker.close()

    now_ms = event_time_ms(watching.view)
    heard = Heard()
    for record in told(log):
        heard = heard.take(record)
    harmed = [one for one in heard.streams.values() if one.verdict == "DEGRADED" and one.blame == "revision"]
    assert harmed
    for record in harmed:
        assert is_in_date(record, now_ms)
        assert milliseconds(record.data.watermark) <= now_ms
        assert record.model_digest is not None
        assert "unattributed" not in record.blocked_by
