"""Marks on the time lines of the boards: when a revision was new, when a verdict turned bad.

Beside the way of an event: boards of models take their annotations here. Pure.
"""

from dashboards._lib import annotation
from dashboards._panels import Json
from dashboards.promql import of, top
from monitor.exporting import catalogue as c


def marks(model: str) -> list[Json]:
    """The first hour of a revision that was not seen in the seven days before, and of a verdict of a model as a whole.

    `model` matches as in `of`.
    """
    serving = of(c.REVISION_INFO, model=model, role="serving")
    bad = of(c.MODEL_VERDICT, model=model, state="~SUSPECT|DEGRADED")
    was_there = top("model, revision", f"max_over_time({serving}[7d] offset 1h)")
    was_bad = top("model, revision, state", f"{bad} offset 1h")
    return [
        annotation(
            "New revision",
            f"{top('model, revision', serving)} unless {was_there}",
            "{{model}}: {{revision}} is new",
            "blue",
        ),
        annotation(
            "Verdict turned bad",
            f"{top('model, revision, state', bad)} == 1 unless {was_bad} == 1",
            "{{model}} {{revision}}: {{state}}",
            "red",
        ),
    ]
