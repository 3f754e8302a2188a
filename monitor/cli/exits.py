"""Exit codes, and errors turned into one sentence: no command ends in a stack trace."""

import os
import sys
from collections.abc import Callable
from enum import IntEnum

from monitor.ports import SourceRefused, SourceUnreachable


class Exit(IntEnum):
    """What a command's exit code says."""

    GOOD = 0
    FAILURE = 1
    USAGE = 2
    FINDINGS = 3
    UNDECIDED = 4
    UNREACHABLE = 5


class Refused(Exception):
    """A person must change something before the command can do its work; the message says what, where, what to do."""


class Declined(Exception):
    """What was asked for cannot be, as things stand; the message says why, and where to look."""


def guarded(command: Callable[[], int]) -> int:
    """Run a command; print an error as one sentence on stderr and give its exit code.

    With ``FAIRDRIFT_DEBUG=1`` an unforeseen error keeps its trace.

    >>> def command() -> int:
    ...     raise Refused("x.yaml: no such file")
    >>> int(guarded(command))
    2
    """
    try:
        return command()
    except KeyboardInterrupt:
        return _say("interrupted", Exit.FAILURE)
    except (Refused, SourceRefused) as error:
        return _say(str(error), Exit.USAGE)
    except Declined as error:
        return _say(str(error), Exit.FINDINGS)
    except SourceUnreachable as error:
        return _say(str(error), Exit.UNREACHABLE)
    except OSError as error:
        return _say(str(error), Exit.FAILURE)
    except Exception as error:
        if os.environ.get("FAIRDRIFT_DEBUG"):
            raise
        return _say(f"unforeseen {type(error).__name__}: {error} (FAIRDRIFT_DEBUG=1 shows where)", Exit.FAILURE)


def _say(message: str, code: Exit) -> int:
    print(f"fairdrift: {message}", file=sys.stderr)
    return code
