"""Overrides by environment variables: they reach single values, and one that names nothing is refused by its name."""

from pathlib import Path

import pytest

from monitor.settings.load import SettingsError, load, parse

EXAMPLE = Path("deploy/examples/fairdrift.yaml")
REPLAY = Path("deploy/examples/replay.yaml")


def refusal(path: Path, **environ: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load(path, environ)
    return str(refused.value)


def test_a_word_a_number_and_a_duration() -> None:
    settings = load(
        EXAMPLE,
        {
            "FAIRDRIFT__KAFKA__CLIENT": "confluent",
            "FAIRDRIFT__MODELS__READMISSION__KEEP_REVISIONS": "2",
            "FAIRDRIFT__FEEDS__DISCHARGE__HORIZON": "60d",
            "FAIRDRIFT__MODELS__READMISSION__JUDGING__HARM_TO_FIND": "0.2",
        },
    )
    assert settings.kafka is not None
    assert settings.kafka.client == "confluent"
    assert settings.models["readmission"].keep_revisions == 2
    assert settings.feeds["discharge"].horizon_ms == 60 * 86_400_000
    assert settings.models["readmission"].judging.harm_to_find == 0.2


def test_text_stays_text_even_if_it_looks_like_a_number() -> None:
    settings = load(EXAMPLE, {"FAIRDRIFT__KAFKA__SECURITY__USERNAME": "0123"})
    assert settings.kafka is not None
    assert settings.kafka.security.username == "0123"


def test_names_of_ones_own_are_found_whatever_their_letters() -> None:
    text = REPLAY.read_text().replace("readmission:", "Re-admission.v2__b:")
    settings = parse(text, "x.yaml", {"FAIRDRIFT__MODELS__RE_ADMISSION_V2__B__MODE": "observe"})
    assert settings.models["Re-admission.v2__b"].mode == "observe"


def test_a_section_that_is_not_in_the_file_is_made() -> None:
    assert load(REPLAY, {"FAIRDRIFT__STATE__DIR": "/data"}).state.dir == Path("/data")


def test_the_file_itself_is_not_touched_by_an_override_behind_an_alias() -> None:
    text = REPLAY.read_text()
    other = text[text.index("  readmission:") :].replace("  readmission:", "  second: &m", 1)
    doubled = text[: text.index("  readmission:")] + other + "  third: *m\n"
    settings = parse(doubled, "x.yaml", {"FAIRDRIFT__MODELS__SECOND__MODE": "observe"})
    assert [settings.models[name].mode for name in ("second", "third")] == ["observe", "shadow"]


def test_a_variable_that_names_nothing_is_refused_with_the_nearest_name() -> None:
    said = refusal(EXAMPLE, FAIRDRIFT__KAFKA__CLEINT="confluent")
    assert said == (
        "environment variable FAIRDRIFT__KAFKA__CLEINT: names no setting (did you mean FAIRDRIFT__KAFKA__CLIENT?)"
    )


def test_a_secret_in_the_environment_is_sent_to_a_file_and_not_printed() -> None:
    said = refusal(EXAMPLE, FAIRDRIFT__KAFKA__SECURITY__PASSWORD="hunter2")
    assert "use FAIRDRIFT__KAFKA__SECURITY__PASSWORD_FILE" in said
    assert "hunter2" not in said


def test_a_whole_section_cannot_be_overridden() -> None:
    assert "only single values can be overridden" in refusal(EXAMPLE, FAIRDRIFT__KAFKA="x")
    assert "only single values can be overridden" in refusal(EXAMPLE, FAIRDRIFT__MODELS__READMISSION__METRICS="x")


def test_two_names_that_are_written_alike_are_told_apart_by_renaming() -> None:
    text = REPLAY.read_text()
    model = text[text.index("  readmission:") :]
    doubled = text.replace("  readmission:", "  re-admission:") + model.replace("  readmission:", "  re.admission:")
    with pytest.raises(SettingsError, match="names more than one setting"):
        parse(doubled, "x.yaml", {"FAIRDRIFT__MODELS__RE_ADMISSION__MODE": "observe"})


def test_a_wrong_value_is_refused_under_the_variable_that_gave_it() -> None:
    said = refusal(EXAMPLE, FAIRDRIFT__FEEDS__DISCHARGE__HORIZON="45")
    assert said.startswith("environment variable FAIRDRIFT__FEEDS__DISCHARGE__HORIZON: feeds.discharge.horizon: 45 has")


def test_what_is_missing_in_a_section_that_a_variable_made_names_the_variable() -> None:
    said = refusal(REPLAY, FAIRDRIFT__KAFKA__CLIENT="confluent")
    assert said.startswith("environment variable FAIRDRIFT__KAFKA__CLIENT: kafka.bootstrap_servers: is missing")


def test_other_variables_are_none_of_ours() -> None:
    assert load(REPLAY, {"FAIRDRIFT_DEBUG": "1", "HOME": "/home/somebody"}) == load(REPLAY)
