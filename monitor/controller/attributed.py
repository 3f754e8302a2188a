"""Which records of the feed speak of a model identity: the feed has names, the cluster has templates.

In the way of an event: step 12, after every look. Pure.
"""

from collections.abc import Sequence

from monitor.acting.attribution import why_unattributed
from monitor.acting.hearing import Heard
from monitor.acting.records import Record, RevisionRecord, StreamRecord, milliseconds
from monitor.acting.replica_sets import Revision


def newest_by_revision(heard: Heard, model: str) -> dict[str, Record]:
    """The newest record of each of a model's revisions, of either kind, by its name in the feed."""
    newest: dict[str, Record] = {}
    records: list[Record] = [*heard.streams.values(), *heard.revisions.values()]
    for record in records:
        if record.model == model:
            before = newest.get(record.revision)
            if before is None or record.seq > before.seq:
                newest[record.revision] = record
    return newest


def names_of(newest: dict[str, Record], model_identity: str, known: Sequence[Revision]) -> tuple[str, ...]:
    """Names by which the feed speaks of an M."""
    return tuple(
        sorted(name for name, record in newest.items() if why_unattributed(record, model_identity, known) is None)
    )


def claimed(newest: dict[str, Record], known: Sequence[Revision]) -> str | None:
    """The revision that the feed takes for the serving one although nothing shows that it is; None without one.

    A revision that no template stands for is watched all the same, so that people hear of it; it can condemn nobody.
    """
    models = {one.model_identity for one in known}
    foreign = [
        record
        for record in newest.values()
        if all(why_unattributed(record, model, known) is not None for model in models)
    ]
    last = max(foreign, key=lambda one: (milliseconds(one.rollout) if one.rollout else 0, one.seq), default=None)
    return None if last is None else last.revision


def streams(heard: Heard, model: str, names: Sequence[str]) -> tuple[StreamRecord, ...]:
    """The newest record of every stream of these revisions, also those past their time."""
    return tuple(record for key, record in sorted(heard.streams.items()) if key[0] == model and key[1] in names)


def revision_record(heard: Heard, model: str, names: Sequence[str]) -> RevisionRecord | None:
    """What the feed said last of a revision itself; None if nothing."""
    found = [heard.revisions[model, name] for name in names if (model, name) in heard.revisions]
    return max(found, key=lambda one: one.seq, default=None)
