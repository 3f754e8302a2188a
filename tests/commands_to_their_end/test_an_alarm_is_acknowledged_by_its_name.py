"""`fairdrift acknowledge`: over the API to the loop, and back with an answer that says what is so now."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.operate_api import Acknowledgement, OperateApi, Tokens
from monitor.exporting.status import status
from monitor.service.inbox import Inbox
from tests.commands_to_their_end.streams import here, told, write_settings
from tests.restarting_where_it_stood.lives import World
from tests.trusting_the_data.worlds import NOW_MS, harmed, twin

ALARM = "readmission/sex/female/false_negative_rate"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("lived") / "state", NOW_MS)
    world.send(harmed())
    world.live()
    return world


@pytest.fixture
def world(lived: World, tmp_path: Path) -> World:
    shutil.copytree(lived.folder, tmp_path / "state")
    return twin(lived, tmp_path / "state")


def verdict(world: World) -> str:
    (found,) = [
        said.verdict.name
        for said in world.views[-1].models[0].verdicts
        if f"readmission/{said.attribute}/{said.subgroup}/{said.metric}" == ALARM
    ]
    return found


@pytest.fixture
def settings(world: World, tmp_path: Path) -> Iterator[Path]:
    """Settings that name the API of a loop that turns."""
    inbox, is_up, stop = Inbox[Acknowledgement](), threading.Event(), threading.Event()

    def turn() -> None:
        loop = world.loop()

        def take(asked: Acknowledgement) -> None:
            loop.acknowledge(asked.model, asked.attribute, asked.subgroup, asked.metric)

        is_up.set()
        while not stop.wait(0.01):
            inbox.answer(take)
        loop.close()

    turning = threading.Thread(target=turn)
    turning.start()
    assert is_up.wait(20)
    api = OperateApi("127.0.0.1:0", Tokens("r-token", "o-token"), lambda: status(world.views[-1]), inbox.ask)
    api.start()
    (tmp_path / "token").write_text("o-token\n")
    tokens = f'api: "127.0.0.1:{api.port}", tokens: {{{{operate_file: "{tmp_path / "token"}"}}}}'
    yield write_settings(tmp_path / "fairdrift.yaml", ('api: "127.0.0.1:0"', tokens))
    api.stop()
    stop.set()
    turning.join()


def test_the_alarm_is_let_go_before_the_answer_comes(world: World, settings: Path) -> None:
    assert verdict(world) == "DEGRADED"
    done = here("acknowledge", ALARM, "--reason", "rolled back", "--settings", settings, "--output", "json")
    assert done.returncode == 0
    said = told(done, "acknowledge")["acknowledged"]
    assert "/".join(said[part] for part in ("model", "attribute", "subgroup", "metric")) == ALARM
    assert said["reason"] == "rolled back"
    assert said["actor"]
    assert verdict(world) == "HEALTHY"


@pytest.mark.parametrize(
    ("stream", "word"),
    [
        ("readmission/sex/nobody/error_rate", "nobody"),
        ("other/sex/female/error_rate", "other"),
        ("readmission/sex/female", "model/attribute/subgroup/metric"),
        ("readmission//female/error_rate", "model/attribute/subgroup/metric"),
    ],
)
def test_what_is_not_judged_is_refused_in_a_sentence(stream: str, word: str, world: World, settings: Path) -> None:
    done = here("acknowledge", stream, "--reason", "seen", "--settings", settings)
    assert done.returncode == 2
    assert done.stderr.startswith("fairdrift: ")
    assert word in done.stderr
    assert done.stdout == ""
    assert verdict(world) == "DEGRADED"


def test_without_the_right_token_nothing_is_let_go(world: World, settings: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("r-token")
    done = here("acknowledge", ALARM, "--reason", "seen", "--settings", settings)
    assert done.returncode == 2
    assert "r-token" not in done.stderr
    assert verdict(world) == "DEGRADED"


def test_no_monitor_is_5(tmp_path: Path) -> None:
    settings = write_settings(tmp_path / "fairdrift.yaml", ('api: "127.0.0.1:0"', 'api: "127.0.0.1:9"'))
    done = here("acknowledge", ALARM, "--reason", "seen", "--settings", settings)
    assert done.returncode == 5
    assert "fairdrift run" in done.stderr
