"""How the records of one topic are to be read; `cli` makes it from the settings.

Way of an event: before step 2. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from monitor.vocabulary import Coding

Role = Literal["inference", "outcome", "attributes"]
Adapter = Literal["flat_json", "cloudevents", "mapping"]
Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class ModelReading:
    """How the events of one model are read.

    Parameters
    ----------
    name
        The model as events name it.
    coding
        Its attributes.
    score_range
        Lowest and highest score; a score beyond falls into the end bin.
    threshold
        A score of at least this is a positive prediction, where an event says neither; None: no such rule.

    Raises
    ------
    ValueError
        if the score range does not rise.
    """

    name: str
    coding: Coding
    score_range: tuple[float, float] = (0.0, 1.0)
    threshold: float | None = None

    def __post_init__(self) -> None:
        low, high = self.score_range
        if not low < high:
            raise ValueError(f"model {self.name}: the score range must rise, got {low:g} to {high:g}")


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where a field of the event stands in a foreign record: a path, perhaps a map of its values, or a constant.

    Parameters
    ----------
    path
        ``a.b[0]`` in the JSON object, ``headers.x``, or ``key``; None for a constant.
    values
        Value in the record, as JSON writes it (text without quotes) -> value of the event; None: taken as it is.
    const
        The same value for every event, where there is no path.
    """

    path: str | None = None
    values: Mapping[str, Scalar] | None = None
    const: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How one topic is read.

    Parameters
    ----------
    role
        What the topic carries. The inference topic carries explanations, too.
    models
        The models of the feed, in the order in which `counting` numbers them.
    adapter
        Form of the records.
    fixed_model
        The one model of the feed, where events do not name it.
    attributes_apart
        Whether protected attributes have a topic of their own; those on the inference are then dropped.
    id_scope
        Within what a `prediction_id` is unique; with `model` every event names its model.
    mapping
        Field of the event (``attributes.NAME`` for an attribute) -> where it stands; for adapter `mapping`.

    Raises
    ------
    ValueError
        if the fixed model is none of the models.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> coding = Coding((AttributeCoding("sex", {"female": ("F",), "male": ("M",)}),))
    >>> Reading("inference", (ModelReading("readmission", coding),)).adapter
    'flat_json'
    """

    role: Role
    models: tuple[ModelReading, ...]
    adapter: Adapter = "flat_json"
    fixed_model: str | None = None
    attributes_apart: bool = False
    id_scope: Literal["feed", "model"] = "feed"
    mapping: Mapping[str, Mapped] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [model.name for model in self.models]
        if self.fixed_model is not None and self.fixed_model not in names:
            raise ValueError(f"the feed's model {self.fixed_model!r} is not among its models {names}")
