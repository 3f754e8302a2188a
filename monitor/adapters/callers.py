"""Who calls, and whether they may: by token, and by name where the token has one.

Way of an event: beside step 12. Touches the network. A name that a token brings is authenticated; any other is only
claimed, and is marked so wherever it is kept.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from aiohttp import web

from monitor.adapters.http_server import problem
from monitor.adapters.token_files import NAME, TokenFile, TokensUnusable, holder_of
from monitor.adapters.tokens import is_this_machine

Right = Literal["read", "operate", "hook"]

_ENOUGH: Final[dict[Right, tuple[Right, ...]]] = {
    "read": ("read", "operate"),
    "operate": ("operate",),
    "hook": ("hook",),
}
"""Right -> whose tokens are enough."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who may do what was asked. `name` None: a token that several share, or none at all."""

    right: str
    name: str | None

    def actor(self, claimed: str | None) -> str:
        """The name for the audit log.

        Raises
        ------
        ValueError
            for a claimed name that is none.

        Examples
        --------
        >>> Caller("operate", "ann").actor("kim"), Caller("operate", None).actor("kim")
        ('ann', 'operate (says kim)')
        """
        if self.name is not None:
            return self.name
        if claimed is None:
            return f"{self.right} (unnamed)"
        if not re.fullmatch(NAME, claimed):
            raise ValueError("actor is no name: use 1 to 64 of the characters A-Z a-z 0-9 . _ @ -")
        return f"{self.right} (says {claimed})"


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose tokens let in; without any that is enough for a request, only this machine may ask."""

    read: TokenFile | None = None
    operate: TokenFile | None = None
    hook: TokenFile | None = None

    def check(self) -> None:
        """`TokensUnusable` unless every file can be used."""
        for file in (self.read, self.operate, self.hook):
            if file is not None:
                file.holders()

    def caller(self, request: web.Request, right: Right) -> Caller | web.Response:
        """Who asks; or the answer for one who may not."""
        enough = [(one, file) for one in _ENOUGH[right] if (file := getattr(self, one)) is not None]
        if not enough:
            return _this_machine(request, right)
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        found = None
        for one, file in enough:
            try:
                holder = holder_of(shown, file.holders())
            except TokensUnusable:
                fix = f"see http.tokens.{one}_file on the machine of the server"
                return problem(503, f"the {one} tokens cannot be read, so nobody may ask", fix)
            if holder is not None and found is None:
                found = Caller(one, holder.name)
        if found is not None and scheme.lower() == "bearer":
            return found
        fix = f"send your token of http.tokens.{right}_file as Authorization: Bearer"
        return problem(401, f"this needs the {right} token", fix, {"WWW-Authenticate": "Bearer"})


def _this_machine(request: web.Request, right: Right) -> Caller | web.Response:
    """No token is asked of whoever sits at the server."""
    if is_this_machine(request):
        return Caller("this machine", None)
    fix = f"set http.tokens.{right}_file, or ask from the machine the server runs on, by the name localhost"
    return problem(403, f"no {right} token is set, so only this machine may ask", fix)
