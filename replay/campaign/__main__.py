"""`python -m replay.campaign [NAME ...] [--runs N] [--write FILE]`: some or all; exit 1 if a promise is broken.

Prints each table as soon as it is measured. With `--write` the tables go into FILE, too, with how they were made.
"""

import argparse
import sys
import time
from pathlib import Path

from replay.campaign.everything import SEED, SIMULATIONS, kept, measured
from replay.campaign.figure import Figure
from replay.campaign.page import page


def main(arguments: list[str]) -> int:
    """0 if every promise is kept."""
    parser = argparse.ArgumentParser(prog="python -m replay.campaign", description="Simulate what is promised.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(SIMULATIONS)}; all by default")
    parser.add_argument("--runs", type=int, help="instead of those of the full form")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write a page")
    given = parser.parse_args(arguments)
    unknown = set(given.names) - set(SIMULATIONS)
    if unknown:
        parser.error(f"no simulation {sorted(unknown)}: give any of {list(SIMULATIONS)}")
    found: dict[str, list[Figure]] = {}
    for name in given.names or SIMULATIONS:
        began = time.monotonic()
        found[name] = measured(name, given.runs)
        print(page({name: found[name]}, heading=False), flush=True)
        print(f"{name}: {time.monotonic() - began:.0f} s, seed {SEED}\n", file=sys.stderr, flush=True)
        if given.write:
            given.write.write_text(page(found), encoding="utf-8")
    return 0 if all(map(kept, found.values())) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
