"""What the report shows for a look, and no verdict reads: statistics of drift of single subgroups.

Way of an event: after its end. Pure.
"""

from typing import Final

from monitor.exporting.drift_shown import WORDS, drift_shown
from monitor.exporting.gate import gate
from monitor.exporting.report.markup import Child, Markup, tag
from monitor.exporting.report.story import ModelStory
from monitor.judging.annotating.drift import DriftScore

_COLUMNS: Final = ("psi", "ks", "mix", "ece", "adwin", "page_hinkley")
_HEADS: Final = ("PSI", "KS distance", "χ² of the mix", "calibration error", "ADWIN", "Page-Hinkley")


def drift_table(story: ModelStory) -> Markup | None:
    """A row for every subgroup of which any statistic may be shown; None if there is none."""
    rows = []
    for group in gate(story.view).groups:
        scores = {score.detector: score for score in drift_shown(story.view, group)}
        if scores:
            cells = [tag("td", _text(scores.get(name)), class_="number") for name in _COLUMNS]
            who = tag("td", tag("bdi", story.names.text(group.attribute, group.subgroup)))
            rows.append(tag("tr", who, tag("td", group.revision), cells))
    if not rows:
        return None
    heads: list[Child] = [tag("th", head, scope="col") for head in ("subgroup", "revision")]
    heads += [
        tag("th", head, scope="col", title=WORDS[name], class_="number")
        for head, name in zip(_HEADS, _COLUMNS, strict=True)
    ]
    note = (
        "These annotate: no verdict reads them, and none has a promised number of false alarms. The last 28 panes "
        "against the reference; in brackets what 95 % of windows without drift stay below, or the 95 % limits."
    )
    table = tag("table", tag("thead", tag("tr", heads)), tag("tbody", rows))
    return tag(
        "section",
        tag("h2", "Statistics of drift, for a look"),
        tag("p", note, class_="soft"),
        tag("div", table, class_="wide"),
    )


def _text(score: DriftScore | None) -> str:
    """A number and how to take it.

    >>> _text(DriftScore("psi", 0.21, 0, limit=0.017)), _text(DriftScore("adwin", 1.0, 0)), _text(None)
    ('0.21 (0.017)', '1', '–')
    """
    if score is None:
        return "–"
    if score.lower is not None and score.upper is not None:
        return f"{score.value:g} ({score.lower:g} to {score.upper:g})"
    return f"{score.value:g}" if score.limit is None else f"{score.value:g} ({score.limit:g})"
