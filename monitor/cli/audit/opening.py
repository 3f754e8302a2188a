"""The audit trail of settings, open for writing: for the controller, and for `fairdrift audit start`."""

from monitor.acting.audit.notes import PublicKey
from monitor.adapters.anchors import AnchorFolder
from monitor.adapters.audit_sqlite import SqliteAuditStore
from monitor.adapters.signing import BadKey, Signer, is_signed_by
from monitor.cli.exits import Refused
from monitor.controller.trail import Signing, Trail
from monitor.settings.sections.controller import AuditSettings


def signing_of(audit: AuditSettings) -> Signing | None:
    """Who signs, by the settings; None where they name no key. `Refused` for a key that cannot be used."""
    if audit.signing_key_file is None:
        return None
    try:
        signer = Signer(audit.signing_key_file)
    except BadKey as error:
        raise Refused(f"audit.signing_key_file: {error}") from error
    return Signing(PublicKey(audit.name, signer.public), signer.sign, is_signed_by)


def anchors_of(audit: AuditSettings) -> AnchorFolder | None:
    """Where checkpoints are copied to, by the settings; None where they name no place."""
    return None if audit.anchor_dir is None else AnchorFolder(audit.anchor_dir, audit.name)


def open_trail(audit: AuditSettings) -> Trail:
    """The trail, verified, and open for writing by this process alone.

    Raises
    ------
    Refused
        for a key that cannot be used, or an anchor without one: what is not signed cannot be anchored.
    AuditUnwritable
        if another process writes it, or the disk refuses.
    TrailBroken
        if it is not what was written.
    """
    signing, anchors = signing_of(audit), anchors_of(audit)
    if anchors is not None and signing is None:
        raise Refused("audit.anchor_dir: without audit.signing_key_file there is nothing to copy there; name a key")
    return Trail(SqliteAuditStore(audit.dir), signing, anchors)
