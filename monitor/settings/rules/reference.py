"""What must hold inside `reference` of a model, and between it and the panes. Pure."""

from collections.abc import Iterator
from typing import Final

from monitor.judging.rules import DAY_MS
from monitor.judging.seasonal_key import HOUR_MS
from monitor.settings.rules.rule import Finding, Given, Rule, has
from monitor.settings.units import duration_text, moment_text

WEEK_MS: Final = 7 * DAY_MS


def reference_has_one_source(given: Given) -> Iterator[Finding]:
    """A file or a range, and a range has two ends."""
    reference = given.section.reference
    if reference is None or not has(reference, "file", "from_ms", "to_ms"):
        return
    ends = {"from": reference.from_ms, "to": reference.to_ms}
    missing = [name for name, at_ms in ends.items() if at_ms is None]
    if reference.file is not None and len(missing) < 2:
        yield Finding(("reference", "file"), "a file and a range are both given", "keep the file, or from and to")
    elif len(missing) == 1:
        yield Finding(
            ("reference",), f"{missing[0]} is missing: a range has two ends", f"add {missing[0]}, or use a file"
        )
    if reference.file is None and getattr(reference, "must_be_approved", False):
        message = "only a file can be approved, and none is given"
        yield Finding(("reference", "must_be_approved"), message, "give file: what `fairdrift reference build` wrote")


def range_is_weeks_of_the_past(given: Given) -> Iterator[Finding]:
    """The range is one week at least, of whole panes, and over."""
    reference = given.section.reference
    if reference is None or not has(reference, "from_ms", "to_ms") or None in (reference.from_ms, reference.to_ms):
        return
    from_ms, to_ms = reference.from_ms, reference.to_ms
    if to_ms - from_ms < WEEK_MS:
        length = (
            f"is {duration_text((to_ms - from_ms) // 1_000 * 1_000)} long"
            if to_ms > from_ms
            else "ends before it begins"
        )
        message = f"the range {length}: weekdays differ, so a reference is one week at least"
        yield Finding(
            ("reference", "to"), message, f"give {moment_text(from_ms + WEEK_MS)} or later; 28 days are usual"
        )
    elif given.now_ms is not None and to_ms > given.now_ms:
        message = f"{moment_text(to_ms)} lies in the future: nobody knows yet whether that time is normal"
        yield Finding(("reference", "to"), message, f"give a range that is over by now, {moment_text(given.now_ms)}")
    if not has(given.section, "windows.pane_ms"):
        return
    pane_ms = given.section.windows.pane_ms
    for name, at_ms in (("from", from_ms), ("to", to_ms)):
        if at_ms % pane_ms:
            message = f"{moment_text(at_ms)} is not the start of a pane of {duration_text(pane_ms)}"
            yield Finding(("reference", name), message, f"give {moment_text(at_ms // pane_ms * pane_ms)}")


def calendar_fits_the_pane(given: Given) -> Iterator[Finding]:
    """A pane lies in one season: its key is that of its start."""
    calendar = given.section.reference and getattr(given.section.reference, "calendar", None)
    if calendar is None or not has(calendar, "key", "zone"):
        return
    pane_ms, path = given.section.windows.pane_ms, ("reference", "calendar")
    pane = f"a pane of {duration_text(pane_ms)}"
    if calendar.key == "hour_of_week" and HOUR_MS % pane_ms:
        fix = "use key: day_of_week, or a pane of 1h or a whole part of it"
        yield Finding((*path, "key"), f"{pane} has no single hour", fix)
    elif calendar.key == "day_of_week" and DAY_MS % pane_ms:
        yield Finding((*path, "key"), f"{pane} has no single day", "use a pane of 1d or a whole part of it")
    elif calendar.zone != "UTC" and HOUR_MS % pane_ms:
        message = f"{pane} is cut by UTC: it holds parts of two days of {calendar.zone}"
        yield Finding((*path, "zone"), message, "use zone: UTC, or a pane of 1h or a whole part of it")


REFERENCE_RULES: Final[tuple[Rule, ...]] = (
    (("reference",), reference_has_one_source),
    (("reference",), range_is_weeks_of_the_past),
    (("reference", "windows.pane_ms"), calendar_fits_the_pane),
)
