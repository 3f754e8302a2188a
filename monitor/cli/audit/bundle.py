"""A bundle of some entries, as files: with the tree before them, a stranger gets from these lines to the signed root.

Pure: `export` reads the log and writes the tar.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from monitor.acting.audit.checkpoint import Checkpoint
from monitor.acting.audit.merkle import Frontier, leaf_hash
from monitor.acting.audit.notes import PublicKey, Sign, sign_note
from monitor.acting.audit.verify import CANNOT_PROVE

VERSION: Final = 1
SIGNED_AS: Final = "fairdrift audit export"
"""First line of what is signed: with its spaces no name of a log, so it can pass for no checkpoint."""

README: Final = """\
Entries {first} to {last} of the audit log "{log}", {begin} to {end}.

lines.ndjson     the entries, a line each, in canonical JSON; each names the hash of the line before it
before.json      the tree over the entries before the first one here: how many, and roots of its full subtrees
checkpoints/     signed roots of the tree (C2SP signed notes); copies from outside begin with "outside-"
manifest.json    what is in here, with digests; manifest.note is its signature{unsigned}
audit.pub.txt    the public key: compare it with the one its owner told you by another way

To check it, unpack it, and run there, with Python 3.11 or later and the package "cryptography":

    python check_bundle.py --key KEY

By hand: the leaf of a line is SHA-256 of a zero byte and the line, a node SHA-256 of a one byte and its two children
(RFC 9162). A checkpoint's third line is the root, in base64, over as many entries as its second line says. Its
signature is Ed25519 over the text above the empty line, with a newline at its end; it is written in base64, after four
bytes that name the key. A bundle could bring a check_bundle.py that always says "good": run the one of your own
fairdrift if you can, or read it first; it is short.

{shown}
No log can prove {cannot_prove}.
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which entries go in: numbers from 1, `last` in it; and the span they were asked for, as text."""

    first: int
    last: int
    begin: str
    end: str


def chosen_to(last: int, checkpoints: Sequence[Checkpoint]) -> int:
    """How far the lines must go so that a checkpoint covers the last one asked for; `last` if none does.

    >>> chosen_to(5, [Checkpoint("log", size, b"") for size in (3, 8, 12)])
    8
    """
    return min((one.size for one in checkpoints if one.size >= last), default=last)


def files_of(
    lines: Sequence[bytes],
    chosen: Chosen,
    checkpoints: Mapping[str, tuple[Checkpoint, bytes]],
    key: PublicKey,
    sign: Sign | None,
) -> dict[str, bytes]:
    """The files of a bundle, by name; `check_bundle.py` is not among them.

    Parameters
    ----------
    lines
        The log from its first line on.
    checkpoints
        All that the key signed, by the name of a file.
    sign
        None: the private key is not at hand; the checkpoints are signed all the same.
    """
    before = Frontier()
    for line in lines[: chosen.first - 1]:
        before = before.append(leaf_hash(line))
    files = {"lines.ndjson": b"".join(line + b"\n" for line in lines[chosen.first - 1 : chosen.last])}
    files["before.json"] = _json({"size": before.size, "roots": [one.hex() for one in before.roots]})
    within = {name: note for name, (one, note) in checkpoints.items() if chosen.first <= one.size <= chosen.last}
    files |= {f"checkpoints/{name}": note for name, note in within.items()}
    files["audit.pub.txt"] = f"{key}\n".encode()
    signed_to = max((one.size for one, _ in checkpoints.values() if one.size <= chosen.last), default=0)
    files["README.txt"] = README.format(
        first=chosen.first,
        last=chosen.last,
        log=key.name,
        begin=chosen.begin,
        end=chosen.end,
        unsigned="" if sign else " (not in here: the private key was not at hand)",
        shown=_shown(signed_to, chosen, any(name.startswith("outside-") for name in within)),
        cannot_prove=CANNOT_PROVE,
    ).encode()
    manifest = {
        "v": VERSION,
        "log": key.name,
        "key": str(key),
        "period": {"from": chosen.begin, "to": chosen.end},
        "first": chosen.first,
        "last": chosen.last,
        "signed_to": signed_to,
        "cannot_prove": CANNOT_PROVE,
        "files": {name: sha256(body).hexdigest() for name, body in sorted(files.items())},
    }
    files["manifest.json"] = _json(manifest)
    if sign is not None:
        text = f"{SIGNED_AS}\n{key.name}\n{sha256(files['manifest.json']).hexdigest()}\n"
        files["manifest.note"] = sign_note(text, key, sign)
    return files


def _shown(signed_to: int, chosen: Chosen, is_outside: bool) -> str:
    if signed_to < chosen.first:
        return "Not shown: none of these entries is under a checkpoint yet; only the chain speaks for them."
    if signed_to < chosen.last:
        return f"Not shown: entries {signed_to + 1} to {chosen.last} are under no checkpoint yet."
    if not is_outside:
        return "Not shown: no copy of a checkpoint from outside is in here; the holder of the key could write it anew."
    return "Shown: every entry is under a checkpoint, and one of them was copied outside."


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
