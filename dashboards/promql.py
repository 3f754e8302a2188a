"""Queries out of the catalogue: a series or a label that does not exist cannot be asked for.

Beside the way of an event: every board writes its queries with these. Pure.
"""

from collections.abc import Iterator
from typing import Final

from monitor.exporting.catalogue import MODE, MODEL_VERDICT, Series
from monitor.exporting.control_catalogue import PAUSED, READY
from monitor.judging.verdict import Verdict

NO_VERDICT: Final = -1
"""Stands where a model was watched in the last seven days and nothing is said of it now."""

NOT_HEARD: Final = -1
"""Stands where a model is watched and no rollback process is heard of it."""

STREAM: Final = "revision, attribute, subgroup, metric"
"""Labels that tell the streams of one model apart."""


def of(series: Series, suffix: str = "", **matchers: str) -> str:
    """A selector of one series, in the namespaces that the board shows.

    Parameters
    ----------
    suffix
        What a histogram adds to its name: ``_bucket``.
    matchers
        Label -> value; a value that begins with ``~`` or ``!=`` is a regular expression or what is left out.

    Raises
    ------
    ValueError
        for a label that the series does not have.

    Examples
    --------
    >>> from monitor.exporting.catalogue import VERDICT
    >>> of(VERDICT, model="$model", state="~SUSPECT|DEGRADED")
    'fairdrift_verdict{namespace=~"$namespace",model="$model",state=~"SUSPECT|DEGRADED"}'
    >>> of(VERDICT, colour="red")
    Traceback (most recent call last):
    ...
    ValueError: fairdrift_verdict has no label colour; it has: model, revision, attribute, subgroup, metric, state
    """
    for label in matchers:
        if label not in series.labels:
            raise ValueError(f"{series.name} has no label {label}; it has: {', '.join(series.labels)}")
    inner = ",".join(['namespace=~"$namespace"', *(_matcher(label, value) for label, value in matchers.items())])
    return f"{series.name}{suffix}{{{inner}}}"


def _matcher(label: str, value: str) -> str:
    if value.startswith("~"):
        return f'{label}=~"{value[1:]}"'
    if value.startswith("!="):
        return f'{label}!="{value[2:]}"'
    return f'{label}="{value}"'


def top(by: str, expression: str) -> str:
    """The largest of the copies of a series that a restart or a second scrape leaves behind.

    >>> top("model", "x")
    'max by (model) (x)'
    """
    return f"max by ({by}) ({expression})"


def per_hour(by: str, counter: Series, **matchers: str) -> str:
    """How far a counter rises in an hour; a second is too short to be read where a model is asked a few times a day.

    >>> from monitor.exporting.catalogue import EVENTS
    >>> per_hour("topic", EVENTS, result="late")
    '3600 * sum by (topic) (rate(fairdrift_events_total{namespace=~"$namespace",result="late"}[$__rate_interval]))'
    """
    return f"3600 * sum by ({by}) (rate({of(counter, **matchers)}[$__rate_interval]))"


def in_range(by: str, counter: Series, suffix: str = "", **matchers: str) -> str:
    """How far a counter rose over the time that the board shows."""
    return f"sum by ({by}) (increase({of(counter, suffix, **matchers)}[$__range]))"


def verdict_number(by: str, series: Series, **matchers: str) -> str:
    """The worst verdict as a number, in the order of the verdicts: 0 is HEALTHY, 4 is DEGRADED.

    Of a stream one state is 1 and the others are 0, so the largest product of number and state is its verdict.
    """
    return top(by, " or ".join(_states(series, matchers)))


def _states(series: Series, matchers: dict[str, str]) -> Iterator[str]:
    for verdict in Verdict:
        yield f"{verdict.value} * {of(series, **matchers, state=verdict.name)}"


def model_verdict_number() -> str:
    """The worst verdict of each model; `NO_VERDICT` of one that was there in the last seven days and is silent."""
    silent = f"0 * last_over_time({of(MODE)}[7d]) - {-NO_VERDICT}"
    return f"{verdict_number('model', MODEL_VERDICT)} or {top('model', silent)}"


def watched_mode(**matchers: str) -> str:
    """The mode of a model as the monitor has it; the rollback process, which may be in a lower one, is left out."""
    return f"{of(MODE, **matchers)} unless on (namespace, job, instance, model) {of(PAUSED, **matchers)}"


def or_not_heard(expression: str, **matchers: str) -> str:
    """What a rollback process says in one number, or `NOT_HEARD` where a model is watched and there is no such process.

    >>> or_not_heard("sum(x)", model="$model")
    'max(sum(x) or 0 * max(fairdrift_mode{namespace=~"$namespace",model="$model"}) - 1)'
    """
    return f"max({expression} or 0 * max({of(MODE, **matchers)}) - {-NOT_HEARD})"


def acting(**matchers: str) -> str:
    """2: a person has paused it; 1: the rollback process of a model could act; 0: it could not; or `NOT_HEARD`."""
    paused = of(PAUSED, **matchers)
    ready = f"max({of(READY)} and on (namespace, job, instance) {paused})"
    return or_not_heard(f"(2 * max({paused}) == 2) or {ready}", **matchers)


def age(by: str, timestamps: Series, **matchers: str) -> str:
    """Seconds since a time that is exported; of several installs the worst, so that none hides behind another.

    >>> from monitor.exporting.catalogue import COMMITTED
    >>> age("partition", COMMITTED)[:82]
    'max by (partition) (time() - max by (namespace, partition) (fairdrift_state_commit'
    """
    return top(by, f"time() - {top(f'namespace, {by}', of(timestamps, **matchers))}")
