"""The verdict feed, read over HTTP: the rollback process's side of `ports_acting.VerdictFeed`.

Way of an event: step 11. Touches the network. What comes is believed only as far as it is whole: a part with a hole,
one that is cut or too long, and anything that is no feed at all raise, and nothing of them is handed on.
"""

from pathlib import Path
from typing import Final

import msgspec

from monitor.adapters.bounded_get import BoundedGet, NotTrusted, TooLarge
from monitor.ports_acting import FeedError, FeedGap, FeedPage, FeedRefused, FeedUnreachable

ANSWER_WITHIN_S: Final = 10.0
LONGEST_WAIT_S: Final = 60
LARGEST_ANSWER_BYTES: Final = 8 << 20

LONGEST_REASON: Final = 300

_MALFORMED: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Answer(msgspec.Struct):
    """A part of the feed, as sent."""

    v: int
    source: str
    first: int
    next: int
    records: list[msgspec.Raw]


class _Numbered(msgspec.Struct):
    """What is read of a record here: its number."""

    seq: int


class _Problem(msgspec.Struct):
    """An error that the server explains."""

    title: str
    fix: str = ""
    first: int | None = None


class HttpVerdictFeed:
    """Reads the verdict feed of a monitor.

    Parameters
    ----------
    url
        Address of the monitor's API, ``https://fairdrift:8464``.
    token_file
        File whose content is its read token, read afresh each time: a token may change. None: none is sent.
    ca_file
        Certificates of who may vouch for the server; None: those of the system.
    answer_within_s
        How long an answer may take, beside the time that the server is asked to wait.

    Raises
    ------
    ValueError
        for an address that is none.

    Examples
    --------
    >>> HttpVerdictFeed("fairdrift:8464")
    Traceback (most recent call last):
    ...
    ValueError: fairdrift:8464: no address; write it like https://fairdrift:8464
    """

    def __init__(
        self,
        url: str,
        token_file: Path | None = None,
        ca_file: Path | None = None,
        answer_within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self._get = BoundedGet(url, ca_file, LARGEST_ANSWER_BYTES).get
        self._url, self._token_file, self._within_s = url, token_file, answer_within_s

    def read(self, after: int, wait_s: float) -> FeedPage:
        """Records numbered above `after`."""
        after, wait = max(after, 0), max(0, min(int(wait_s), LONGEST_WAIT_S))
        headers = {"Accept": "application/json", **self._authorization()}
        try:
            status, body = self._get(f"/v1/verdicts?after={after}&wait={wait}", headers, wait + self._within_s)
        except OSError as error:
            raise self._unreachable(str(error)) from error
        except NotTrusted as error:
            fix = "check the host name in controller.feed, and which authority vouches for the server"
            raise FeedRefused(f"verdict feed {self._url}: its certificate is not trusted ({error}); {fix}") from error
        except TooLarge as error:
            raise self._no_feed(str(error)) from error
        if status != 200:
            raise self._error(status, body)
        return self._page(body, after)

    def close(self) -> None:
        """Nothing is kept open between two reads."""

    def _authorization(self) -> dict[str, str]:
        path = self._token_file
        if path is None:
            return {}
        try:
            token = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise FeedRefused(f"controller.token_file: {path}: cannot be read ({error})") from error
        if not token or not token.isascii() or not token.isprintable():
            raise FeedRefused(f"controller.token_file: {path}: holds no token; write one line of ASCII letters into it")
        return {"Authorization": f"Bearer {token}"}

    def _page(self, body: bytes, after: int) -> FeedPage:
        if not body or (body.lstrip()[:1] == b"{" and body.rstrip()[-1:] != b"}"):
            raise self._unreachable("the answer was cut")
        try:
            answer = msgspec.json.decode(body, type=_Answer)
            records = [bytes(record) for record in answer.records]
            numbers = [msgspec.json.decode(record, type=_Numbered).seq for record in records]
        except _MALFORMED as error:
            raise self._no_feed(str(error)) from error
        if answer.v != 1:
            raise FeedRefused(f"verdict feed {self._url}: version {answer.v} is not known here; update the controller")
        if numbers != list(range(after + 1, after + 1 + len(numbers))) or answer.next != after + 1 + len(numbers):
            raise self._no_feed(f"it has a hole behind record {after}")
        return FeedPage(answer.source, answer.first, answer.next, records)

    def _error(self, status: int, body: bytes) -> FeedError:
        try:
            said = msgspec.json.decode(body, type=_Problem)
        except _MALFORMED:
            said = _Problem("without a reason", "check that controller.feed is the API of a fairdrift monitor")
        if status == 410 and said.first is not None:
            return FeedGap(_one_line(f"{said.title}; {said.fix}"), said.first)
        if status in (408, 425, 429) or status >= 500:
            return self._unreachable(f"{status} {said.title}")
        return FeedRefused(f"verdict feed {self._url}: {_one_line(f'{status} {said.title}; {said.fix}')}")

    def _unreachable(self, why: str) -> FeedUnreachable:
        return FeedUnreachable(
            f"verdict feed {self._url}: {_one_line(why)}; is `fairdrift run` up there? It is asked again"
        )

    def _no_feed(self, why: str) -> FeedRefused:
        return FeedRefused(
            f"verdict feed {self._url}: the answer is no part of a verdict feed ({_one_line(why)}); check that "
            "controller.feed is the API of a fairdrift monitor, of a version that agrees"
        )


def _one_line(text: str) -> str:
    """What a server says, fit to stand in a line of a log.

    >>> _one_line("gone\\nERROR all is well\\x1b[2J")
    'gone ERROR all is well [2J'
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in text[:LONGEST_REASON])
    return " ".join(printable.split())
