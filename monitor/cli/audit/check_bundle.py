"""Checks a bundle of `fairdrift audit export`. Stands alone: Python 3.11 and the package `cryptography`, nothing else.

Usage: python check_bundle.py [--key KEY]     in the folder that the bundle was unpacked to

KEY is the public key as its owner told you (`name+id+base64`); without it the one in the bundle is believed, which
shows that the bundle is of one piece, and not whose it is. Exit 0: good; 3: something is not what was written.
"""

import json
import sys
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def signed_text(note: str, key: str) -> list[str]:
    """The lines that the key signed; ValueError if it did not."""
    name, _, encoded = key.split("+", 2)
    text, _, below = note.rpartition("\n\n")
    for line in below.splitlines():
        if line.startswith(f"— {name} "):
            signature = b64decode(line.split(" ")[2])[4:]
            try:
                Ed25519PublicKey.from_public_bytes(b64decode(encoded)[1:]).verify(signature, f"{text}\n".encode())
            except InvalidSignature:
                continue
            return text.splitlines()
    raise ValueError(f"is not signed by {name}")


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(roots: list[bytes]) -> bytes:
    """The root over the roots of full subtrees, largest first (RFC 9162)."""
    root = roots[-1]
    for left in reversed(roots[:-1]):
        root = node(left, root)
    return root


def check(folder: Path, key: str | None) -> list[str]:
    """All that is wrong, a sentence each."""
    told = json.loads((folder / "manifest.json").read_bytes())
    key = key or told["key"]
    found = []
    is_signed = False
    if (folder / "manifest.note").exists():
        try:
            text = signed_text((folder / "manifest.note").read_text("utf-8"), key)
            is_signed = text[0] == "fairdrift audit export"
            if text[-1] != sha256((folder / "manifest.json").read_bytes()).hexdigest():
                found.append("manifest.json: is not the one that was signed")
        except ValueError as error:
            found.append(f"manifest.note: {error}")
    for name, digest in told["files"].items():
        path = folder / name
        if not path.exists() or sha256(path.read_bytes()).hexdigest() != digest:
            found.append(f"{name}: is missing, or not the one that was exported")

    before = json.loads((folder / "before.json").read_bytes())
    size, roots = before["size"], [bytes.fromhex(one) for one in before["roots"]]
    if len(roots) != size.bit_count():
        found.append(f"before.json: {size} entries have {size.bit_count()} full subtrees, not {len(roots)}")
    at: dict[int, bytes] = {}
    previous = None
    for number, line in enumerate((folder / "lines.ndjson").read_bytes().split(b"\n")[:-1], start=size + 1):
        entry = json.loads(line)
        if entry["seq"] != number:
            found.append(f"entry {entry['seq']} stands where {number} should")
        if previous is not None and entry["previous"] != previous:
            found.append(f"entry {number}: the one before it is not the one it was written after")
        previous = "sha256:" + sha256(line).hexdigest()
        roots.append(sha256(b"\x00" + line).digest())
        rest = size
        while rest & 1:
            roots[-2:] = [node(*roots[-2:])]
            rest >>= 1
        size += 1
        at[size] = root_of(roots)
    shown = before["size"]
    for path in sorted((folder / "checkpoints").iterdir()):
        try:
            name, over, root, *_ = signed_text(path.read_text("utf-8"), key)
            if name != told["log"] or at.get(int(over), b"") != b64decode(root):
                raise ValueError("is not of these entries")
            shown = max(shown, int(over))
        except ValueError as error:
            found.append(f"{path.name}: {error}")
    if size != told["last"] or before["size"] + 1 != told["first"]:
        found.append(f"lines.ndjson: holds entries {before['size'] + 1} to {size}, not those of the manifest")
    if shown < size and not is_signed:
        found.append(f"entries {shown + 1} to {size}: nothing that is signed speaks for them")
    elif shown < size:
        print(f"entries {shown + 1} to {size}: under no checkpoint; only who signed this bundle speaks for them")
    if not found:
        print(f"good: entries {told['first']} to {told['last']} of {told['log']}, key {key}")
    return found


if __name__ == "__main__":
    findings = check(Path(), sys.argv[2] if sys.argv[1:2] == ["--key"] else None)
    for finding in findings:
        print(finding)
    sys.exit(3 if findings else 0)
