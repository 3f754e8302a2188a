"""The page of all figures: what each simulation is, and its table. Pure."""

import inspect
import sys
from collections.abc import Mapping

from replay.campaign.everything import SEED, SIMULATIONS
from replay.campaign.figure import Figure
from replay.campaign.table import table

_HEAD = """# What the statistics promise, and what was measured

Written by `make campaign-statistics`, seed {seed}; not by hand. Every simulation uses the judge's own functions
and classes (`replay/campaign/`, one module each). *kept* compares the measured value itself with the promise: no slack
is added, so a promise that holds exactly at its limit may be missed by chance; the standard error tells.
A line without a promise (–) is there to be known.
"""


def page(figures: Mapping[str, list[Figure]], *, heading: bool = True) -> str:
    """Simulations by name, in Markdown."""
    parts = [_HEAD.format(seed=SEED)] if heading else []
    for name, measured in figures.items():
        module = sys.modules[SIMULATIONS[name][0].__module__]
        parts.append(f"## {name}\n\n{inspect.getdoc(module)}\n\n{table(measured)}\n")
    return "\n".join(parts)
