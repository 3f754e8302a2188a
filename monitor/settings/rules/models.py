"""What must hold between the settings of a model, and between them and its feed. Pure."""

from collections.abc import Iterator
from typing import Final

from monitor.settings.derive import series_estimate, tolerance_of, windows_ms
from monitor.settings.problems import did_you_mean, shown
from monitor.settings.rules.attributes import attributes_have_one_meaning, crossings_name_attributes
from monitor.settings.rules.reference import REFERENCE_RULES
from monitor.settings.rules.rule import Finding, Given, Rule, has
from monitor.settings.units import duration_text


def feed_is_configured(given: Given) -> Iterator[Finding]:
    """The feed exists."""
    if given.section.feed not in given.feeds:
        message = f"feed {shown(given.section.feed)} is not configured"
        yield Finding(("feed",), message, did_you_mean(given.section.feed, tuple(given.feeds)) if given.feeds else "")


def metrics_differ(given: Given) -> Iterator[Finding]:
    """No metric twice."""
    for number, metric in enumerate(given.section.metrics):
        if metric in given.section.metrics[:number]:
            yield Finding(("metrics", number), f"metric {shown(metric)} is listed twice", "keep one")


def windows_are_whole_panes(given: Given) -> Iterator[Finding]:
    """Windows are sums of panes, each length once."""
    windows, seen = given.section.windows, dict[int, str]()
    for number, (name, window_ms) in enumerate((n, windows_ms(given.section)[n]) for n in windows.published):
        path = ("windows", "published", number)
        if window_ms % windows.pane_ms:
            pane = duration_text(windows.pane_ms)
            yield Finding(path, f"window {name} is not a whole number of panes", f"use a multiple of the pane, {pane}")
        if window_ms in seen:
            yield Finding(path, f"window {name} is as long as {seen[window_ms]}", "keep one")
        seen.setdefault(window_ms, name)


def horizon_holds_the_ages(given: Given) -> Iterator[Finding]:
    """The feed's horizon reaches beyond a pane and beyond every label age at which labels are decided."""
    model, feed = given.section, given.feeds.get(given.section.feed)
    if feed is None or not has(feed, "horizon_ms"):
        return
    horizon = f"the horizon of feed {model.feed}, {duration_text(feed.horizon_ms)}"
    if has(model, "windows.pane_ms") and feed.horizon_ms < model.windows.pane_ms:
        message = f"the pane, {duration_text(model.windows.pane_ms)}, is longer than {horizon}"
        yield Finding(("windows", "pane"), message, "give a shorter pane or a longer horizon")
    for number, age_ms in enumerate(model.also_label_ages_ms if has(model, "also_label_ages_ms") else ()):
        if age_ms >= feed.horizon_ms:
            message = f"label age {duration_text(age_ms)} is not below {horizon}"
            yield Finding(("also_label_ages", number), message, "give a longer horizon, or remove it")


def score_range_rises(given: Given) -> Iterator[Finding]:
    """The range of scores is one, and the threshold lies in it."""
    low, high = given.section.score_range
    if low >= high:
        yield Finding(("score_range",), f"must rise, {high:g} comes after {low:g}")
    threshold = getattr(given.section, "threshold", None)
    if threshold is not None and not low <= threshold <= high:
        yield Finding(("threshold",), f"{threshold:g} lies outside score_range, {low:g} to {high:g}")


def harm_exceeds_tolerance(given: Given) -> Iterator[Finding]:
    """What must be found is worse than what is accepted."""
    harm = given.section.judging.harm_to_find
    for metric in dict.fromkeys(given.section.metrics):
        if (tolerance := tolerance_of(given.section, metric)) >= harm:
            message = f"harm_to_find {harm:g} is not above the tolerance of {metric}, {tolerance:g}"
            yield Finding(("judging",), message, "accept less, or look for more")
            return


def suspicion_is_cheaper_than_blame(given: Given) -> Iterator[Finding]:
    """A harmless rollout is suspected at least as often as it is rolled back."""
    alarms = given.section.judging.false_alarms
    if alarms.rollback_per_rollout > alarms.watch_per_rollout:
        message = f"{alarms.rollback_per_rollout:g} is more than watch_per_rollout, {alarms.watch_per_rollout:g}"
        yield Finding(
            ("judging", "false_alarms", "rollback_per_rollout"), message, "what is rolled back is suspected first"
        )


def acting_has_a_target(given: Given) -> Iterator[Finding]:
    """Who may act knows on what."""
    if given.section.mode in ("approve", "auto") and given.section.acting is None:
        yield Finding(("mode",), f"mode {given.section.mode} needs acting.target", "add acting, or use mode: shadow")


def series_fit(given: Given) -> Iterator[Finding]:
    """The series that these settings can make stay within their limit."""
    model, written = given.section, given.plain.get("attributes")
    others = (attributes_have_one_meaning(given), crossings_name_attributes(given))
    if not isinstance(written, dict) or len(written) != len(model.attributes) or any(map(any, others)):
        return
    if (estimate := series_estimate(model)) > model.series_limit:
        message = (
            f"{estimate} series of rates alone (subgroups x metrics x windows x revisions), limit {model.series_limit}"
        )
        yield Finding(("series_limit",), message, "give a smaller depth, fewer metrics, or a higher series_limit")


_OF_SERIES: Final = (
    *("attributes", "subgroups.depth", "subgroups.also", "metrics", "windows.published", "keep_revisions"),
    "series_limit",
)

MODEL_RULES: Final[tuple[Rule, ...]] = (
    (("feed",), feed_is_configured),
    (("attributes",), attributes_have_one_meaning),
    (("subgroups.also",), crossings_name_attributes),
    (("metrics",), metrics_differ),
    (("windows.pane_ms", "windows.published"), windows_are_whole_panes),
    (("feed",), horizon_holds_the_ages),
    (("score_range",), score_range_rises),
    (("judging.harm_to_find", "judging.tolerance", "metrics"), harm_exceeds_tolerance),
    (
        ("judging.false_alarms.watch_per_rollout", "judging.false_alarms.rollback_per_rollout"),
        suspicion_is_cheaper_than_blame,
    ),
    (("mode", "acting"), acting_has_a_target),
    *REFERENCE_RULES,
    (_OF_SERIES, series_fit),
)
