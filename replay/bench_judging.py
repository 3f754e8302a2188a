"""How fast judging is at full size, beside fairlearn: `python -m replay.bench_judging [--peers PYTHON]`.

The hour of `bench_counting`, in windows of 5, 15 and 60 minutes that slide by one; two revisions serve at once, so that
every detector runs. Of one slide: the published counts of all windows, and what is said of every stream, in columns;
the same written out as verdicts, which is done once a publication; and the step of the evidence, once a pane. Processor
time; the median over slides, of the whole workload and of a tenth of it: it must not grow with rows.

With the Python of `make bench-peers`, the 5 metrics of the 5-minute window are computed by fairlearn, too, and each of
its rates is compared with ours; a difference voids the run, and exits with 1. The goals are of 890 streams, what is
measured is more; whether they are met is printed: times are those of one machine on one day.
"""

import argparse
import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from monitor.counting.lattice import CROSS
from monitor.counting.windows import COLUMNS, pane_table, window
from monitor.judging.rules import DataState
from replay.bench_counting import CODING, HORIZON, HOUR, PANE, SIZES, T0, Ints, Workload, workload, yardstick
from replay.judging_world import LATTICE, METRICS, ROLLOUT_MINUTE, Stream, counted, judge_of, rules

_T = TypeVar("_T")

SERVING = DataState(("r2", "r1"))
WINDOWS = (5, 15, 60)
"""Minutes."""

WARM_UP, SLIDES = 60, 40
GOAL_EVALUATION_MS, GOAL_STEP_MS, GOAL_PEER, GOAL_GROWTH = 3.0, 150.0, 5_000, 1.5
"""The shortest window and all streams, `GOAL_PEER` times as fast as fairlearn's rates of that window alone; with ten
times the rows at most `GOAL_GROWTH` of the time."""

REFERENCE_YARDSTICK = 3.1
PEER = Path(__file__).parent / "peers" / "fairlearn_rates.py"


@dataclass
class Slides:
    """Milliseconds of processor time of every slide, by part."""

    ms: dict[str, list[float]] = field(default_factory=dict)

    def timed(self, part: str, work: Callable[[], _T]) -> _T:
        """Do some work."""
        start = time.process_time()
        result = work()
        self.ms.setdefault(part, []).append((time.process_time() - start) * 1e3)
        return result

    def of(self, *parts: str) -> float:
        """Median of the sum of these parts."""
        return median(map(sum, zip(*(self.ms[part] for part in parts), strict=True)))


@dataclass
class Measured:
    """What was measured on one workload: slides, published counts of the shortest window, the yardstick meanwhile."""

    slides: Slides
    rows: int
    streams: int
    sums: Ints
    yardstick_us: float


def measure(load: Workload) -> Measured:
    """Judge the workload, with a release in it, and time the slides after that."""
    state = counted(load)
    stream, first = Stream(state), T0 // PANE
    tables = [pane_table(state, 0, first + minute) for minute in range(HOUR // PANE)]
    judge, slides, units = judge_of(stream), Slides(), list[float]()
    begin = ROLLOUT_MINUTE + WARM_UP
    for end_ms, cells in stream.steps(ROLLOUT_MINUTE - WARM_UP, begin):
        judge.step(end_ms, cells)
        judge.say(end_ms, SERVING)
    gc.collect()
    for number, (end_ms, cells) in enumerate(stream.steps(begin, begin + SLIDES)):
        units.append(yardstick(300))
        slides.timed("evidence", lambda end_ms=end_ms, cells=cells: judge.step(end_ms, cells))  # type: ignore[misc]
        turned = tables[number:] + tables[:number]
        for minutes in WINDOWS:
            part = f"window of {minutes} minutes"
            slides.timed(part, lambda shown=turned[-minutes:]: window(shown, LATTICE))  # type: ignore[misc]
        said = slides.timed("streams", lambda end_ms=end_ms: judge.say(end_ms, SERVING))  # type: ignore[misc]
        slides.timed("verdicts", lambda said=said: judge.write(said))  # type: ignore[misc]
    sums = window(tables[-WINDOWS[0] :], LATTICE)["r1"]
    return Measured(slides, int(sums[0, 0]), sum(one.verdict.size for one in said), sums, median(units))


EVALUATION = (*(f"window of {minutes} minutes" for minutes in WINDOWS), "streams")


def rates(sums: Ints) -> dict[tuple[str, str, str], float]:
    """(attribute, subgroup, metric) -> rate of published counts; none without a denominator."""
    tp, fp, tn, fn = (sums[:, COLUMNS.index(name)] for name in ("tp", "fp", "tn", "fn"))
    parts = (fn, fn + tp), (fp, fp + tn), (fp, fp + tp), (fp + fn, tp + fp + tn + fn), (tp + fp, tp + fp + tn + fn)
    return {
        (group.attribute, group.slug, metric): int(k[place]) / int(n[place])
        for metric, (k, n) in zip(METRICS, parts, strict=True)
        for place, group in enumerate(LATTICE.subgroups)
        if n[place]
    }


def of_peer(python: Path, load: Workload) -> tuple[dict[str, Any], dict[tuple[str, str, str], float]]:
    """What fairlearn says of the shortest window: its answer, and the rates in it by our names."""
    shown = (load.time >= T0 + HOUR - WINDOWS[0] * PANE) & (load.age <= HORIZON)
    columns = {"prediction": load.prediction[shown], "label": load.label[shown]}
    rest = load.combination[shown]
    for attribute in reversed(CODING.attributes):
        rest, columns[attribute.name] = np.divmod(rest, len(attribute.codes))
    ordered = {name: columns[name] for name in ("prediction", "label", *SIZES)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "window.npz"
        np.savez(path, **ordered)  # type: ignore[arg-type]
        done = subprocess.run([python, PEER, path], capture_output=True, check=True, text=True)  # noqa: S603  # our own file
    answer = json.loads(done.stdout)
    named = {
        (CROSS.join(names) or "overall", CROSS.join(f"v{value}" for value in values) or "overall", metric): rate
        for names, values, metric, rate in answer["rates"]
    }
    return answer, named


def differences(ours: dict[tuple[str, str, str], float], peers: dict[tuple[str, str, str], float]) -> list[str]:
    """Rates that are not the same to the last digits; groups without anybody are in neither."""
    known = {name for name in ours if ours[name] or name in peers}
    far = [name for name in known if abs(ours[name] - peers.get(name, np.nan)) > 1e-12 or name not in peers]
    return [f"{'/'.join(name)}: ours {ours[name]}, fairlearn {peers.get(name)}" for name in sorted(far)]


def table(found: dict[str, Measured]) -> Table:
    """Milliseconds of each part, a column a workload."""
    shown = Table(title="milliseconds of processor time, median of the slides", title_justify="left")
    shown.add_column("part of one slide")
    for name in found:
        shown.add_column(name, justify="right")
    rows = {"evaluation": EVALUATION, **{f"  {part}": (part,) for part in EVALUATION}}
    rows |= {"written as verdicts": ("verdicts",), "evidence, once a pane": ("evidence",)}
    rows |= {"evaluation and evidence": (*EVALUATION, "evidence")}
    for name, parts in rows.items():
        shown.add_row(name, *(f"{one.slides.of(*parts):.2f}" for one in found.values()))
    return shown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inferences", type=int, default=1_000_000, help="in the hour; each has an outcome")
    parser.add_argument("--peers", type=Path, help="the Python that has fairlearn, see `make bench-peers`")
    options = parser.parse_args()
    few, load = measure(workload(options.inferences // 10)), workload(options.inferences)
    many = measure(load)
    Console(width=120).print(table({f"{one.rows:,} rows in 5 minutes": one for one in (few, many)}))
    named = int((many.sums[:, 0] > 0).sum())
    print(
        f"{many.streams:,} streams: {named} subgroups with people and {len(many.sums) - named} of reserved values, "
        f"{len(rules().metrics)} metrics, 2 revisions; yardstick {many.yardstick_us:.2f} us a json.loads"
    )
    evaluation, scale = many.slides.of(*EVALUATION), many.yardstick_us / REFERENCE_YARDSTICK
    is_met = [
        evaluation <= GOAL_EVALUATION_MS * scale,
        many.slides.of(*EVALUATION, "evidence") <= GOAL_STEP_MS * scale,
        evaluation <= GOAL_GROWTH * few.slides.of(*EVALUATION),
    ]
    if options.peers is not None:
        answer, theirs = of_peer(options.peers, load)
        wrong = differences(rates(many.sums), theirs)
        if wrong:
            print(f"NOT EXACT: {len(wrong)} rates differ, the first is {wrong[0]}", file=sys.stderr)
            return 1
        seconds, own = answer["seconds"], (EVALUATION[0], "streams")
        times, times_of_counts = (seconds * 1e3 / many.slides.of(*parts) for parts in (own, own[:1]))
        print(
            f"fairlearn {answer['version']}: {seconds:.1f} s for the {len(theirs)} rates of 5 minutes, every one of "
            f"them ours: {times_of_counts:,.0f} x our counts of that window, {times:,.0f} x those and all streams"
        )
        is_met.append(times >= GOAL_PEER)
    print(
        f"goal, of 890 streams: evaluation {GOAL_EVALUATION_MS * scale:.1f} ms, with evidence "
        f"{GOAL_STEP_MS * scale:.0f} ms, at most {GOAL_GROWTH} x with ten times the rows, fairlearn {GOAL_PEER:,} x: "
        f"{'met' if all(is_met) else 'MISSED'}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
