"""The committed JSON is the code's, Grafana's published types take it, and nobody but the wrapper knows grafanalib."""

import doctest
import importlib
import json
import pkgutil
import subprocess
from pathlib import Path

import pytest

import dashboards
from dashboards.write import COMMAND, FOLDER, files
from tests.parts.cache import cached_part, run
from tests.showing_dashboards.queries import Board, boards

SCHEMA = Path(__file__).parent / "schema"
LOCKED = ("package.json", "package-lock.json")


def test_the_committed_files_are_those_that_the_code_makes() -> None:
    committed = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert committed == files(), f"renew them: {COMMAND}"


def test_only_the_wrapper_knows_grafanalib() -> None:
    sources = Path(dashboards.__file__).parent.glob("*.py")
    knowing = {path.name for path in sources if "grafanalib" in path.read_text(encoding="utf-8").split('"""', 2)[2]}
    assert knowing == {"_lib.py", "_panels.py"}


def test_examples_in_the_docstrings_run() -> None:
    names = [one.name for one in pkgutil.iter_modules(dashboards.__path__)]
    results = [doctest.testmod(importlib.import_module(f"dashboards.{name}")) for name in names]
    assert sum(result.attempted for result in results) > 5
    assert sum(result.failed for result in results) == 0


@pytest.fixture(scope="module")
def grafana_schema() -> Path:
    """npm's `@grafana/schema` and `typescript`: their compiler, and what Grafana publishes of a board's types."""

    def install(folder: Path) -> None:
        for name in LOCKED:
            (folder / name).write_bytes((SCHEMA / name).read_bytes())
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder)

    return cached_part("grafana_schema", [(SCHEMA / name).read_text(encoding="utf-8") for name in LOCKED], install)


def complaints(schema: Path, folder: Path, trees: list[Board]) -> str:
    """What the compiler says of boards; empty if nothing."""
    (folder / "node_modules").symlink_to(schema / "node_modules")
    (folder / "check.ts").write_bytes((SCHEMA / "check.ts").read_bytes())
    for tree in trees:
        literal = (
            f"import type {{ Board }} from './check';\nexport const board: Board = {json.dumps(tree, indent=1)};\n"
        )
        (folder / f"{tree['uid']}.ts").write_text(literal, encoding="utf-8")
    options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler"]
    sources = sorted(path.name for path in folder.glob("*.ts"))
    compiler = schema / "node_modules" / "typescript" / "bin" / "tsc"
    command = ["node", str(compiler), *options, *sources]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


def test_grafana_s_published_types_take_every_board(grafana_schema: Path, tmp_path: Path) -> None:
    assert complaints(grafana_schema, tmp_path, boards()) == ""


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("panels", 1, "fieldConfig", "defaults", "thresholds", "steps"), ""),
        (("panels", 1, "options", "colorMode"), "rainbow"),
        (("panels", 0, "gridPos", "w"), None),
        (("panels", 1, "span"), 6),
        (("schemaVersion",), None),
        (("templating", "list", 0, "current"), {}),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_the_type_check_sees_what_grafanalib_does_wrong(
    grafana_schema: Path, tmp_path: Path, path: tuple[str | int, ...], value: object
) -> None:
    tree = boards()[0]
    inside = tree
    for key in path[:-1]:
        inside = inside[key]  # type: ignore[index]
    inside[path[-1]] = value  # type: ignore[index]
    assert "error TS" in complaints(grafana_schema, tmp_path, [tree])
