"""The layout is enforced: who may import whom, and what a pure room may know."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "monitor"

SHARED = {"events", "vocabulary", "ports", "ports_acting", "ports_cluster", "monitor"}
"""Values and Protocols that every room may know. `monitor` is the package itself: its version."""

MAY_IMPORT: dict[str, set[str]] = {
    "events": set(),
    "vocabulary": set(),
    "ports": set(),
    "ports_acting": set(),
    "ports_cluster": set(),
    "monitor": set(),
    "intake": set(),
    "counting": set(),
    "judging": {"counting"},
    "acting": {"judging", "counting"},
    "settings": {"counting", "judging", "intake"},
    "exporting": {"acting", "judging", "counting", "intake"},
    "adapters": set(),
    "service": {"acting", "judging", "counting", "intake", "exporting"},
    "controller": {"acting", "exporting"},
    "simulating": {"exporting", "judging", "counting", "intake"},
    "cli": {
        *("acting", "judging", "counting", "intake", "exporting", "adapters", "service", "settings", "simulating"),
        "controller",
    },
}

PURE = ("events", "vocabulary", "intake", "counting", "judging", "acting")

PURE_MAY_USE = {"msgspec", "numpy", "rfc8785", "river", "scipy", "zlib", "monitor"}
"""Third parties that compute, and the one unpacker, of a pure room; of river two detectors, which draw nothing and know
no clock. Of the standard library: nothing that touches the world."""

TOUCHES_THE_WORLD = {
    *("asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "shutil", "signal", "socket", "sqlite3"),
    *("subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid", "warnings"),
}


def room_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    name = relative.parts[0] if len(relative.parts) > 1 else relative.stem
    return "monitor" if name == "__init__" else name


def imported(path: Path) -> list[tuple[str, int]]:
    """Modules a file imports, with their lines; those that only types use count, too."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            found += [
                (f"{node.module}.{alias.name}" if node.module == "monitor" else str(node.module), node.lineno)
                for alias in node.names
            ]
    return found


FILES = sorted(PACKAGE.rglob("*.py"))


def test_every_room_is_in_the_picture() -> None:
    assert {room_of(path) for path in FILES} == set(MAY_IMPORT)


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_lies_before_it(room: str) -> None:
    allowed = MAY_IMPORT[room] | SHARED | {room}
    wrong = []
    for path in FILES:
        if room_of(path) == room:
            for module, line in imported(path):
                parts = module.split(".")
                if parts[0] == "monitor" and len(parts) > 1 and parts[1] not in {*allowed, "__version__"}:
                    wrong.append(f"{path.relative_to(PACKAGE.parent)}:{line} imports {module}")
    assert not wrong


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_touches_nothing_outside(room: str) -> None:
    wrong = []
    for path in FILES:
        if room_of(path) == room:
            for module, line in imported(path):
                top = module.split(".")[0]
                foreign = top not in PURE_MAY_USE and top not in sys.stdlib_module_names
                if foreign or top in TOUCHES_THE_WORLD or module.startswith("numpy.random"):
                    wrong.append(f"{path.relative_to(PACKAGE.parent)}:{line} imports {module}")
    assert not wrong


def test_river_gives_a_second_opinion_and_nothing_else() -> None:
    """Rivals in `simulating` are its detectors as they come; of the rooms that judge one file asks it."""
    users = {str(path.relative_to(PACKAGE)) for path in FILES for module, _ in imported(path) if "river" in module}
    judging = {path for path in users if not path.startswith("simulating/naive/")}
    assert judging == {"judging/annotating/second_opinion.py"}


CLIENTS = {
    *("kafka", "confluent_kafka", "sqlite3", "aiohttp", "kubernetes", "prometheus_client", "gzip", "structlog"),
}


def test_an_adapter_knows_one_client_library() -> None:
    wrong = []
    for path in (PACKAGE / "adapters").rglob("*.py"):
        known = {module.split(".")[0] for module, _ in imported(path)} & CLIENTS
        if len(known) > 1:
            wrong.append(f"{path.name}: {sorted(known)}")
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_holds_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 260
