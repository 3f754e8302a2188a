"""`fairdrift replay`: recorded events through the same code as `run`, with wall time left out of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from monitor import __version__
from monitor.adapters.clock import SystemClock
from monitor.adapters.dead_letters import DeadLetterFile
from monitor.cli.build import feed_plan, model_plan
from monitor.cli.comparing import alarms_table, compared
from monitor.cli.exits import Exit
from monitor.cli.folders import can_hold_files
from monitor.cli.output import Compare, Output, console, show
from monitor.cli.parts import LoopParts, drop, in_memory, load_settings
from monitor.cli.recorded import Recorded
from monitor.cli.watching import Watching, rejected, stopped, worst
from monitor.exporting.at_the_end import standings_at_the_end
from monitor.exporting.odd_times import odd_times
from monitor.exporting.replayed import Replayed
from monitor.exporting.terminal import verdict_table
from monitor.judging.verdict import Verdict
from monitor.service.feed import Rejects
from monitor.service.loop import Pace, Surroundings
from monitor.settings.model import Settings

ROWS_SHOWN = 25
REJECTS = "rejects.ndjson"


def run_replay(stream: Path, settings_path: Path, out: Path, output: Output, compare: Compare | None = None) -> int:
    """Replay a recorded stream and write what was counted and said; gives the exit code, whatever others say."""
    settings = load_settings(settings_path)
    can_hold_files(out)
    done, result = replay(settings, stream, out)
    parts = [_table(done, out)]
    if compare is Compare.NAIVE:
        recorded = Recorded(settings, stream)
        told, (feed,) = recorded.settings, recorded.settings.feeds
        result = compared(
            feed_plan(told, feed, recorded.reads), {name: model_plan(told, name) for name in told.models}, stream, out
        )
        parts += [alarms_table(model, by_monitor) for model, by_monitor in result["compared"].items()]
    return show("replay", exit_of(done), result, output, Group(*parts))


def replay(settings: Settings, stream: Path, out: Path) -> tuple[Replayed, dict[str, Any]]:
    """Replay a stream; gives what was seen and the summary.

    Raises
    ------
    Refused
        if the settings have several feeds: a recorded stream is one.
    SourceRefused
        if the stream cannot be used.
    """
    recorded = Recorded(settings, stream)
    settings, sources = recorded.settings, recorded.sources
    watching = Watching({name: model_plan(settings, name) for name in settings.models})
    around = Surroundings(SystemClock(), False, watching.on_view, watching, __version__, settings.content_hash)
    parts = LoopParts(settings, recorded.reads, recorded.source_of, in_memory, _rejects(settings, out))
    loop = parts.loop(around, Pace(poll_ms=0, max_records=5_000, publish_every_ms=2_000))
    try:
        loop.start()
        with _progress() as progress:
            task = progress.add_task("replay", total=1.0)
            while not sources[0].is_exhausted:
                loop.tick()
                progress.update(task, completed=sources[0].share_read)
            loop.tick()
        done = watching.finish(loop)
    finally:
        loop.close()
    return done, watching.write(done, out)


def _rejects(settings: Settings, out: Path) -> Mapping[str, Rejects]:
    """Which records are refused stands beside the counts, unless the settings say to keep that nowhere."""
    path = out / REJECTS
    path.unlink(missing_ok=True)
    keep = DeadLetterFile(path).write
    return {name: keep if feed.dead_letter != "off" else drop for name, feed in settings.feeds.items()}


def _progress() -> Progress:
    screen = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    return Progress(*columns, TimeRemainingColumn(), console=screen, disable=not screen.is_terminal, transient=True)


def exit_of(done: Replayed) -> Exit:
    """3: a stream is SUSPECT or DEGRADED, or records were refused. 4: undecided. 0: all is healthy."""
    verdict = worst(done.view)
    if (verdict is not None and verdict >= Verdict.SUSPECT) or rejected(done.view):
        return Exit.FINDINGS
    return Exit.GOOD if verdict is Verdict.HEALTHY else Exit.UNDECIDED


def _table(done: Replayed, out: Path) -> RenderableType:
    tables = [verdict_table(model, standings_at_the_end(model, done), ROWS_SHOWN) for model in done.view.models]
    refused = rejected(done.view)
    lines = [f"{refused} records were refused; {REJECTS} and summary.json have the reasons"] if refused else []
    lines += [
        f"{topic}: reading STOPPED, too many records were refused; what lies behind them was not read. Is its adapter "
        "the right one, its model one of the settings? See feeds.*.reject_stop"
        for topic in stopped(done.view)
    ]
    lines += odd_times(done)
    lines.append(f"counts, timeline and report.html: {out} (counts are exact: for the owner of the data)")
    return Group(*tables, *lines)
