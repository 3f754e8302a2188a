"""Settings that cannot be used: every problem at once, with its line and what to do; a secret is never printed."""

from pathlib import Path

import pytest

from monitor.settings.load import SettingsError, load, parse, require_kafka
from tests.settings_that_refuse.golden_refusals import COMMAND, FOLDER, NAMES, said_of


@pytest.mark.parametrize("name", NAMES)
def test_a_slip_is_refused_in_the_expected_sentences(name: str) -> None:
    expected = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert said_of(name) == expected, f"if the new sentence is better: {COMMAND}"
    assert "these settings are fine" not in expected


def test_the_sentence_is_that_of_the_contract() -> None:
    # birthplace: the design's contract of settings, its refused metric in line 31
    assert (
        said_of("a_metric_that_is_not_known")
        == """\
a_metric_that_is_not_known.yaml:31:36: models.readmission.metrics[1]: unknown metric "false_positiv_rate"
  31 |     metrics: [false_negative_rate, false_positiv_rate]
     |                                    ^ did you mean false_positive_rate?
"""
    )


def test_no_refusal_prints_a_secret() -> None:
    # "hunter2" stands for the secret in the golden files
    assert sum("hunter2" in path.read_text(encoding="latin-1") for path in FOLDER.glob("*.yaml")) >= 2
    assert not [path.name for path in FOLDER.glob("*.txt") if "hunter2" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("line", ['  password: "hunter2', "  client_secret: hunter2: x", "  'token' : [hunter2"])
def test_a_syntax_error_in_the_line_of_a_secret_does_not_print_it(line: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(f"version: 1\nkafka:\n{line}\n", "x.yaml")
    assert "hunter2" not in str(refused.value)
    assert "this is not YAML" in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.yaml: there is no such file"):
        load(tmp_path / "none.yaml")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="this is a folder, not a settings file"):
        load(tmp_path)


def test_a_path_through_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="the file cannot be read: Not a directory"):
        load(tmp_path / "file" / "fairdrift.yaml")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: Path) -> bytes:  # mode bits do not bind root, as whom tests may run
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(SettingsError, match="may not be read: give this user the right"):
        load(tmp_path / "fairdrift.yaml")


def test_a_file_that_is_far_too_large(tmp_path: Path) -> None:
    path = tmp_path / "fairdrift.yaml"
    path.write_bytes(b"#" * 262_145)
    with pytest.raises(SettingsError, match="has 262145 bytes, at most 262144 are read"):
        load(path)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = Path("deploy/examples/replay.yaml").read_text(encoding="utf-8")
    path = tmp_path / "fairdrift.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert load(path) == parse(text, "replay.yaml")


def test_control_characters_of_a_file_do_not_reach_the_terminal() -> None:
    for text in ('version: 1\n"\\e[31m": 1\n', "version: \x1b[31m\n", 'version: "\\x9b31m"\n'):
        with pytest.raises(SettingsError) as refused:
            parse(text, "x.yaml")
        assert str(refused.value).replace("\n", "").isprintable()


def test_a_long_line_is_shown_around_its_problem() -> None:
    text = f"version: 1\nfeeds: {{{', '.join(f'f{number}: {number}' for number in range(100))}}}\n"
    with pytest.raises(SettingsError) as refused:
        parse(text, "x.yaml")
    lines = str(refused.value).splitlines()
    at = next(number for number, line in enumerate(lines) if "feeds.f77:" in line)
    assert len(lines[at + 1]) < 140
    assert lines[at + 1][lines[at + 2].index("^") :].startswith("77, f78")


def test_settings_without_kafka_replay_but_do_not_run() -> None:
    path = Path("deploy/examples/replay.yaml")
    with pytest.raises(SettingsError, match=r"replay\.yaml: kafka: is missing"):
        require_kafka(load(path), "replay.yaml")
    settings = load(Path("deploy/examples/fairdrift.yaml"))
    assert require_kafka(settings, "fairdrift.yaml") is settings.kafka
