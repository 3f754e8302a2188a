"""What an audit command looks at: the lines, the checkpoints, the copies outside, and the key they are held against."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.acting.audit.notes import PublicKey
from monitor.acting.audit.verify import Finding, Report, Trust, verify
from monitor.adapters.anchors import AnchorFolder
from monitor.adapters.audit_reading import AuditUnreadable, Kept, kept
from monitor.adapters.signing import BadKey, Signer, is_signed_by, public_key_of
from monitor.cli.exits import Refused
from monitor.cli.parts import load_settings
from monitor.ports_acting import AnchorUnreachable
from monitor.settings.sections.controller import AuditSettings


@dataclass(frozen=True, slots=True)
class Where:
    """Where to look, as the command line says; None: as the settings say.

    Parameters
    ----------
    settings
        The settings file; None with a `folder`: none is read, as on the machine of an auditor.
    key
        File with the public key that the reader trusts; None: that of the settings' private key.
    """

    settings: Path | None
    folder: Path | None = None
    key: Path | None = None
    anchors: Path | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A log, and what it is held against. `trust` None: no key. `anchors` None: no place outside was named."""

    folder: Path
    kept: Kept
    trust: Trust | None
    anchors: Sequence[bytes] | None

    def verified(self) -> Report:
        """What the log is worth, damage of its file included."""
        report = verify(self.kept.lines, self.kept.notes, self.anchors or (), self.trust)
        if self.kept.damage is None:
            return report
        at = len(self.kept.lines) + 1
        damaged = Finding(at, at, "unreadable", f"the file is damaged from here on ({self.kept.damage})")
        return replace(report, findings=tuple(sorted({*report.findings, damaged})))


def held(where: Where) -> Held:
    """Everything read, nothing changed.

    Raises
    ------
    Refused
        if there is no log, or a key or a place of anchors that was named cannot be read.
    """
    audit = settings_of(where)
    folder = where.folder or audit.dir
    name = where.name or audit.name
    try:
        key = _key(where, audit)
        read = kept(folder)
        anchors = _anchors(where, audit, name)
        trust = None if key is None else Trust(name, PublicKey(name, key), is_signed_by)
    except (AuditUnreadable, BadKey) as error:
        raise Refused(str(error)) from error
    except AnchorUnreachable as error:
        raise Refused(f"{error}; or name a copy with --anchors, or the log alone with --dir {folder}") from error
    except ValueError as error:
        raise Refused(f"--name: {error}") from error
    return Held(folder, read, trust, anchors)


def settings_of(where: Where) -> AuditSettings:
    """The settings' section; its defaults where none are read."""
    return AuditSettings() if where.settings is None else load_settings(where.settings).audit


def _key(where: Where, audit: AuditSettings) -> bytes | None:
    if where.key is not None:
        return public_key_of(where.key)
    if where.folder is None and audit.signing_key_file is not None:
        return Signer(audit.signing_key_file).public
    return None


def _anchors(where: Where, audit: AuditSettings, name: str) -> list[bytes] | None:
    folder = where.anchors or (audit.anchor_dir if where.folder is None else None)
    return None if folder is None else list(AnchorFolder(folder, name).notes())
