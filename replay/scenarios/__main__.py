"""`python -m replay.scenarios [--quick] [--again] [--resume DIR] [--into DIR]`: both contests, as a page with pictures.

What was measured is kept as JSON: pages can be written anew of it, without measuring again.
"""

import argparse
import sys
from pathlib import Path
from typing import Final, NamedTuple

from replay.rivals import contest as of_rates
from replay.rivals.__main__ import FULL as FULL_RATES
from replay.rivals.__main__ import QUICK as QUICK_RATES
from replay.rivals.page import chart as chart_of_rates
from replay.rivals.page import page as page_of_rates
from replay.rivals.picture import picture
from replay.scenarios.contest import Size, measured
from replay.scenarios.measured import Measured, read, written
from replay.scenarios.page import PICTURE, chart, page

SEED: Final = 20261128
FULL: Final = Size(tuning=40, quiet=40, harm=16, harmless=8)
QUICK: Final = Size(tuning=2, quiet=1, harm=1, harmless=1)
RESULTS: Final = Path(__file__).with_name("results.json")


class Results(NamedTuple):
    """Both contests."""

    scenarios: Measured
    rates: of_rates.Rates
    rates_size: of_rates.Size


def pages(results: Results) -> dict[str, str]:
    """File name -> text, of everything that is written."""
    rates = page_of_rates(SEED, results.rates_size, results.rates)
    return {
        "comparison.md": page(results.scenarios, rates),
        PICTURE: picture(chart(results.scenarios)),
        "comparison.svg": picture(chart_of_rates(results.rates.tuned)),
    }


def main(arguments: list[str]) -> int:
    """Always 0: a contest has no promise to break."""
    parser = argparse.ArgumentParser(prog="python -m replay.scenarios", description="Compare ways to watch.")
    parser.add_argument("--quick", action="store_true", help="few streams, to see that it works")
    parser.add_argument("--again", action="store_true", help="write the pages of the results that are kept")
    parser.add_argument(
        "--resume", type=Path, metavar="DIR", help="keep what was played there, and do not play it again"
    )
    parser.add_argument("--into", type=Path, default=Path("docs"), metavar="DIR")
    given = parser.parse_args(arguments)
    if given.resume is not None:
        given.resume.mkdir(parents=True, exist_ok=True)
    if given.again:
        results = read(RESULTS.read_text(encoding="utf-8"), Results)
    else:
        size, rates_size = (QUICK, QUICK_RATES) if given.quick else (FULL, FULL_RATES)
        results = Results(measured(size, SEED, kept=given.resume), of_rates.rates(rates_size, SEED), rates_size)
        kept = given.into / "results.json" if given.quick else RESULTS
        kept.write_text(written(results), encoding="utf-8")
    for name, text in pages(results).items():
        (given.into / name).write_text(text, encoding="utf-8")
    print(pages(results)["comparison.md"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
