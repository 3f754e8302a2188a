"""What counting needs to know of a feed and of the models that read it.

Way of an event: fixed before the first one. Pure.
"""

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np

from monitor.counting.bins import label_age_edges
from monitor.counting.packing import MOST_COMBINATIONS, MOST_MODELS
from monitor.vocabulary import Coding


@dataclass(frozen=True)
class ModelRules:
    """How one model's events are counted.

    Parameters
    ----------
    name, coding
        The model and its attributes.
    pane_ms
        Smallest slice of event time; windows and ripeness are whole panes.
    window_ms
        Longest published window, a multiple of `pane_ms`.
    also_edges_ms
        Further edges of the label-age bins.
    keeps_scores
        Whether labelled cells are told apart by the bin of their score, too: for calibration.
    """

    name: str
    coding: Coding
    pane_ms: int
    window_ms: int
    also_edges_ms: tuple[int, ...] = ()
    keeps_scores: bool = False


@dataclass(frozen=True)
class CountingRules:
    """How the events of one feed are joined and counted.

    Parameters
    ----------
    models
        The models of the feed; a model's place is its number in packed cells.
    horizon_ms
        Oldest label that counts: a label counts iff 0 <= outcome time - inference time <= horizon.
    allowed_lateness_ms
        How far a record may lie behind the largest event time before it in its own partition and still be on time.
    attributes_wait_ms
        How far a record of an attributes topic may lie from its inference; None if the feed has no such topic.
    max_pending
        Ids held at most, joined or not; beyond it the oldest go, flagged.

    Raises
    ------
    ValueError
        for more models, or more combinations of attribute values, than a packed cell can hold.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding
    >>> coding = Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),))
    >>> day = 86_400_000
    >>> rules = CountingRules((ModelRules("m", coding, day, 28 * day),), 30 * day, day // 4)
    >>> rules.memory_ms / day, rules.edges[0][-1] // day
    (30.25, np.int64(30))
    """

    models: tuple[ModelRules, ...]
    horizon_ms: int
    allowed_lateness_ms: int
    attributes_wait_ms: int | None = None
    max_pending: int = 5_000_000
    edges: tuple["np.ndarray[tuple[int], np.dtype[np.int64]]", ...] = field(init=False, repr=False)
    numbers: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.models) > MOST_MODELS:
            raise ValueError(f"a feed has {len(self.models)} models, at most {MOST_MODELS} fit: use several feeds")
        for model in self.models:
            if model.coding.size > MOST_COMBINATIONS:
                raise ValueError(
                    f"model {model.name}: its attributes have {model.coding.size} combinations of values, at most "
                    f"{MOST_COMBINATIONS} fit: give fewer attributes, or fewer of them with multiple: each"
                )
        edges = (label_age_edges(self.horizon_ms, m.pane_ms, m.also_edges_ms) for m in self.models)
        object.__setattr__(self, "edges", tuple(np.array(e, dtype=np.int64) for e in edges))
        object.__setattr__(self, "numbers", {m.name: number for number, m in enumerate(self.models)})

    @property
    def memory_ms(self) -> int:
        """How long a record is held behind the watermark: the longest of window, horizon and wait, and the lateness."""
        longest = max(self.horizon_ms, self.attributes_wait_ms or 0, *(m.window_ms for m in self.models))
        return longest + self.allowed_lateness_ms

    @property
    def bucket_ms(self) -> int:
        """Grain in which records and panes are let go."""
        return max(m.pane_ms for m in self.models)

    def age_bin(self, model: int, age_ms: int) -> int:
        """The bin of one label age in [0, horizon]; `bins.age_bins` for many."""
        edges = self.edges[model]
        return min(bisect_right(edges, age_ms) - 1, len(edges) - 2)

    def ripe_ms(self, model: int, pane: int, age_bin: int) -> int:
        """The watermark at which a cell is ripe: every on-time record of it has then been read. Bin -1: label-free."""
        rules, edges = self.models[model], self.edges[model]
        wait = self.attributes_wait_ms or 0
        return (pane + 1) * rules.pane_ms + max(wait, int(edges[age_bin + 1]) if age_bin >= 0 else 0)
