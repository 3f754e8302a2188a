"""What is tallied beside the cells, by name: exporting and checks read it, nothing is decided by it.

Way of an event: steps 3 and 4, and its end. Pure.

A tally is a key of strings, its name first. All are functions of what was said and of what was let go, never of batches
or restarts. `pending`, `corrections`, `labels_late`, `unpaired` and `label_age` follow the ids they speak of, and may
fall; by how much all but `pending` have fallen stands in `PartitionState.taken_back`, under the same key: the sum of
both only grows. It depends on the order of arrival, as `PartitionState.retracted` does.

======================================  ==============================================================================
key                                     what it counts
======================================  ==============================================================================
``events, topic, kind, result``         events by what they were: `accepted` (said for the first time, whatever becomes
                                        of it), `duplicate` (repeats what is held, or goes beyond `MOST_KEPT`),
                                        `conflict` (another inference of an id that is held)
``late, topic``                         events more than the allowed lateness behind an earlier one of their partition
``evicted, topic, kind``                accepted events older than everything that is still held: they count nowhere
``unpaired, topic, reason``             accepted outcomes that count nowhere: `negative_age`, `beyond_horizon`,
                                        `no_inference` (let go without one, or it names another model), `evicted`
                                        (too late for an inference that old, or dropped over `max_pending`)
``pending, model``                      inferences held that have no outcome
``expired, model, revision``            inferences let go without an outcome
``corrections, model, revision``        outcomes replaced by a later one
``labels_late, model, label``           labelled predictions that count late, by label 0 or 1
``label_age, model, bin``               labelled predictions by label-age bin, of panes that were let go
``capped``                              ids dropped because more than `max_pending` were held
======================================  ==============================================================================

Nothing is lost: of each topic, events read = accepted + duplicate + conflict (+ rejected by intake). Of accepted
outcomes, each counts, waits for its inference, was replaced (`corrections`) or is unpaired. Of accepted inferences,
each stands (labelled or pending), expired, or is evicted.
"""

from typing import Final

from monitor.events import Attributes, Event, Explanation, Inference, Label, Outcome

Tally = tuple[str, ...]

KINDS: Final[dict[type[Event], str]] = {
    Inference: "inference",
    Outcome: "outcome",
    Attributes: "attributes",
    Explanation: "explanation",
}
"""Kinds of events as they are called in tallies."""


LABEL_OF: Final = {
    Label.NEGATIVE: "0",
    Label.POSITIVE: "1",
    Label.AUDITED_NEGATIVE: "0",
    Label.AUDITED_POSITIVE: "1",
}
"""Labels that count, as they are called in tallies."""
