"""Whether what the feed says of a revision is about what the cluster runs.

Way of an event: step 12, before any blame is believed. The controller derives M itself, from the hash of the pod
template over the ReplicaSet to the template; a claim that differs is not attributed, and is alerted on. Pure.
"""

from collections.abc import Sequence

from monitor.acting.identities import MODEL_DIGEST
from monitor.acting.raw import annotations
from monitor.acting.records import Record, milliseconds
from monitor.acting.replica_sets import Revision


def why_unattributed(record: Record, model_identity: str, known: Sequence[Revision]) -> str | None:
    """Why a record does not speak of this M; None if it does.

    Parameters
    ----------
    record
        Of either kind.
    model_identity
        The M it is to be about.
    known
        Present revisions of the Deployment. Hashes of ReplicaSets that were collected prove nothing either way.
    """
    if record.model_digest is None or not record.pod_template_hashes:
        return "its events carry no model digest or no pod template hash"
    found = [one for one in known if one.pod_template_hash in record.pod_template_hashes]
    if not found:
        return "no ReplicaSet of the Deployment has one of its pod template hashes"
    if {one.model_identity for one in found} != {model_identity}:
        return "its pod template hashes belong to another model identity"
    if any(annotations(one.template).get(MODEL_DIGEST) != record.model_digest for one in found):
        return f"its model digest is not the one in the template's annotation {MODEL_DIGEST}"
    return None


def why_another_epoch(record: Record, epoch_start_ms: int | None, pane_ms: int) -> str | None:
    """Why the rollout in a record is not the one the controller saw; None if it may be.

    The rollout's time is the monitor's; it may differ from what the controller saw by one pane.

    Parameters
    ----------
    epoch_start_ms
        When the controller saw the template begin to serve; None if it served before the controller did.
    """
    if epoch_start_ms is None:
        return None
    if record.rollout is None:
        return "the monitor saw no rollout where the controller did"
    apart = milliseconds(record.rollout) // pane_ms - epoch_start_ms // pane_ms
    return None if abs(apart) <= 1 else f"the monitor saw the rollout {abs(apart)} panes from where the controller did"
