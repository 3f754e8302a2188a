"""The tokens of the monitor's API, and what a caller without one is told.

Way of an event: beside step 9. It reads a request's headers; nothing else.
"""

from dataclasses import dataclass
from ipaddress import ip_address

from aiohttp import web

from monitor.adapters.http_server import problem
from monitor.adapters.token_files import holder_of, parse


@dataclass(frozen=True, slots=True)
class Tokens:
    """What callers must show, as `token_files.parse` takes it; None: only this machine may ask.

    Who may operate may read. A token with a name says who acknowledges, whatever is claimed.
    """

    read: str | None = None
    operate: str | None = None

    def refusal_to_read(self, request: web.Request) -> web.Response | None:
        """The answer to one who may not read; None if the caller may."""
        return refusal(request, "read", (self.read, self.operate))

    def refusal_to_operate(self, request: web.Request) -> web.Response | None:
        """The same of acknowledging, pausing and approving."""
        return refusal(request, "operate", (self.operate,))

    def name_of(self, request: web.Request) -> str | None:
        """Whose token to operate this is; None where it is shared, or none."""
        holder = None if self.operate is None else holder_of(_shown(request), parse(self.operate, "operate"))
        return None if holder is None else holder.name


def is_this_machine(request: web.Request) -> bool:
    """Whether whoever sits at the server asks; a page in their browser that goes by another name is somebody else."""
    host = request.headers.get("Host", "").rpartition(":")[0] or request.headers.get("Host", "")
    is_named_so = host in ("localhost", "127.0.0.1", "[::1]")
    return is_named_so and request.remote is not None and ip_address(request.remote.split("%")[0]).is_loopback


def refusal(request: web.Request, right: str, tokens: tuple[str | None, ...]) -> web.Response | None:
    """The answer to one who has none of these tokens; None if the caller may."""
    known = [token for token in tokens if token is not None]
    if not known:
        if is_this_machine(request):
            return None
        fix = f"set http.tokens.{right}_file, or ask from the machine the monitor runs on, by the name localhost"
        return problem(403, f"no {right} token is set, so only this machine may ask", fix)
    if holder_of(_shown(request), [holder for token in known for holder in parse(token, right)]) is not None:
        return None
    fix = f"send the contents of http.tokens.{right}_file as Authorization: Bearer"
    return problem(401, f"this needs the {right} token", fix, {"WWW-Authenticate": "Bearer"})


def _shown(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")
