"""Every series that is exported, as data: the one place where a name, its labels and its help are written.

Way of an event: step 9. Pure. `collector` gives exactly these, `catalogue_page` writes docs/metrics.md from them; rules
and dashboards are compared with them.
"""

from dataclasses import dataclass
from typing import Final, Literal

PREFIX: Final = "fairdrift_"
Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One metric family. Compared by identity: there is one of each name, and ten thousand look-ups a scrape.

    Parameters
    ----------
    name
        Full name; of a counter with ``_total``. The unit, if there is one, ends it.
    labels
        In the order in which their values are given.
    absent
        When there is no sample; empty: never.
    gated
        Whether the disclosure gate may withhold samples.
    """

    name: str
    kind: Kind
    labels: tuple[str, ...]
    help: str
    absent: str = ""
    gated: bool = False

    @property
    def unit(self) -> str:
        """The unit of the values; empty for counts, states and infos.

        >>> LABEL_AGE.unit, EVENTS.unit
        ('seconds', '')
        """
        ending = self.name.removesuffix("_total").rpartition("_")[2]
        return ending if ending in ("seconds", "ratio", "nats") else ""


_S: Final = "model revision attribute subgroup"
_SM: Final = f"{_S} metric"
_SMW: Final = f"{_SM} window"


def _series(kind: Kind, name: str, labels: str, text: str, absent: str = "") -> Series:
    return Series(PREFIX + name, kind, tuple(labels.split()), text, absent, gated="withheld" in absent)


def _counter(name: str, labels: str, text: str) -> Series:
    return _series("counter", f"{name}_total", labels, text)


def _gauge(name: str, labels: str, text: str, absent: str = "") -> Series:
    return _series("gauge", name, labels, text, absent)


# Intake.
EVENTS = _counter("events", "topic type result", "Records read: accepted, duplicate, conflict or rejected.")
EVENTS_REJECTED = _counter("events_rejected", "topic reason", "Records rejected, by reason.")
EVENTS_LATE = _counter("events_late", "topic", "Records whose event time lay behind the watermark of their partition.")
FIELDS_IGNORED = _counter("fields_ignored", "topic", "Unknown fields dropped.")
UNPAIRED = _counter("outcomes_unpaired", "topic reason", "Outcomes that count nowhere, by reason.")
LAST_EVENT = _gauge(
    "last_event_timestamp_seconds", "topic type model", "Event time of the newest accepted record.", "none was seen"
)
LAST_ARRIVAL = _gauge(
    "last_arrival_timestamp_seconds", "topic type model", "Wall time of the last accepted record.", "none was seen"
)
WATERMARK = _gauge(
    "watermark_timestamp_seconds",
    "topic partition",
    "Event time below which records are late.",
    "before its first event",
)
POSITION = _gauge("consumer_position", "topic partition", "Offset of the next record to read.")
LAG = _gauge("consumer_lag_records", "topic partition", "End offset minus position.", "the end is not known")
COVERAGE = _gauge(
    "coverage_complete", "topic partition", "1 if all records inside the horizon were read; 0: rebuilding."
)
STOPPED = _gauge("intake_stopped", "topic partition", "1 if it stopped because too many records were rejected.")

# The process.
HEARTBEAT = _gauge("heartbeat_timestamp_seconds", "stage", "Wall time at which a stage of the loop last came through.")
COMMITTED = _gauge(
    "state_commit_timestamp_seconds", "partition", "Wall time of the last commit; one with nothing to store counts."
)
REBUILDS = _counter("state_rebuilds", "reason", "State rebuilt by rewinding, by reason.")
BUILD_INFO = _gauge("build_info", "version", "Always 1; the version that runs.")
CONFIG_INFO = _gauge("config_info", "hash", "Always 1; names the settings that run.")

# A model.
ATTRIBUTE_VALUES = _counter(
    "attribute_values",
    "model attribute kind",
    "Inferences by what was said of an attribute, retracted ones too; in steps of the gate.",
)
ATTRIBUTE_VALUES_RETRACTED = _counter(
    "attribute_values_retracted",
    "model attribute kind",
    "Of those, what was said otherwise later, as attributes that come apart do; in steps of the gate.",
)
LABELS_LATE = _counter(
    "labels_late",
    "model actual",
    "Labels too late for evidence, yet published, corrected ones too; in steps of the gate.",
)
PENDING = _gauge("inferences_pending", "model", "Inferences without an outcome, inside the horizon.")
EXPIRED = _counter(
    "inferences_expired", "model revision", "Inferences that left the horizon without an outcome; in steps of the gate."
)
CORRECTIONS = _counter("outcome_corrections", "model revision", "Outcomes that replaced another; in steps of the gate.")
LABEL_AGE = _series(
    "histogram",
    "label_age_seconds",
    "model",
    "Outcome time minus inference time of labelled predictions; in steps of the gate, buckets only.",
)
BUDGET = _gauge("false_alarm_budget", "model level", "False alarms to be expected in 91 days, over all streams.")
THRESHOLD = _gauge(
    "evidence_threshold_nats", "model attribute metric detector level", "Evidence at which a level is reached."
)
MODEL_VERDICT = _gauge(
    "model_verdict", "model revision state", "1 for the worst verdict of the revision's streams, else 0.", "not serving"
)
BLAME = _gauge(
    "blame",
    "model revision cause",
    "1 for the cause of an incident: revision, population, mixed or unknown; else 0.",
    "no incident",
)
WINDOW_END = _gauge(
    "window_end_timestamp_seconds", "model window", "End of the newest window.", "before its first release"
)
WINDOW_EXACT = _gauge(
    "window_exact",
    "model window",
    "1 if its counts are exact; 0: they may miss events. Evidence that began anew shows in verdicts, not here.",
    "before its first release",
)
REVISION_INFO = _gauge("revision_info", "model revision role", "Always 1; serving, known_good or condemned.")
MODE = _gauge("mode", "model mode", "1 for the mode the model is in, else 0.")
SERIES = _gauge("series", "model", "Series the model would have, were nothing folded or withheld.")
SERIES_LIMIT = _gauge(
    "series_limit", "model", "Most series of the model; beyond, the deepest, thinnest crossings fold."
)
SERIES_SUPPRESSED = _gauge("series_suppressed", "model", "Series folded into the `other` subgroup of their crossing.")
LIMIT_SECONDS = _gauge("limit_seconds", "model limit", "A limit that an alert compares with, as set.")
LIMIT_RATIO = _gauge("limit_ratio", "model limit", "A limit that an alert compares with, as set.")

# A subgroup.
INFERENCES = _counter(
    "inferences", f"{_S} predicted", "Inferences by prediction, retracted ones too; in steps of the gate."
)
INFERENCES_RETRACTED = _counter(
    "inferences_retracted",
    f"{_S} predicted",
    "Inferences that were of another subgroup or prediction after all; in steps of the gate.",
)
LABELLED = _counter(
    "labelled_predictions",
    f"{_S} actual predicted",
    "Labelled predictions, retracted ones too; in steps of the gate.",
)
RETRACTED = _counter(
    "labelled_predictions_retracted",
    f"{_S} actual predicted",
    "Labelled predictions that corrections took back; in steps of the gate.",
)
COMPLETENESS = _gauge(
    "label_completeness_ratio", f"{_S} window", "Labelled predictions per inference.", "no inferences, or withheld"
)
DRIFT_SCORE = _gauge(
    "drift_score",
    f"{_S} detector",
    "A statistic of drift: psi (psi_limit: what 95 % of windows without drift stay below), ks, mix, ece, adwin and "
    "page_hinkley (times they fired in 28 steps). It annotates, no verdict reads it.",
    "few data, crossings, or withheld",
)
EXPLAINED = _gauge(
    "explained_ratio",
    f"{_S} window scope",
    "Share with a stored explanation, of flagged inferences or of all.",
    "never sent, no inferences, or withheld",
)

# A stream: one metric of a subgroup.
WINDOW_CASES = _gauge("window_cases", _SMW, "Cases of the rate: harmful, or selected.", "withheld")
WINDOW_SAMPLES = _gauge("window_samples", _SMW, "Samples of the rate.", "withheld")
RATE = _gauge("rate_ratio", _SMW, "Cases per sample in the window, late outcomes included.", "no samples, or withheld")
RATE_LOWER = _gauge("rate_lower_ratio", _SMW, "Lower 95 % Wilson limit of the rate.", "no samples, or withheld")
RATE_UPPER = _gauge("rate_upper_ratio", _SMW, "Upper 95 % Wilson limit of the rate.", "no samples, or withheld")
_NO_GAP: Final = "overall, no samples on either side, or withheld"
GAP = _gauge("gap_ratio", _SMW, "Rate minus that of everyone else.", _NO_GAP)
GAP_LOWER = _gauge("gap_lower_ratio", _SMW, "Lower 95 % Newcombe limit of the gap.", _NO_GAP)
GAP_UPPER = _gauge("gap_upper_ratio", _SMW, "Upper 95 % Newcombe limit of the gap.", _NO_GAP)
REFERENCE = _gauge("reference_ratio", _SM, "Rate of the reference.", "no reference")
TOLERATED = _gauge("tolerated_ratio", _SM, "Highest tolerable rate, the limit that is tested.", "no reference")
REFERENCE_NEEDS = _gauge(
    "reference_needed_samples",
    _SM,
    "Cases that a reference that is too small still lacks, up to the next ten.",
    "the reference is large enough, or still building",
)
BLIND_BELOW = _gauge(
    "blind_below_ratio", _SM, "Smallest rate that would be found within 30 days; 1: blind.", "no reference"
)
EVIDENCE = _gauge(
    "evidence_nats", f"{_SM} detector", "Logarithm of the e-value of a detector.", "not running, or withheld"
)
VERDICT = _gauge("verdict", f"{_SM} state", "1 for the verdict on the stream, else 0.", "not serving")
ONSET = _gauge("onset_timestamp_seconds", _SM, "Estimated start of the rise.", "below SUSPECT")

CATALOGUE: Final = tuple(value for value in list(globals().values()) if isinstance(value, Series))
"""All of them, in the order in which they are exported."""
