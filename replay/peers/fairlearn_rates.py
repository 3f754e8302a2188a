"""fairlearn's MetricFrame on one window: `python fairlearn_rates.py WINDOW.npz`, in the environment of `bench-peers`.

Reads columns `prediction`, `label` and one a protected attribute; groups by each attribute and each pair of them, as
our subgroups are. Prints one JSON object: `seconds` of processor time, `version`, and `rates` as [attributes, values,
metric, rate], with the rates of everybody under no attribute.
"""

import json
import sys
import time
from itertools import combinations

import fairlearn  # type: ignore[import-not-found]  # not among our own packages
import numpy as np
from fairlearn.metrics import (  # type: ignore[import-not-found]
    MetricFrame,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
)
from sklearn.metrics import precision_score, zero_one_loss  # type: ignore[import-not-found]


def false_discovery_rate(y_true: object, y_pred: object) -> float:
    """fairlearn has none of its own."""
    return 1.0 - float(precision_score(y_true, y_pred, zero_division=0.0))


METRICS = {
    "false_negative_rate": false_negative_rate,
    "false_positive_rate": false_positive_rate,
    "false_discovery_rate": false_discovery_rate,
    "error_rate": zero_one_loss,
    "selection_rate": selection_rate,
}


def main() -> None:
    columns = dict(np.load(sys.argv[1]))
    prediction, label = columns.pop("prediction"), columns.pop("label")
    groupings = [names for size in (1, 2) for names in combinations(columns, size)]
    start, rates = time.process_time(), []
    for names in groupings:
        people = {name: columns[name] for name in names}
        frame = MetricFrame(metrics=METRICS, y_true=label, y_pred=prediction, sensitive_features=people)
        for values, row in frame.by_group.iterrows():
            values = values if isinstance(values, tuple) else (values,)
            rates += [(names, [int(value) for value in values], metric, float(row[metric])) for metric in METRICS]
        if names == groupings[0]:
            rates += [((), [], metric, float(frame.overall[metric])) for metric in METRICS]
    seconds = time.process_time() - start
    print(json.dumps({"seconds": seconds, "version": fairlearn.__version__, "rates": rates}))


if __name__ == "__main__":
    main()
