"""The files of the boards: ``python -m dashboards.write``. Writes `json/*.json`, which are committed and shipped."""

from pathlib import Path
from typing import Final

from dashboards import fleet, health, model, subgroup

COMMAND: Final = "python -m dashboards.write"
FOLDER: Final = Path(__file__).parent / "json"
BOARDS: Final = (fleet.BOARD, model.BOARD, subgroup.BOARD, health.BOARD)


def files() -> dict[str, bytes]:
    """Name -> content of every file.

    >>> list(files())
    ['fairdrift-fleet.json', 'fairdrift-model.json', 'fairdrift-subgroup.json', 'fairdrift-health.json']
    """
    return {f"{board.uid}.json": board.to_bytes() for board in BOARDS}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
        print(FOLDER / name)
