"""`python -m replay.rivals [--quick]`: the contest of rates by itself, printed."""

import argparse
import sys
from typing import Final

from replay.rivals.contest import Size, rates
from replay.rivals.page import page

SEED: Final = 20261128
FULL: Final = Size(quiet_runs=60, runs=300)
QUICK: Final = Size(quiet_runs=8, runs=30)


def main(arguments: list[str]) -> int:
    """Always 0: a contest has no promise to break."""
    parser = argparse.ArgumentParser(prog="python -m replay.rivals", description="Compare ways to watch a rate.")
    parser.add_argument("--quick", action="store_true", help="few runs, to see that it works")
    size = QUICK if parser.parse_args(arguments).quick else FULL
    print(page(SEED, size, rates(size, SEED)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
