"""What was done: the controller's story as a section of the report. Way of an event: after its end. Pure."""

from monitor.exporting.acted import WHERE, Acted
from monitor.exporting.moments import minute
from monitor.exporting.report.markup import Markup, join, tag


def done_about(acted: Acted | None) -> Markup:
    """When, what and why, what was changed, and the audit log; nothing where nothing acts.

    >>> from monitor.exporting.acted import Deed
    >>> page = done_about(Acted((Deed(0, "held", "guard G0: <a freeze>"),), (), 3, 0))
    >>> "What was done" in page, "&lt;a freeze&gt;" in page, done_about(None)
    (True, True, '')
    """
    if acted is None:
        return join()
    heads = tag("tr", [tag("th", head, scope="col") for head in ("when (UTC)", "what", "why")])
    rows = [
        tag("tr", tag("td", minute(one.at_ms), class_="when"), tag("td", one.what), tag("td", one.why))
        for one in acted.deeds
    ]
    return tag(
        "section",
        tag("h2", "What was done"),
        tag(
            "p",
            f"Rehearsed {WHERE}; loop, guards, plan and audit log are those of the rollback process.",
            class_="soft",
        ),
        tag("div", tag("table", tag("thead", heads), tag("tbody", rows)), class_="wide"),
        [tag("p", tag("b", "Changed: "), line) for line in acted.changed],
        tag("p", acted.audit, class_="soft"),
        class_="deeds",
    )
