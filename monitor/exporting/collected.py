"""Samples on their way out: by series of the catalogue, label values in its order.

Way of an event: step 9. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from prometheus_client.utils import floatToGoString

from monitor.exporting.catalogue import CATALOGUE, Series

Sample = tuple[tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Collected:
    """All samples of one scrape. `samples` has every series of the catalogue, those without a sample, too."""

    samples: dict[Series, list[Sample]] = field(default_factory=lambda: {series: [] for series in CATALOGUE})

    def add(self, series: Series, labels: tuple[str, ...], value: float) -> None:
        """One sample. A histogram's labels end with the upper edge, its values are cumulative.

        >>> from monitor.exporting.catalogue import PENDING
        >>> out = Collected()
        >>> out.add(PENDING, ("readmission",), 7)
        >>> out.samples[PENDING]
        [(('readmission',), 7)]
        """
        self.samples[series].append((labels, value))

    def __len__(self) -> int:
        return sum(map(len, self.samples.values()))


def lines(series: Series, samples: Sequence[Sample]) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...], float]]:
    """(suffix of the name, label names, label values, value) of every line that a series becomes.

    >>> from monitor.exporting.catalogue import LABEL_AGE
    >>> for line in lines(LABEL_AGE, [(("m", "3600.0"), 11), (("m", "+Inf"), 22)]):
    ...     print(line)
    ('_bucket', ('model', 'le'), ('m', '3600.0'), 11)
    ('_bucket', ('model', 'le'), ('m', '+Inf'), 22)
    """
    is_histogram = series.kind == "histogram"
    suffix, names = ("_bucket", (*series.labels, "le")) if is_histogram else ("", series.labels)
    for labels, value in samples:
        yield suffix, names, labels, value


def number(value: float) -> str:
    """A value as the library writes it: like Go, with an exponent from a million on.

    >>> number(True), number(0.25), number(1_767_225_600)
    ('1.0', '0.25', '1.7672256e+09')
    """
    if -1e6 < value < 1e6:
        return repr(float(value))
    return str(floatToGoString(value))  # type: ignore[no-untyped-call]  # the library left it without types
