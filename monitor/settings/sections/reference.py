"""Section `reference` of a model: what its rates are compared with. Pure but for the table of time zones."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator

from monitor.judging.seasonal_key import Key
from monitor.settings.fields import FilePath, Moment, Section, refused, setting
from monitor.settings.problems import shown


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        fix = "give a name like Europe/Paris, or UTC; if that is one, install the package tzdata"
        raise refused(f"zone {shown(name)} is not known on this machine", fix) from error
    return name


class CalendarSettings(Section):
    """A calendar key: the season of a pane becomes one more attribute of what is expected."""

    key: Key = setting("Which season: 168 hours or 7 days of the week. It must fit the pane.")
    zone: Annotated[str, AfterValidator(_zone)] = setting(
        "Time zone in which the key is read; another than UTC needs panes of at most an hour.",
        default="UTC",
        why="Panes are aligned to it.",
    )


class ReferenceSettings(Section):
    """What rates are compared with: a file, a range of time, or by rule the first weeks of the first revision."""

    file: FilePath | None = setting(
        "A reference made by `fairdrift reference build`, or by an offline audit.",
        default=None,
        why="It is collected from the events.",
    )
    from_ms: Moment | None = setting(
        "First pane of inferences of a range that is declared normal, whoever served; with `to`.",
        default=None,
        why="The rule takes the first weeks of the first revision.",
        key="from",
    )
    to_ms: Moment | None = setting(
        "End of that range, a week later at least: panes from here on are tested.",
        default=None,
        why="As `from`.",
        key="to",
    )
    must_be_approved: bool = setting(
        "Refuse a file that nobody but its builder has approved (`fairdrift reference approve`).",
        default=False,
        why="An audit from elsewhere carries its own approval.",
    )
    calendar: CalendarSettings | None = setting(
        "Expect other rates in other hours or days of the week.",
        default=None,
        why="Most rates know no season; one that does is seen in the reference, and then only watched.",
    )
