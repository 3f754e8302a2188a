"""The tokens of the monitor's API, and what a caller without one is told.

Way of an event: beside step 9. It reads a request's headers; nothing else.
"""

from dataclasses import dataclass
from hmac import compare_digest
from ipaddress import ip_address

from aiohttp import web

from monitor.adapters.http_server import problem


@dataclass(frozen=True, slots=True)
class Tokens:
    """What callers must show; None: only this machine may ask. Who may operate may read."""

    read: str | None = None
    operate: str | None = None

    def refusal_to_read(self, request: web.Request) -> web.Response | None:
        """The answer to one who may not read; None if the caller may."""
        return refusal(request, "read", (self.read, self.operate))

    def refusal_to_operate(self, request: web.Request) -> web.Response | None:
        """The same of acknowledging, pausing and approving."""
        return refusal(request, "operate", (self.operate,))


def refusal(request: web.Request, right: str, tokens: tuple[str | None, ...]) -> web.Response | None:
    """The answer to one who has none of these tokens; None if the caller may."""
    known = [token for token in tokens if token is not None]
    if not known:
        if request.remote is not None and ip_address(request.remote.split("%")[0]).is_loopback:
            return None
        fix = f"set http.tokens.{right}_file, or ask from the machine the monitor runs on"
        return problem(403, f"no {right} token is set, so only this machine may ask", fix)
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ").encode("utf-8", "surrogateescape")
    if any(compare_digest(shown, token.encode()) for token in known):
        return None
    fix = f"send the contents of http.tokens.{right}_file as Authorization: Bearer"
    return problem(401, f"this needs the {right} token", fix, {"WWW-Authenticate": "Bearer"})
