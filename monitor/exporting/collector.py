"""All samples of a view, folded and gated; and the same as a prometheus-client collector.

Way of an event: step 9, called by `exposition` at each scrape. Reads the immutable view alone: no lock, no clock.
"""

from collections.abc import Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from monitor.exporting import catalogue as c
from monitor.exporting.budget import fold
from monitor.exporting.collected import Collected, lines
from monitor.exporting.gate import gate, gated_rest
from monitor.exporting.samples_of_model import add_model, add_subgroups
from monitor.exporting.samples_of_process import add_partition, add_process, add_topic
from monitor.exporting.view import View


def collected(view: View) -> Collected:
    """Every sample of the catalogue that this view has.

    >>> from monitor.exporting.view import View
    >>> collected(View(published_ms=0, version="0.1.0")).samples[c.BUILD_INFO]
    [(('0.1.0',), 1)]
    """
    out = Collected()
    add_process(out, view)
    for topic in view.topics:
        add_topic(out, topic)
    for partition in view.partitions:
        add_partition(out, partition)
    for model in view.models:
        before = len(out)
        add_model(out, gated_rest(model))
        # The three that follow count, too.
        folded = fold(model, len(out) - before + 3)
        add_subgroups(out, gate(folded.model))
        out.add(c.SERIES, (model.model,), folded.wanted)
        out.add(c.SERIES_LIMIT, (model.model,), model.series_limit)
        out.add(c.SERIES_SUPPRESSED, (model.model,), folded.suppressed)
    return out


_FAMILIES: Final = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily, "histogram": HistogramMetricFamily}


class ViewCollector:
    """The same as a custom collector, for the library's own encoders; counters come without ``_created``.

    References
    ----------
    prometheus-client, "Custom Collectors".
    """

    def __init__(self, out: Collected) -> None:
        self._out = out

    def collect(self) -> Iterator[Metric]:
        """One family a series of the catalogue; those without a sample show name, type and help."""
        for series, samples in self._out.samples.items():
            family: Metric = _FAMILIES[series.kind](series.name, series.help, unit=series.unit)
            for suffix, names, values, value in lines(series, samples):
                family.add_sample(series.name + suffix, dict(zip(names, values, strict=True)), value)
            yield family
