"""A reference of few people: neither its rate nor its limit leaves, for either gives the few away."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.exporting.exposition import render
from monitor.exporting.reference_shown import shown_reference
from monitor.exporting.standing import standings
from monitor.exporting.status import status
from monitor.exporting.view import ModelView
from monitor.judging.verdict import ReferenceRate
from tests.exposing_metrics import populations

FEW = (ReferenceRate("ref-7", 3 / 40, 40, 0.3141), ReferenceRate("ref-7", 37 / 40, 40, 0.3141))
MANY = (ReferenceRate("ref-7", 0.0, 40, 0.3141), ReferenceRate("ref-7", 15 / 40, 40, 0.3141))


def model(reference: ReferenceRate) -> ModelView:
    of = populations.lattice(2, 1)
    combinations, parts = populations.people(of, np.random.default_rng(5), 20_000)
    whole = populations.model(populations.groups(of, {"28d": (combinations, parts)}))
    return replace(whole, verdicts=tuple(replace(said, reference=reference) for said in whole.verdicts))


@pytest.mark.parametrize(("reference", "is_shown"), [*((one, False) for one in FEW), *((one, True) for one in MANY)])
def test_it_shows_only_where_nobody_or_enough_were_harmed_and_were_not(
    reference: ReferenceRate, is_shown: bool
) -> None:
    view = populations.view(model(reference))
    page = render(view, "text/plain")[0].decode()
    assert ("fairdrift_reference_ratio{" in page, "fairdrift_tolerated_ratio{" in page) == (is_shown, is_shown)
    (told,) = status(view)["models"].values()
    assert {one["reference"] is not None for one in told["streams"]} == {is_shown}
    assert {row.said.reference is not None for row in standings(view.models[0])} == {is_shown}


def test_what_is_shown_of_two_subgroups_does_not_give_the_third() -> None:
    """Everyone less the men would be eight of 35 women: with one woman more or less the page is the same."""
    everyone = [ReferenceRate("id", (249 + k) / (1_690 + n), 1_690 + n, 0.168) for k, n in ((0, 0), (0, 1), (-1, -1))]
    assert len({shown_reference(one, min_cell=11) for one in everyone}) == 1
