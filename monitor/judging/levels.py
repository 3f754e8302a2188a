"""The evidence that each level asks for, as people are shown it.

Way of an event: fixed before the first one. Pure.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from monitor.judging.releases import Releases
from monitor.judging.streams import Streams
from monitor.judging.verdict import CONCURRENT_EFFECT, GAP, REFERENCE, REVISION_EFFECT

Floats = NDArray[np.float64]


def thresholds(streams: Streams, releases: Releases) -> dict[tuple[str, str, str, str], float]:
    """(attribute, metric, detector, level) -> nats of evidence at which the level is reached.

    Those of a rollout are the lower ones, of a former revision that no longer serves; while both serve they are log 2
    higher.
    """
    rules, found = streams.rules, {}
    paging = tuple(name for name, may in zip(rules.metrics, streams.may_page.tolist(), strict=True) if may)
    pooled = dict(zip(rules.metrics, streams.watch, strict=True))
    page = {name: streams.page[rules.metrics.index(name)] for name in paging}
    compared = [rate.metric for rate in releases.rates]
    tables: list[tuple[str, str, Mapping[str, Floats]]] = []
    for detector in (REFERENCE, GAP):
        tables += [(detector, "watch", pooled), (detector, "page", page)]
    for level, needed in releases.nats_alone.items():
        by_rate = dict(zip(compared, needed, strict=True))
        tables += [(CONCURRENT_EFFECT, level, by_rate), (REVISION_EFFECT, level, by_rate)]
    for detector, level, by_metric in tables:
        for metric, row in by_metric.items():
            for subgroup, nats in zip(streams.people.lattice.subgroups, row.tolist(), strict=True):
                found[subgroup.attribute, metric, detector, level] = nats
    return found
