"""The choices at the head of the boards, and the links that carry them from board to board.

Beside the way of an event: every board takes its variables here. Pure.
"""

from typing import Final

from dashboards._lib import variable
from dashboards._panels import Json
from dashboards.promql import of
from monitor.exporting import catalogue as c

NAMESPACE: Final = variable("namespace", f"label_values({c.BUILD_INFO.name}, namespace)", has_all=True)
MODEL: Final = variable("model", f"label_values({of(c.MODE)}, model)")
MODELS: Final = variable("model", f"label_values({of(c.MODE)}, model)", has_all=True)
METRIC: Final = variable(
    "metric", f"label_values({of(c.VERDICT, model='$model')}, metric)", default="false_negative_rate"
)
WINDOW: Final = variable(
    "window",
    f"label_values({of(c.WINDOW_EXACT, model='$model')}, window)",
    default="28d",
    newest_first=True,
)
REVISION: Final = variable(
    "revision", f"label_values({of(c.REVISION_INFO, model='$model')}, revision)", newest_first=True
)
REVISIONS: Final = variable("revision", f"label_values({of(c.REVISION_INFO, model='$model')}, revision)", has_all=True)
ATTRIBUTE: Final = variable("attribute", f"label_values({of(c.VERDICT, model='$model')}, attribute)", default="overall")
ATTRIBUTES: Final = variable("attribute", f"label_values({of(c.VERDICT, model='$model')}, attribute)", has_all=True)
SUBGROUP: Final = variable(
    "subgroup",
    f"label_values({of(c.VERDICT, model='$model', attribute='$attribute')}, subgroup)",
    default="overall",
)

_EVERYWHERE: Final = "${datasource:queryparam}&${namespace:queryparam}&${__url_time_range}"


def to_model(model: str) -> Json:
    """A link to the board of a model; `model` is how Grafana names it where the link stands."""
    return {"title": "Open this model", "url": f"/d/fairdrift-model?var-model={model}&{_EVERYWHERE}"}


def to_subgroup(model: str, metric: str) -> Json:
    """A link from a row of a table to the board of its subgroup."""
    row = "&".join(f"var-{label}=${{__data.fields.{label}}}" for label in ("revision", "attribute", "subgroup"))
    url = f"/d/fairdrift-subgroup?var-model={model}&{row}&var-metric={metric}&{_EVERYWHERE}"
    return {"title": "Open this subgroup", "url": url}
