"""One model's view, looked up for its records: what is exact, what may be shown, and why nothing may follow.

Way of an event: step 10; made once for each view. Pure.
"""

from collections.abc import Mapping
from functools import cached_property

from monitor.counting.lattice import OVERALL
from monitor.exporting.feed.blocks import Block, Known, blocked_by
from monitor.exporting.feed.facts import ForFeed, Identity
from monitor.exporting.gate import GatedCounts, gate
from monitor.exporting.rates import Cases, cases
from monitor.exporting.view import ModelView, WindowCounts, WindowView
from monitor.judging.verdict import StreamVerdict, Verdict

GroupName = tuple[str, str, str]
"""Revision, attribute, subgroup."""

COMPLETENESS = "label_completeness"


class FeedModel:
    """A model, ready to be told.

    Parameters
    ----------
    view, facts
        The model, and what its view holds for the feed.
    """

    def __init__(self, view: ModelView, facts: ForFeed) -> None:
        self.view, self.facts = view, facts
        self._exact = {(g.revision, g.attribute, g.subgroup): g.windows for g in view.groups}
        self._reasons: dict[tuple[str, ...], frozenset[str]] = {}

    @cached_property
    def window(self) -> WindowView | None:
        """The longest published window; None before the first pane was judged."""
        return max(self.view.windows, key=lambda one: one.end_ms - one.start_ms, default=None)

    @cached_property
    def shown(self) -> Mapping[GroupName, Mapping[str, GatedCounts]]:
        """What may be shown of each subgroup, by window."""
        return {(g.revision, g.attribute, g.subgroup): g.windows for g in gate(self.view).groups}

    @cached_property
    def streams(self) -> int:
        """How many streams share the budget of false alarms."""
        return len({(said.attribute, said.subgroup, said.metric) for said in self.view.verdicts})

    @cached_property
    def _labels_moved(self) -> frozenset[tuple[str, str]]:
        """Subgroups whose labels do not arrive as they used to, with any revision."""
        return frozenset(
            (said.attribute, said.subgroup)
            for said in self.view.verdicts
            if said.metric == COMPLETENESS and said.verdict >= Verdict.SUSPECT
        )

    @cached_property
    def _late_share(self) -> float | None:
        shares = [
            late.stand / total
            for late, total in zip(self.view.labels_late, self.facts.labels, strict=True)
            if total > 0
        ]
        return max(shares, default=None)

    def identity(self, revision: str) -> Identity:
        """Who served under the name of a revision."""
        known = self.facts.revisions.get(revision)
        return Identity() if known is None else known.identity

    def blocked_by(self, said: StreamVerdict) -> tuple[Block, ...]:
        """Everything that forbids acting on a stream."""
        reasons = self._reasons.get(said.reasons)
        if reasons is None:
            reasons = self._reasons[said.reasons] = frozenset(said.reasons)
        found = self._cases(said.revision, said)
        return blocked_by(
            Known(
                verdict=said.verdict,
                metric=said.metric,
                blame=said.blame,
                reasons=reasons,
                window_is_exact=self.window is not None and self.window.exact,
                label_maturity=self.view.limits.get("label_maturity", (1.0, ""))[0],
                maturity=None,
                labels_moved=not self._labels_moved.isdisjoint({(said.attribute, said.subgroup), (OVERALL, OVERALL)}),
                late_share=self._late_share,
                min_cell=self.view.min_cell,
                cases=None if found is None else found.k,
                samples=None if found is None else found.n,
                former_samples=self._former_samples(said),
                is_attributed=self.identity(said.revision).is_attributed,
                timing_may_act=self.facts.timing_may_act,
                mode=self.view.mode,
            )
        )

    def _cases(self, revision: str, said: StreamVerdict) -> Cases | None:
        windows = self._exact.get((revision, said.attribute, said.subgroup), {})
        counts = None if self.window is None else windows.get(self.window.name)
        return None if counts is None else cases(said.metric, as_they_are(counts))

    def _former_samples(self, said: StreamVerdict) -> int | None:
        """Cases of the former revision: in the window, and in the time before that it is compared with."""
        if said.former is None:
            return None
        known = self.facts.revisions.get(said.revision)
        name = (said.attribute, said.subgroup, said.metric)
        before = 0 if known is None else known.facts.former_samples.get(name, 0)
        beside = self._cases(said.former, said)
        return max(before, 0 if beside is None else beside.n)


def as_they_are(counts: WindowCounts) -> GatedCounts:
    """Exact counts in the form of those that may be shown, for decisions alone.

    >>> as_they_are(WindowCounts(n=9, n_predicted_positive=2, tp=1, fp=0, tn=1, fn=1)).fn
    1
    """
    return GatedCounts(counts.n, counts.n_predicted_positive, counts.tp, counts.fp, counts.tn, counts.fn)
