"""Signed notes and checkpoints, held against the published example of the format."""

from base64 import b64decode, b64encode

import pytest

from monitor.acting.audit.checkpoint import Checkpoint, read_checkpoint, signed_checkpoint
from monitor.acting.audit.merkle import Frontier, leaf_hash
from monitor.acting.audit.notes import BadNote, PublicKey, open_note, sign_note
from tests.acting_safely.keys import Key, ed25519_check
from tests.acting_safely.logs import KEY, ORIGIN

# Package golang.org/x/mod/sumdb/note, where the format comes from: key and note of its documentation.
PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PUBLISHED_NOTE = (
    PUBLISHED_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

LOG = Frontier().append(leaf_hash(b"one")).append(leaf_hash(b"two"))


def test_the_published_note_opens_with_the_published_key() -> None:
    key = PublicKey.read(PUBLISHED_KEY)
    assert str(key) == PUBLISHED_KEY
    assert open_note(PUBLISHED_NOTE, key, ed25519_check) == PUBLISHED_TEXT


def test_a_changed_note_does_not_open() -> None:
    key = PublicKey.read(PUBLISHED_KEY)
    with pytest.raises(BadNote, match="not signed by PeterNeumann"):
        open_note(PUBLISHED_NOTE.replace(b"don't", b"do"), key, ed25519_check)


OTHER_KIND = str(KEY.public).replace(str(KEY.public).split("+")[2], b64encode(b"\x02" + KEY.public.key).decode())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (PUBLISHED_KEY.replace("c74f20a3", "c74f20a4"), "identity"),
        (PUBLISHED_KEY.replace("Peter", "Peter "), "white space"),
        (OTHER_KIND, "no Ed25519 key"),
        ("PeterNeumann", "no Ed25519 key"),
        ("PeterNeumann+c74f20a3+AQID", "32 bytes, not 2"),
        ("PeterNeumann+c74f20a3+*", "base64|Only"),
    ],
    ids=["another identity", "white space", "another kind", "no key", "a short key", "no base64"],
)
def test_a_text_that_is_no_key_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        PublicKey.read(text)


def test_a_checkpoint_comes_back_as_it_was_signed() -> None:
    note = signed_checkpoint(ORIGIN, LOG, KEY.public, KEY.sign)
    assert read_checkpoint(note, ORIGIN, KEY.public, ed25519_check) == Checkpoint(ORIGIN, 2, LOG.root)


def test_a_witness_may_sign_below() -> None:
    note = signed_checkpoint(ORIGIN, LOG, KEY.public, KEY.sign)
    text = open_note(note, KEY.public, ed25519_check)
    witness = Key("witness", 7)
    below = sign_note(text, witness.public, witness.sign).decode().splitlines()[-1]
    cosigned = note + f"{below}\n".encode()
    for key in (KEY, witness):
        assert read_checkpoint(cosigned, ORIGIN, key.public, ed25519_check).size == 2


@pytest.mark.parametrize("other", [Key("fairdrift", 2), Key("another", 1)], ids=["another key", "another name"])
def test_a_checkpoint_of_another_key_is_refused(other: Key) -> None:
    note = signed_checkpoint(ORIGIN, LOG, other.public, other.sign)
    with pytest.raises(BadNote, match="not signed by fairdrift"):
        read_checkpoint(note, ORIGIN, KEY.public, ed25519_check)


def test_a_signature_under_a_borrowed_identity_is_refused() -> None:
    thief = Key("fairdrift", 2)
    note = sign_note(str(Checkpoint(ORIGIN, 2, LOG.root)), thief.public, thief.sign).decode()
    head, _, encoded = note.rstrip("\n").rpartition(" ")
    borrowed = b64encode(KEY.public.id + b64decode(encoded)[4:]).decode()
    with pytest.raises(BadNote, match="not signed"):
        open_note(f"{head} {borrowed}\n".encode(), KEY.public, ed25519_check)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    note = signed_checkpoint("elsewhere", LOG, KEY.public, KEY.sign)
    with pytest.raises(BadNote, match="of this log"):
        read_checkpoint(note, ORIGIN, KEY.public, ed25519_check)


ROOT = b64encode(LOG.root).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n02\n{ROOT}\n",
        f"{ORIGIN}\n-2\n{ROOT}\n",
        f"{ORIGIN}\n²\n{ROOT}\n",
        f"{ORIGIN}\n\n{ROOT}\n",
        f"{ORIGIN}\n2\nAAAA\n",
        f"{ORIGIN}\n2\n*\n",
        f"{ORIGIN}\n2\n",
    ],
    ids=["leading zero", "negative", "superscript", "no size", "short root", "no base64", "no root"],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        read_checkpoint(sign_note(text, KEY.public, KEY.sign), ORIGIN, KEY.public, ed25519_check)


@pytest.mark.parametrize(
    "note", [b"", b"\xff\xfe", b"text\n", b"text\n\nno dash\n", "text\n\n— fairdrift *\n".encode()]
)
def test_bytes_that_are_no_note_are_refused(note: bytes) -> None:
    with pytest.raises(BadNote):
        open_note(note, KEY.public, ed25519_check)


def test_what_cannot_be_signed_as_one_text_is_refused() -> None:
    with pytest.raises(ValueError, match="newline"):
        sign_note("no end", KEY.public, KEY.sign)
    with pytest.raises(ValueError, match="one line"):
        signed_checkpoint("two\nlines", LOG, KEY.public, KEY.sign)


def test_a_signature_is_read_strictly() -> None:
    note = signed_checkpoint(ORIGIN, LOG, KEY.public, KEY.sign)
    with pytest.raises(BadNote, match="not base64"):
        open_note(note[:-8] + b"*" + note[-8:], KEY.public, ed25519_check)


def test_a_note_ends_with_a_newline() -> None:
    with pytest.raises(BadNote, match="no signatures"):
        open_note(PUBLISHED_NOTE[:-1], PublicKey.read(PUBLISHED_KEY), ed25519_check)
