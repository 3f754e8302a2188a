"""`python -m replay.rivals [--quick] [--into DIR]`: the contest, written as `comparison.md` and `comparison.svg`."""

import argparse
import sys
from pathlib import Path
from typing import Final

import numpy as np

from replay.rivals.contest import Size, as_they_come, at_equal_false_alarms, by_calendar, streams
from replay.rivals.page import page
from replay.rivals.picture import picture

SEED: Final = 20261128
FULL: Final = Size(quiet_runs=60, runs=300)
QUICK: Final = Size(quiet_runs=8, runs=30)


def main(arguments: list[str]) -> int:
    """Always 0: a contest has no promise to break."""
    parser = argparse.ArgumentParser(prog="python -m replay.rivals", description="Compare ways to watch a rate.")
    parser.add_argument("--quick", action="store_true", help="few runs, to see that it works")
    parser.add_argument("--into", type=Path, default=Path("docs"), metavar="DIR")
    given = parser.parse_args(arguments)
    size = QUICK if given.quick else FULL
    on = streams(size, np.random.default_rng(SEED))
    tuned, defaults = at_equal_false_alarms(on), as_they_come(on)
    text = page(SEED, size, tuned, defaults, by_calendar(on))
    (given.into / "comparison.md").write_text(text, encoding="utf-8")
    (given.into / "comparison.svg").write_text(picture(tuned), encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
