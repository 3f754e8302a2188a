"""The settings with which a stream of known truth is replayed, as text.

Beside the way of an event: `writer` puts them beside the stream. Pure.
"""

from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML

from monitor.simulating.faults import ALLOWED_LATENESS_HOURS
from monitor.simulating.scenario import Attribute, Scenario
from monitor.vocabulary import UNKNOWN

FEED: Final = "simulated"


def settings_text(scenario: Scenario) -> str:
    """The settings of a scenario: its topics are called by their roles.

    Examples
    --------
    >>> from monitor.simulating.library import load_scenario
    >>> print(settings_text(load_scenario("fair"))[:66])
    # For: fairdrift replay DIR --settings DIR/settings.yaml --out OUT
    """
    text = StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = None
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # typed as always being None
    writer.width = 110
    writer.dump(_tree(scenario), text)
    return "# For: fairdrift replay DIR --settings DIR/settings.yaml --out OUT\n" + text.getvalue()


def _tree(scenario: Scenario) -> dict[str, Any]:
    labels = scenario.labels
    return {
        "version": 1,
        "feeds": {
            FEED: {
                "inference": {"topic": "inference"},
                "outcome": {"topic": "outcome"},
                "horizon": f"{labels.horizon_days}d",
                "allowed_lateness": f"{ALLOWED_LATENESS_HOURS}h",
                "dead_letter": "off",
            }
        },
        "models": {
            scenario.model: {
                "feed": FEED,
                "mode": "auto" if scenario.may_act else "shadow",
                "attributes": {name: _attribute(name, one) for name, one in scenario.attributes.items()},
                "subgroups": {"depth": scenario.depth, "min_cell": 11},
                "metrics": list(scenario.metrics),
                "windows": {"pane": "1d", "published": ["7d", "28d"]},
                "also_label_ages": [f"{day}d" for day in labels.decided_days],
                "acting": {
                    "target": {"namespace": "clinical", "deployment": scenario.model},
                    "timing_may_act": scenario.may_act and not scenario.has_control,
                },
            }
        },
    }


def _attribute(name: str, attribute: Attribute) -> dict[str, Any]:
    if attribute.bands:
        edges = [int(edge) if edge == int(edge) else edge for edge in attribute.bands]
        return {"source": attribute.source or name, "bands": edges}
    values = {value: [value] for value in attribute.shares if value != UNKNOWN}
    return {"values": values, **({"source": attribute.source} if attribute.source else {})}
