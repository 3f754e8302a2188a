"""docs/reference.md: its settings load, its file is one, its commands exist."""

import json
import re
from pathlib import Path

import jsonschema

from monitor.judging.reference_file import read_reference
from monitor.judging.reference_form import File, schema
from monitor.settings.derive import calendar_of
from monitor.settings.load import parse
from monitor.vocabulary import AttributeCoding, Coding
from tests.commands_to_their_end.streams import here

PAGE = Path("docs/reference.md").read_text(encoding="utf-8")
SEX = Coding((AttributeCoding("sex", {"female": ("F",), "male": ("M",)}),))


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_its_settings_load() -> None:
    first, second = (parse(text, "docs/reference.md") for text in blocks("yaml"))
    assert first.models["recidivism"].reference.must_be_approved
    assert calendar_of(second.models["readmission"]).seasons == 168


def test_its_file_is_a_reference() -> None:
    (text,) = blocks("json")
    jsonschema.validate(json.loads(text), schema())
    assert read_reference(text.encode(), SEX).counts.sum() == 60 + 12 + 31


def test_every_field_of_a_file_is_explained() -> None:
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", PAGE[PAGE.index("## The file") :], re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    assert explained == set(File.__struct_fields__)


def test_its_commands_exist_with_their_options() -> None:
    shown = re.findall(r"^fairdrift reference ([a-z]+)(.*)$", PAGE, re.MULTILINE)
    assert {name for name, _ in shown} == {"build", "show", "approve"}
    for name, words in shown:
        told = here("reference", name, "--help").stdout
        for option in re.findall(r"--[a-z]+", words):
            assert option in told, (name, option)
