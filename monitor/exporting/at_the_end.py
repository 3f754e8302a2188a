"""Where every stream of a recording stands at its end, with the newest window of which anything may be shown.

Way of an event: after its end; `replay` prints it. Pure. Labels may come long after the last prediction: the window
that ends with the last judged pane is then empty, and says nothing of who is harmed.
"""

from dataclasses import replace

from monitor.exporting.recording import stream_of
from monitor.exporting.replayed import Replayed
from monitor.exporting.report.story import model_story
from monitor.exporting.standing import Standing, standings
from monitor.exporting.view import ModelView


def standings_at_the_end(model: ModelView, done: Replayed) -> tuple[Standing, ...]:
    """As `standings`, with cases and rate of the newest window in which they may be shown."""
    story = model_story(model, done)
    shown = {} if story is None else {stream_of(stream.said): stream.own_bars for stream in story.streams}
    rows = []
    for row in standings(model):
        bars = shown.get(stream_of(row.said), ())
        newest = next((bar for bar in reversed(bars) if bar.estimate is not None), None)
        rows.append(row if newest is None else replace(row, found=newest.found, estimate=newest.estimate))
    return tuple(rows)
