"""Files of tokens: one secret that several share, or a line `name token` for each who may.

Way of an event: beside step 12, read by `callers` and by the commands. Touches the disk. A file that changes counts
from the next request on, so that a token is replaced, or taken away, without a restart.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Final

LARGEST_BYTES: Final = 65_536
NAME: Final = r"[A-Za-z0-9._@-]{1,64}"


class TokensUnusable(Exception):
    """Nobody can be let in by this file. The message says what, where and what to do, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who may, by a token; `name` None: whoever shares it."""

    name: str | None
    token: str = field(repr=False)

    def shows(self, token: str) -> bool:
        """Whether this is the holder's token; takes as long for a wrong one."""
        return compare_digest(_hash(token), _hash(self.token))


def holder_of(token: str, holders: Sequence[Holder]) -> Holder | None:
    """Whose token this is; all are looked at, so that time tells nothing.

    >>> holder_of("s3", [Holder("ann", "s3"), Holder("kim", "s4")])
    Holder(name='ann')
    """
    found = [holder for holder in holders if holder.shows(token)]
    return found[0] if found else None


def parse(text: str, where: str) -> tuple[Holder, ...]:
    """The holders of a token file.

    Parameters
    ----------
    text
        A single word: a token that several share. Else a line ``name token`` for each holder; one name may stand on two
        lines while its token is replaced. Empty lines and those that begin with ``#`` say nothing.
    where
        The file or setting, for complaints.

    Raises
    ------
    TokensUnusable
        for anything else; with the number of the line.

    Examples
    --------
    >>> parse("ann s3\\nkim s4\\n", "operate.token")
    (Holder(name='ann'), Holder(name='kim'))
    >>> parse("s3\\n", "operate.token")
    (Holder(name=None),)
    """
    lines = [(number, line.split()) for number, line in enumerate(text.splitlines(), 1)]
    said = [(number, words) for number, words in lines if words and not words[0].startswith("#")]
    if not said:
        raise TokensUnusable(f"{where} is empty: write a long random token into it")
    if len(said) == 1 and len(said[0][1]) == 1:
        return (Holder(None, said[0][1][0]),)
    holders: list[Holder] = []
    for number, words in said:
        if len(words) != 2 or not re.fullmatch(NAME, words[0]):
            raise TokensUnusable(
                f"{where}: line {number} is no `name token`: write it so (names: 1 to 64 of A-Z a-z 0-9 . _ @ -)"
            )
        if any(holder.token == words[1] and holder.name != words[0] for holder in holders):
            raise TokensUnusable(f"{where}: line {number} has another's token: give each name one of its own")
        holders.append(Holder(*words))
    return tuple(holders)


class TokenFile:
    """The holders in a file, read again when it changes.

    Parameters
    ----------
    path, setting
        The file, and the setting that names it.
    """

    def __init__(self, path: Path, setting: str) -> None:
        self._path, self.setting = path, setting
        self._read: tuple[tuple[int, int, int], tuple[Holder, ...]] | None = None

    def holders(self) -> tuple[Holder, ...]:
        """Who may now. `TokensUnusable` if the file cannot be read or used: then nobody may."""
        where = f"{self.setting}: {self._path}"
        try:
            stat = self._path.stat()
            version = stat.st_mtime_ns, stat.st_size, stat.st_ino
            if self._read is None or self._read[0] != version:
                with self._path.open("rb") as file:
                    content = file.read(LARGEST_BYTES + 1)
                if len(content) > LARGEST_BYTES:
                    raise TokensUnusable(f"{where} is larger than {LARGEST_BYTES} bytes: is that a file of tokens?")
                self._read = version, parse(content.decode(), where)
        except OSError as error:
            raise TokensUnusable(f"{where}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise TokensUnusable(f"{where} is no text: write it as UTF-8") from error
        return self._read[1]


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogateescape")).digest()
