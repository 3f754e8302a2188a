"""The log of the processes: JSON lines on stderr with fields from this list only, so that no person gets into it."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

import structlog

from monitor.counting.lattice import OVERALL
from monitor.exporting.view import View
from monitor.judging.verdict import Verdict

FIELDS: Final = frozenset(
    {
        *("event", "level", "timestamp", "version", "telemetry", "api", "rebuilds", "feeds", "model", "revision"),
        *("attribute", "subgroup", "metric", "verdict", "previous", "reasons", "error", "actor", "reason", "note"),
    }
)
"""Everything a log line may hold. No payload, no identifier, no raw attribute value."""


def _only_known(_logger: object, _name: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in event.items() if name in FIELDS}


def logger() -> "structlog.typing.FilteringBoundLogger":
    """A logger of JSON lines on stderr."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_known,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(20),
        cache_logger_on_first_use=False,
    )
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return log


def verdict_changes(before: View, after: View) -> Iterator[dict[str, object]]:
    """What the new view says otherwise than the old one: of everyone, and whatever goes to SUSPECT or worse or back.

    >>> list(verdict_changes(View(0), View(1)))
    []
    """
    known = {
        (v.model, v.revision, v.attribute, v.subgroup, v.metric): v.verdict
        for model in before.models
        for v in model.verdicts
    }
    for model in after.models:
        for v in model.verdicts:
            previous = known.get((v.model, v.revision, v.attribute, v.subgroup, v.metric))
            is_told = max(v.verdict, previous or Verdict.HEALTHY) >= Verdict.SUSPECT or v.attribute == OVERALL
            if previous != v.verdict and is_told:
                yield {
                    "model": v.model,
                    "revision": v.revision,
                    "attribute": v.attribute,
                    "subgroup": v.subgroup,
                    "metric": v.metric,
                    "verdict": v.verdict.name,
                    "previous": None if previous is None else previous.name,
                    "reasons": list(v.reasons),
                }
