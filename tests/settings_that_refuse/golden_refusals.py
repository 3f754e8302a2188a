"""The golden refusals: one file a slip, the sentences beside it. To renew them, and then read the difference:

python -m tests.settings_that_refuse.golden_refusals
"""

import os
from pathlib import Path

from monitor.settings.load import SettingsError, load

FOLDER = Path(__file__).parent / "golden"
COMMAND = "python -m tests.settings_that_refuse.golden_refusals"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def said_of(name: str) -> str:
    """What is said of a golden file, read from the folder it is in; so its path is its name."""
    before = Path.cwd()
    os.chdir(FOLDER)
    try:
        load(Path(f"{name}.yaml"))
    except SettingsError as error:
        return f"{error}\n"
    finally:
        os.chdir(before)
    return "nothing: these settings are fine\n"


if __name__ == "__main__":
    for one in NAMES:
        (FOLDER / f"{one}.txt").write_text(said_of(one), encoding="utf-8")
