"""`fairdrift reference build`: the counts of a range of panes, from a recorded stream or from the log itself.

The events go through the same reading, counting and ripening as in `run`, with a state that ends with the process; what
the judge collects for the range is the reference.
"""

from pathlib import Path
from typing import Any

from monitor import __version__
from monitor.adapters.clock import SystemClock
from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show
from monitor.cli.parts import LoopParts, connection, drop, in_memory, kafka_settings, kafka_sources, load_settings
from monitor.cli.recorded import Recorded
from monitor.cli.reference_counted import counted
from monitor.cli.reference_model import model_named, rules_of
from monitor.cli.reference_show import holds, tables
from monitor.exporting.owner_only import owner_only
from monitor.judging.reference_file import write_reference
from monitor.service.loop import Pace, Surroundings
from monitor.settings.derive import coding_of
from monitor.settings.model import Settings
from monitor.settings.rules.reference import REFERENCE_RULES
from monitor.settings.rules.rule import Given, findings
from monitor.settings.sections.reference import ReferenceSettings
from monitor.settings.units import moment_ms

Range = tuple[str, str]


def run_build(
    settings_path: Path, span: Range, data: Path | None, model: str | None, out: Path, built_by: str, output: Output
) -> int:
    """Build a reference of the panes in [from, to); gives the exit code: 3 if its labels are not all in, or none is."""
    settings = load_settings(settings_path)
    name = model_named(settings, model)
    if out.exists():
        raise Refused(f"{out}: there is a file already: name another one with --out, a reference is never changed")
    settings, span_ms = _declaring(settings, name, span)
    rules = rules_of(settings, name)
    whole_ms = (*span_ms, span_ms[1] + rules.ripening_ms(len(rules.edges_ms) - 2))
    if data is None:
        where = connection(kafka_settings(settings, settings_path))
        loop = LoopParts(settings, "as_configured", kafka_sources(where), in_memory, _nowhere(settings)).loop(_around())
        state = counted(loop, name, whole_ms, None)
    else:
        recorded = Recorded(settings, data)
        parts = LoopParts(recorded.settings, recorded.reads, recorded.source_of, in_memory, _nowhere(settings))
        loop = parts.loop(_around(), Pace(poll_ms=0, max_records=5_000))
        state = counted(loop, name, whole_ms, lambda: recorded.sources[0].is_exhausted)
    found, why_not = state
    if found is None:
        return show("reference build", Exit.FINDINGS, {"built": None, "why_not": why_not}, output, why_not)
    with owner_only(out) as file:
        file.write(write_reference(found, coding_of(settings.models[name]), built_by).decode())
    result: dict[str, Any] = {"built": str(out), "built_by": built_by, **holds(settings, name, found)}
    return show("reference build", Exit.GOOD, result, output, tables(result, f"{out} (mode 0600: exact counts)"))


def _declaring(settings: Settings, name: str, span: Range) -> tuple[Settings, tuple[int, int]]:
    """Settings with this feed alone, in which the range is the reference of the model; and its ends.

    Raises
    ------
    Refused
        for a range that no model could have, with what to do.
    """
    ends = []
    for option, text in zip(("--from", "--to"), span, strict=True):
        try:
            ends.append(moment_ms(text))
        except ValueError as error:
            raise Refused(f"{option}: {text!r} is no time: write it like 2026-01-05 or 2026-01-05T06:00:00Z") from error
    one = settings.models[name]
    calendar = None if one.reference is None else one.reference.calendar
    reference = ReferenceSettings.model_construct(
        file=None, from_ms=ends[0], to_ms=ends[1], must_be_approved=False, calendar=calendar
    )
    declared = one.model_copy(update={"reference": reference})
    wrong = list(findings(REFERENCE_RULES, Given(name, declared, {}, now_ms=SystemClock().now_ms())))
    if wrong:
        told = "; ".join(f"--{finding.path[-1]}: {finding.message}; {finding.fix}" for finding in wrong)
        raise Refused(f"model {name}: {told}")
    mates = {
        mate: model.model_copy(update={"reference": None})
        for mate, model in settings.models.items()
        if model.feed == one.feed
    }
    feeds = {one.feed: settings.feeds[one.feed]}
    declaring = settings.model_copy(update={"feeds": feeds, "models": mates | {name: declared}})
    return declaring, (ends[0], ends[1])


def _around() -> Surroundings:
    return Surroundings(SystemClock(), False, lambda _view: None, None, __version__, "")


def _nowhere(settings: Settings) -> dict[str, Any]:
    return dict.fromkeys(settings.feeds, drop)
