"""The names of metrics that settings may use. Pure. The one place that asks `judging` for them."""

from typing import Annotated, Final

from pydantic import AfterValidator, WithJsonSchema

from monitor.judging.metrics import ALWAYS_ON, CALIBRATION, METRICS
from monitor.settings.fields import refused
from monitor.settings.problems import did_you_mean, shown

AVAILABLE: Final = (*(name for name in METRICS if name not in ALWAYS_ON), CALIBRATION)

SHORT_FORMS: Final = {
    "fnr": "false_negative_rate",
    "fpr": "false_positive_rate",
    "fdr": "false_discovery_rate",
    "for": "false_omission_rate",
    "error": "error_rate",
    "selection": "selection_rate",
}
"""Of formulas only: settings write names out."""


def known_metric(name: str, besides: tuple[str, ...] = ()) -> str:
    """The name itself, if it is a metric of this version (or one of the words allowed besides); else refused."""
    if name in (*besides, *AVAILABLE):
        return name
    if name in ALWAYS_ON:
        raise refused(f"metric {shown(name)} is always watched", "leave it out")
    if name in SHORT_FORMS:
        raise refused(f"unknown metric {shown(name)}", f"write it out: {SHORT_FORMS[name]}")
    raise refused(f"unknown metric {shown(name)}", did_you_mean(name, (*besides, *AVAILABLE)))


MetricName = Annotated[str, AfterValidator(known_metric), WithJsonSchema({"enum": list(AVAILABLE)})]
"""A metric that this version can judge."""
