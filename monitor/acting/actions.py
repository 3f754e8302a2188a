"""What was done already, folded from the audit log: the budgets and the cool-down hang on it.

Way of an event: step 12. An intent counts as done, unless the log says that nothing was written: who may have acted has
acted. Pure.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from monitor.acting.entries import Entry, Kind
from monitor.acting.policy import Signal, State

IN_FLIGHT: Final = frozenset({State.EXECUTING, State.VERIFYING, State.CONTESTED})
"""States in which a patch is under way, or disputed."""

UNWRITTEN: Final = frozenset(
    {Signal.CONFLICT, Signal.NO_DATA, Signal.POPULATION, Signal.HELD, Signal.DENIED, Signal.FIXED}
)
"""Signals that leave `executing` only where nothing was written: a guard or the server refused, or a read shows it.

An error leaves it open, unless the entry's details say `is_written: false`; so does any that says `may_land`: a
`resourceVersion` at which a patch whose answer was lost is still good.
"""


@dataclass(frozen=True, slots=True)
class Action:
    """One patch that was sent, or may have been, last at `at_ms`; all tries of one plan are one action."""

    incident: str
    plan: str
    uid: str
    namespace: str
    at_ms: int
    is_automatic: bool


@dataclass(frozen=True, slots=True)
class Done:
    """All actions, oldest first; namespaces of patches under way, and numbers of patches accepted, by incident."""

    actions: tuple[Action, ...] = ()
    in_flight: tuple[tuple[str, str], ...] = ()
    accepted: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Done":
        """What these entries, by rising number, say was done.

        Examples
        --------
        >>> intent = Entry(seq=1, at_ms=0, kind=Kind.INTENT, actor="fairdrift", incident="i", plan="p", uid="d")
        >>> len(Done.of([intent]).actions)
        1
        >>> nothing = Entry(seq=2, at_ms=9, kind=Kind.FAILED, actor="fairdrift", incident="i", plan="p",
        ...                 details={"is_written": False})
        >>> len(Done.of([intent, nothing]).actions)
        0
        """
        sent: dict[tuple[str, str], list[Entry]] = {}
        unanswered: dict[str, list[Entry]] = {}
        late: dict[str, tuple[Entry, list[Entry], Entry]] = {}
        flying: dict[str, str] = {}
        accepted: Counter[str] = Counter()
        for entry in entries:
            if entry.kind is Kind.INTENT:
                unanswered[entry.incident] = sent.setdefault((entry.incident, entry.plan), [])
                unanswered[entry.incident].append(entry)
            elif _says_unwritten(entry) and unanswered.get(entry.incident):
                unanswered.pop(entry.incident).pop()  # this try alone: an earlier one may have been written
            if entry.incident in late and _shows_dead(late[entry.incident][0], entry):
                _, tries, intent = late.pop(entry.incident)
                tries[:] = [one for one in tries if one is not intent]
            if entry.details.get("may_land") and unanswered.get(entry.incident):
                late[entry.incident] = (entry, unanswered[entry.incident], unanswered[entry.incident][-1])
            accepted[entry.incident] += entry.kind is Kind.PATCHED and entry.signal is not Signal.RETURNED
            if entry.state is not None:
                flying.pop(entry.incident, None)
                if entry.state in IN_FLIGHT:
                    flying[entry.incident] = entry.namespace
                if entry.state is not State.EXECUTING:
                    unanswered.pop(entry.incident, None)
        actions = [_action(tries[-1]) for tries in sent.values() if tries]
        actions.sort(key=lambda one: one.at_ms)
        return cls(tuple(actions), tuple(sorted(flying.items())), tuple(sorted(accepted.items())))

    def on(self, uid: str, since_ms: int) -> tuple[Action, ...]:
        """Actions on one Deployment after a moment."""
        return tuple(one for one in self.actions if one.uid == uid and one.at_ms > since_ms)

    def after(self, since_ms: int) -> tuple[Action, ...]:
        """Actions on all Deployments after a moment."""
        return tuple(one for one in self.actions if one.at_ms > since_ms)

    def of_incident(self, incident: str) -> tuple[Action, ...]:
        """Actions in one incident."""
        return tuple(one for one in self.actions if one.incident == incident)

    def accepted_in(self, incident: str) -> int:
        """How many patches of an incident the server accepted."""
        return dict(self.accepted).get(incident, 0)

    def flying_in(self, namespace: str, but: str) -> tuple[str, ...]:
        """Incidents of a namespace with a patch under way, one left out."""
        return tuple(incident for incident, place in self.in_flight if place == namespace and incident != but)


def _says_unwritten(entry: Entry) -> bool:
    if entry.details.get("is_written") is False:
        return True
    return entry.state is not None and entry.signal in UNWRITTEN and not entry.details.get("may_land")


def _shows_dead(lost: Entry, later: Entry) -> bool:
    """Whether a later read shows that a patch whose answer was lost cannot land: its precondition is gone, unmet."""
    is_judged = bool(later.template_identity) and later.template_identity == lost.template_identity
    return is_judged and later.version_before not in ("", lost.details.get("may_land"))


def _action(intent: Entry) -> Action:
    is_automatic = intent.details.get("is_automatic") is not False
    return Action(intent.incident, intent.plan, intent.uid, intent.namespace, intent.at_ms, is_automatic)
