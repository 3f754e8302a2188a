"""docs/rollback-states.md, drawn from the table of states: a picture, and a table of where each state leads.

Beside the way of an event: a test draws it again and compares. Pure; the command that renews the page prints it.
"""

from collections.abc import Iterator
from typing import Final

from monitor.acting.effects import ON_ENTRY
from monitor.acting.policy import TABLE, Signal, State

COMMAND: Final = (
    'python -c "from monitor.acting.states_page import page; print(page(), end=str())" > docs/rollback-states.md'
)

_INTRODUCTION: Final = f"""# The states of a rollback

Written by `{COMMAND}`; do not edit.

Once a cycle the controller computes one signal and looks it up. A signal without a line here leaves the state as it is.
From every state `gone` (the Deployment was deleted, or made anew) leads back to `observing`; it is not drawn.
"""


def diagram() -> str:
    """The table as a Mermaid state diagram; signals that lead the same way share an arrow.

    >>> print(diagram()[:72])
    stateDiagram-v2
        [*] --> observing
        observing --> suspected: watch
    """
    lines = ["stateDiagram-v2", f"    [*] --> {State.OBSERVING}"]
    for state in State:
        ways: dict[State, list[Signal]] = {}
        for signal, leads_to in _drawn(state):
            ways.setdefault(leads_to, []).append(signal)
        lines += [f"    {state} --> {leads_to}: {', '.join(signals)}" for leads_to, signals in ways.items()]
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    rows = [f"| `{state}` | {_effects(state)} | {_ways(state)} |" for state in State]
    table = "\n".join(("| state | done on entering it | leads to |", "|---|---|---|", *rows))
    return f"{_INTRODUCTION}\n```mermaid\n{diagram()}\n```\n\n{table}\n"


def _drawn(state: State) -> Iterator[tuple[Signal, State]]:
    return ((signal, leads_to) for signal, leads_to in TABLE[state].items() if signal is not Signal.GONE)


def _effects(state: State) -> str:
    return ", ".join(effect.replace("_", " ") for effect in ON_ENTRY[state]) or "nothing"


def _ways(state: State) -> str:
    return ", ".join(f"`{signal}` {leads_to}" for signal, leads_to in _drawn(state))
