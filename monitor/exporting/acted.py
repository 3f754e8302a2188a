"""What the controller did about one model, from its audit log: when, what, and why, for people to read.

Way of an event: after its end; the demo's table and report tell it. Pure. Nothing of a person is in it: subgroups,
revisions and reasons, and no count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from monitor.acting.entries import Entry, Kind
from monitor.acting.policy import Signal, State
from monitor.exporting.terminal import people

WHERE: Final = "on a cluster in memory that passes the same contract tests as a real one"


@dataclass(frozen=True, slots=True)
class Served:
    """What a model identity stands for: the name of its revision, and the image of the container that serves."""

    revision: str
    image: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that happened: `why` is empty where the first says it all."""

    at_ms: int
    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Acted:
    """All that was done about a model.

    Parameters
    ----------
    deeds
        In order.
    changed
        What a patch changed, a line each; empty without one.
    entries
        Number of audit entries.
    findings
        What a verification of the audit log found wrong; 0: nothing.
    """

    deeds: tuple[Deed, ...]
    changed: tuple[str, ...]
    entries: int
    findings: int

    @property
    def audit(self) -> str:
        """One sentence about the audit log.

        >>> Acted((), (), entries=9, findings=0).audit
        'Audit log: 9 entries, each linked to the one before; verified, nothing is wrong.'
        """
        found = f"{self.findings} things are wrong" if self.findings else "nothing is wrong"
        return f"Audit log: {self.entries} entries, each linked to the one before; verified, {found}."


def acted(entries: Sequence[Entry], known: Mapping[str, Served], findings: int) -> Acted:
    """What the audit log tells.

    Parameters
    ----------
    known
        By model identity.
    """
    changed = []
    for entry in entries:
        plan = _plan_of(entries, entry)
        if entry.kind is Kind.PATCHED and plan is not None:
            old, new = known[plan["judged_model"]], known[plan["target_model"]]
            place = f"Deployment {entry.namespace}/{entry.deployment}"
            changed.append(f"{place}: {old.revision} -> {new.revision}, image {old.image} -> {new.image}")
    return Acted(tuple(_deeds(entries, known)), tuple(changed), len(entries), findings)


def _deeds(entries: Sequence[Entry], known: Mapping[str, Served]) -> Iterator[Deed]:
    serves = ""
    for entry in entries:
        if entry.kind is Kind.SEEN and entry.model_identity != serves:
            what = "serves" if not serves else "now serves"
            serves = entry.model_identity
            yield Deed(entry.at_ms, f"{entry.deployment} {what} {known[serves].revision}")
        elif entry.kind is Kind.CONDEMNED:
            yield Deed(entry.at_ms, f"{known[entry.model_identity].revision} is condemned", "nobody goes back to it")
        elif entry.state is not None and entry.state is not State.OBSERVING:
            yield _entered(entry, _plan_of(entries, entry), known)


def _entered(entry: Entry, plan: Mapping[str, Any] | None, known: Mapping[str, Served]) -> Deed:
    said = dict(entry.details.get("record") or {})
    revision = known[entry.model_identity].revision
    who = f"{people(said['attribute'], said['subgroup'])}, {said['metric'].replace('_', ' ')}" if said else ""
    target = "" if plan is None else known[plan["target_model"]].revision
    why = _why(entry)
    told: dict[State, tuple[str, str]] = {
        State.SUSPECTED: ("suspected", f"{who} under {revision}"),
        State.ATTRIBUTING: (
            "page, an incident opens" if entry.signal is Signal.PAGE else "asked again whose doing it is",
            f"{who} under {revision}: {_blame(said)}",
        ),
        State.UNDECIDED: ("undecided, nothing is done", why or _blame(said)),
        State.POPULATION_SHIFT: ("nothing is done", "the people have changed, not the model"),
        State.PLANNING: (f"planned: {_planned(entry)}", _blame(said)),
        State.AWAITING_APPROVAL: (f"the plan to go back to {target} waits for a person", why),
        State.SUPPRESSED: ("held, nothing is done", why or _held(entry)),
        State.EXECUTING: (f"all guards passed: back to {target}", "the intent is in the audit log before the patch"),
        State.VERIFYING: (f"patched: {revision} -> {target}", f"generation {entry.generation}"),
        State.SOAKING: ("roll-out complete", f"all pods run {target}; now new evidence judges it"),
        State.RESOLVED: ("resolved", why or f"{target} did better for as long as labels need"),
    }
    return Deed(entry.at_ms, *told.get(entry.state or State.OBSERVING, (str(entry.state).replace("_", " "), why)))


def _plan_of(entries: Sequence[Entry], entry: Entry) -> Mapping[str, Any] | None:
    """The plan that an entry rests on: details of the newest entry that made it."""
    made = (one.details.get("plan") for one in reversed(entries) if one.plan == entry.plan and entry.plan)
    return next((plan for plan in made if plan is not None), None)


def _planned(entry: Entry) -> str:
    return "what held it is gone" if entry.signal is Signal.LIFTED else "a way back is looked for"


def _blame(said: Mapping[str, Any]) -> str:
    if not said.get("blame"):
        return "nobody is blamed"
    ways = {"concurrent": "shown beside the former revision", "timing": "by timing alone"}
    way = ways.get(said.get("blame_by") or "", "")
    cause = {"revision": "the revision is to blame", "unknown": "the cause is not known yet"}
    return cause.get(said["blame"], f"blame: {said['blame']}") + (f", {way}" if way else "")


def _held(entry: Entry) -> str:
    return {Signal.EXPIRED: "nobody approved the plan in its time"}.get(entry.signal or Signal.HELD, "")


def _why(entry: Entry) -> str:
    refusal = entry.details.get("refusal")
    if isinstance(refusal, Mapping):
        return f"guard {refusal['guard']}: {refusal['why']}"
    return str(entry.details.get("why", ""))
