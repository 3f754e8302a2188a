"""Keys as people make them, with OpenSSL; and the files that are refused."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitor.acting.audit.notes import PublicKey, open_note, sign_note
from monitor.adapters.signing import BadKey, Signer, is_signed_by, public_key_of

# RFC 8032, section 7.1, TEST 1: secret key, public key, and the signature of an empty message.
SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)

PEM = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8
PLAIN = serialization.NoEncryption()


def written(path: Path, body: bytes, mode: int = 0o600) -> Path:
    path.touch(mode=mode)
    path.write_bytes(body)
    path.chmod(mode)
    return path


def test_it_signs_as_the_standard_says(tmp_path: Path) -> None:
    signer = Signer(written(tmp_path / "raw.key", SECRET))
    assert (signer.public, signer.sign(b"")) == (PUBLIC, SIGNATURE)
    assert is_signed_by(PUBLIC, SIGNATURE, b"")


@pytest.mark.parametrize("mode", [0o400, 0o600])
def test_a_key_of_openssl_signs_and_openssl_checks_it(tmp_path: Path, mode: int) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl")

    def openssl(*words: str) -> str:
        return subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    openssl("genpkey", "-algorithm", "ed25519", "-out", "audit.key")
    openssl("pkey", "-in", "audit.key", "-pubout", "-out", "audit.pub")
    (tmp_path / "audit.key").chmod(mode)
    signer = Signer(tmp_path / "audit.key")
    assert public_key_of(tmp_path / "audit.pub") == signer.public
    (tmp_path / "text").write_bytes(b"a message\n")
    (tmp_path / "signature").write_bytes(signer.sign(b"a message\n"))
    check = ("-verify", "-pubin", "-inkey", "audit.pub", "-rawin", "-in", "text", "-sigfile", "signature")
    assert "Verified Successfully" in openssl("pkeyutl", *check)


def test_notes_are_signed_and_opened_with_it(tmp_path: Path) -> None:
    signer = Signer(written(tmp_path / "raw.key", SECRET))
    key = PublicKey("wards", signer.public)
    assert public_key_of(written(tmp_path / "key", f"{key}\n".encode())) == signer.public
    assert open_note(sign_note("text\n", key, signer.sign), key, is_signed_by) == "text\n"


@pytest.mark.parametrize(
    ("key", "signature", "message"),
    [
        (PUBLIC, SIGNATURE, b"another"),
        (PUBLIC, SIGNATURE[:-1], b""),
        (PUBLIC, b"", b""),
        (bytes(32), SIGNATURE, b""),
        (b"short", SIGNATURE, b""),
    ],
)
def test_what_is_not_signed_is_not_signed(key: bytes, signature: bytes, message: bytes) -> None:
    assert not is_signed_by(key, signature, message)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o644, 0o611])
def test_a_key_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(BadKey, match=r"others than its owner may read this private key; run: chmod 600 .*raw\.key"):
        Signer(written(tmp_path / "raw.key", SECRET, mode))


def encrypted() -> bytes:
    how = serialization.BestAvailableEncryption(b"secret")
    return Ed25519PrivateKey.from_private_bytes(SECRET).private_bytes(PEM, PKCS8, how)


def of_another_kind() -> bytes:
    return generate_private_key(SECP256R1()).private_bytes(PEM, PKCS8, PLAIN)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (encrypted, "is encrypted; keep it as a secret that is not"),
        (of_another_kind, r"not of Ed25519; make one with: openssl genpkey"),
        (lambda: SECRET[:-1], "holds no private key, neither in PEM nor of 32 bytes; make one with"),
        (lambda: SECRET + b"\n", "holds no private key"),
        (lambda: b"", "holds no private key"),
        (lambda: b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "holds no private key"),
    ],
)
def test_a_file_without_a_usable_key_is_refused_and_not_quoted(
    tmp_path: Path, body: Callable[[], bytes], why: str
) -> None:
    with pytest.raises(BadKey, match=why) as refused:
        Signer(written(tmp_path / "audit.key", body()))
    assert "AAAA" not in str(refused.value)


def test_a_key_that_is_not_there_is_refused_with_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BadKey, match=r"No such file or directory\); make one with: openssl genpkey -algorithm ed25519"):
        Signer(tmp_path / "audit.key")


def public_of_another_kind() -> bytes:
    shape = serialization.PublicFormat.SubjectPublicKeyInfo
    return generate_private_key(SECP256R1()).public_key().public_bytes(PEM, shape)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (lambda: Ed25519PrivateKey.generate().private_bytes(PEM, PKCS8, PLAIN), "is a private key; whoever checks"),
        (public_of_another_kind, "not of Ed25519"),
        (lambda: b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "is no public key in PEM"),
        (lambda: b"wards+00000000+AAAA", "holds no public key"),
        (lambda: b"wards", "holds no public key"),
        (lambda: b"\xff\xfe", "holds no public key"),
        (lambda: b"", "holds no public key"),
    ],
)
def test_a_file_without_a_public_key_is_refused(tmp_path: Path, body: Callable[[], bytes], why: str) -> None:
    with pytest.raises(BadKey, match=why):
        public_key_of(written(tmp_path / "audit.pub", body()))
