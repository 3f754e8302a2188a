"""The Dockerfile installs what the locks say, holds what the package needs, and runs as nobody."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from monitor import __version__
from tests.deploying.rendering import ROOT, of_kind, pods, rendered

TEXT = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
STEPS = TEXT.replace("\\\n", " ").splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def steps(word: str) -> list[str]:
    return [line.removeprefix(f"{word} ") for line in STEPS if line.startswith(f"{word} ")]


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+) \\$", text, re.MULTILINE))


def copied() -> list[Path]:
    """What is copied from the repository."""
    return [Path(one) for line in steps("COPY") if "--from" not in line for one in line.split()[:-1]]


def test_everything_is_installed_by_hash_and_nothing_from_elsewhere() -> None:
    installs = re.findall(r"pip[^&]*? install ([^&]*)", "\n".join(steps("RUN")))
    assert len(installs) == 3
    assert [("--require-hashes" in one) or ("--no-index" in one and "--no-deps" in one) for one in installs] == [
        True
    ] * 3
    assert "://" not in TEXT
    assert not [one for one in re.findall(r"[=\s]([\w.-]+/\S+)", "\n".join(steps("FROM") + steps("ARG"))) if one]


def test_what_builds_the_wheel_is_what_the_tests_build_with() -> None:
    assert pins("build.lock").items() <= pins("dev.lock").items()
    needed = {Requirement(one).name for one in PROJECT["build-system"]["requires"]}
    assert needed <= set(pins("build.lock"))


def test_what_the_wheel_is_made_of_is_copied_and_there() -> None:
    named = [Path(one) for one in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]]
    needed = [*named, Path("monitor"), Path("pyproject.toml"), Path(PROJECT["project"]["readme"]), Path("LICENSE")]
    for path in needed:
        assert any(one in (path, *path.parents) for one in copied()), path
    assert all((ROOT / one).exists() for one in copied())
    kept = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    for path in copied():
        assert any(path.match(line[1:]) for line in kept if line.startswith("!")), path


def test_its_python_and_its_version_are_ours() -> None:
    (base,) = steps("ARG")
    found = re.fullmatch(r"PYTHON=python:(\d+\.\d+)-slim", base)
    assert found is not None
    assert found[1] in SpecifierSet(PROJECT["project"]["requires-python"])
    assert steps("FROM") == ["${PYTHON} AS build", "${PYTHON}"]
    images = {one["image"] for _, template in pods(rendered("acting")) for one in template["spec"]["containers"]}
    assert images == {f"fairdrift:{__version__}"}


def test_it_runs_our_command_as_the_user_of_the_manifests() -> None:
    assert steps("ENTRYPOINT") == ['["fairdrift"]']
    assert "fairdrift" in PROJECT["project"]["scripts"]
    assert f"useradd --uid {_user()} --gid {_user()}" in TEXT
    assert steps("USER") == [f"{_user()}:{_user()}"]
    mounted = [m["mountPath"] for _, t in pods(rendered("acting")) for m in t["spec"]["containers"][0]["volumeMounts"]]
    assert set(steps("WORKDIR")) - {"/src"} <= set(mounted), "commands find fairdrift.yaml where they start"


def _user() -> int:
    (one,) = of_kind(rendered("acting"), "StatefulSet")
    return int(one["spec"]["template"]["spec"]["securityContext"]["runAsUser"])
