"""Silences of Alertmanager: a person who silences the alert of an incident holds its plan.

Way of an event: step 12, asked before every plan and patch. Touches the network.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import aiohttp

from monitor.ports_acting import SilencesUnreadable

WITHIN_S: Final = 5.0
LARGEST_BYTES: Final = 8 << 20
_PART_BYTES: Final = 1 << 16


class AlertmanagerSilences:
    """`ports_acting.Silences` over the API (v2) of every Alertmanager that is configured.

    Each is asked, at the same time: twins tell each other what was silenced, but not while they are apart.

    Parameters
    ----------
    addresses
        Like ``https://alertmanager:9093``, with the prefix of its paths if it has one. None: nobody can be asked.
    within_s
        How long they may take, from the question to the last byte.

    Examples
    --------
    >>> AlertmanagerSilences(["http://127.0.0.1:9"]).read()
    Traceback (most recent call last):
    ...
    monitor.ports_acting.SilencesUnreadable: http://127.0.0.1:9/api/v2/silences: cannot be reached; see
    alerting.alertmanagers, and whether it is up

    References
    ----------
    Alertmanager, api/v2/openapi.yaml, ``GET /silences``.
    """

    def __init__(self, addresses: Sequence[str], within_s: float = WITHIN_S) -> None:
        self._urls = [f"{address.rstrip('/')}/api/v2/silences" for address in addresses]
        self._within = aiohttp.ClientTimeout(total=within_s)

    def read(self) -> Sequence[Mapping[str, Any]]:
        """See `Silences`; what those that could be read had is in the error."""
        if not self._urls:
            raise SilencesUnreadable("no Alertmanager is configured that could be asked: set alerting.alertmanagers")
        told = asyncio.run(self._all())
        found = [one for answer in told if not isinstance(answer, SilencesUnreadable) for one in answer]
        unreadable = [answer for answer in told if isinstance(answer, SilencesUnreadable)]
        if unreadable:
            raise SilencesUnreadable("; ".join(map(str, unreadable)), found) from unreadable[0]
        return found

    async def _all(self) -> "list[list[Mapping[str, Any]] | SilencesUnreadable]":
        async with aiohttp.ClientSession(timeout=self._within, auto_decompress=False) as session:
            return await asyncio.gather(*(self._of(session, url) for url in self._urls))

    async def _of(self, session: aiohttp.ClientSession, url: str) -> "list[Mapping[str, Any]] | SilencesUnreadable":
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        try:
            async with session.get(url, headers=headers, allow_redirects=False) as answer:
                body = bytearray()
                async for part in answer.content.iter_chunked(_PART_BYTES):
                    body += part
                    if len(body) > LARGEST_BYTES:
                        return _unreadable(url, f"more than {LARGEST_BYTES} bytes", "expire old silences")
                if answer.status != 200:
                    return _unreadable(url, f"answers {answer.status}", "is that the address of an Alertmanager?")
            told = json.loads(body)
        except TimeoutError:
            return _unreadable(url, f"no whole answer in {self._within.total:g} s", "is it up?")
        except aiohttp.ClientConnectorError:
            return _unreadable(url, "cannot be reached", "see alerting.alertmanagers, and whether it is up")
        except (aiohttp.ClientError, OSError) as error:
            return _unreadable(url, f"the answer is damaged ({type(error).__name__})", "is that an Alertmanager?")
        except (ValueError, RecursionError):
            return _unreadable(url, "its answer is no JSON", "is that the address of an Alertmanager?")
        if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
            return _unreadable(url, "its answer is no list of silences", "is that the address of an Alertmanager?")
        return told


def _unreadable(url: str, why: str, fix: str) -> SilencesUnreadable:
    return SilencesUnreadable(f"{url}: {why}; {fix}")
