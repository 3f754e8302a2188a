"""What people send, as the bodies of their requests.

In the way of an event: beside step 12. Pure.
"""

import re
from typing import Annotated, Final

import msgspec

LONGEST_PAUSE_MS: Final = 31 * 86_400_000
"""Who wants to pause for longer wants mode `observe`."""

_Short = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class _Form(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`actor`: a name, as claimed; it counts where the token brings none."""

    actor: str | None = None
    reason: _Text | None = None

    def why(self) -> str:
        """The reason, which goes into lines and tables. ValueError for one that is blank or unreadable."""
        reason = (self.reason or "").strip()
        if not reason and self.reason is not None:
            raise ValueError("reason is blank: say why")
        if not reason.isprintable():
            raise ValueError("reason holds characters that cannot be printed: write one line of text")
        return reason


class PauseForm(_Form, frozen=True, kw_only=True):
    """`model` null: all; `for_ms`: how long, in milliseconds."""

    model: _Short | None
    for_ms: Annotated[int, msgspec.Meta(gt=0, le=LONGEST_PAUSE_MS)]
    reason: _Text


class ResumeForm(_Form, frozen=True, kw_only=True):
    """`model` null: the pause of all."""

    model: _Short | None


class ApproveForm(_Form, frozen=True, kw_only=True):
    """Yes to the plan that the path names."""


class RejectForm(_Form, frozen=True, kw_only=True):
    """No to the plan that the path names."""

    reason: _Text


class AcknowledgeForm(_Form, frozen=True, kw_only=True):
    """An incident that a person has taken over."""

    incident: _Short
    reason: _Text


class OverrideForm(_Form, frozen=True, kw_only=True):
    """A person's own plan: the model identity to go back to, and guards that are skipped."""

    incident: _Short
    target: _Short
    skips: tuple[_Short, ...] = ()
    reason: _Text


def plan_hash(text: str) -> str:
    """The hash of a plan, as people wrote it. ValueError for what is none.

    >>> plan_hash("newest")
    Traceback (most recent call last):
    ...
    ValueError: that names no plan: its hash is sha256: and 64 hexadecimal digits
    """
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", text):
        raise ValueError("that names no plan: its hash is sha256: and 64 hexadecimal digits")
    return text
