"""The demo's own monitor tells what it finds as `fairdrift run` does, by the time of its stream."""

from pathlib import Path

from monitor.acting.hearing import Heard, is_in_date
from monitor.acting.records import milliseconds
from monitor.cli.demo import SCENARIO, Demo
from monitor.exporting.feed.verdict_log import event_time_ms
from monitor.simulating.library import load_scenario
from tests.telling_the_controller.worlds import told


def test_the_harm_of_the_demo_is_heard_in_its_own_time(tmp_path: Path) -> None:
    demo = Demo(load_scenario(SCENARIO), tmp_path)
    demo.play()
    demo.close()

    now_ms = event_time_ms(demo.watching.view)
    heard = Heard()
    for record in told(demo.told):
        heard = heard.take(record)
    harmed = [one for one in heard.streams.values() if one.verdict == "DEGRADED" and one.blame == "revision"]
    assert harmed
    for record in harmed:
        assert is_in_date(record, now_ms)
        assert milliseconds(record.data.watermark) <= now_ms
        assert record.model_digest is not None
        assert "unattributed" not in record.blocked_by
