"""The one byte form of a JSON value, to be hashed: the part of RFC 8785 that has no doubtful numbers.

Way of an event: step 12; identities, plans and audit entries are hashed over it. Pure.
"""

from hashlib import sha256
from math import isfinite
from typing import Any, Final

import rfc8785

LARGEST: Final = 2**53 - 1
"""Integers beyond it are not the same number to every reader of JSON."""


class NotCanonical(ValueError):
    """A value has no canonical form. The message names the place in it, and never the value."""


def canonical(value: Any) -> bytes:
    """Canonical JSON: keys in UTF-16 order, no white space, shortest escapes.

    Parameters
    ----------
    value
        None, bool, int within +-(2**53 - 1), str, lists and dicts with text keys.

    Raises
    ------
    NotCanonical
        for a float (write it as text, see `floats_as_text`), a larger integer, a lone surrogate, anything else.

    Examples
    --------
    >>> canonical({"b": [1, True, None], "a": "é/"}).decode()
    '{"a":"é/","b":[1,true,null]}'
    >>> canonical({"spec": {"weight": 0.5}})
    Traceback (most recent call last):
    monitor.acting.canonical.NotCanonical: /spec/weight: a float has no canonical form here; write it as text

    References
    ----------
    RFC 8785, JSON Canonicalization Scheme, sections 3.2.2 (strings) and 3.2.3 (order of keys).
    """
    _check(value, "")
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise NotCanonical("/: a text holds half of a surrogate pair") from error


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, written as registries write it.

    >>> digest({})
    'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'
    """
    return f"sha256:{sha256(canonical(value)).hexdigest()}"


def floats_as_text(value: Any) -> Any:
    """The same value with every float as its shortest text, so that it has a canonical form.

    >>> floats_as_text({"log_e": 15.2, "n": 3})
    {'log_e': '15.2', 'n': 3}

    Raises
    ------
    NotCanonical
        for NaN and the infinities: no decision may rest on them.
    """
    if isinstance(value, float):
        if not isfinite(value):
            raise NotCanonical("a number is not finite")
        return repr(value)
    if isinstance(value, dict):
        return {key: floats_as_text(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [floats_as_text(below) for below in value]
    return value


def _check(value: Any, place: str) -> None:
    """Names the place of what the package would refuse without saying where, and of floats, which it would take."""
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise NotCanonical(f"{place or '/'}: an integer beyond 2**53 - 1 has no canonical form")
    elif isinstance(value, list | tuple):
        for index, below in enumerate(value):
            _check(below, f"{place}/{index}")
    elif isinstance(value, dict):
        for key, below in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"{place or '/'}: a key must be text")
            _check(below, f"{place}/{key}")
    else:
        of_float = "a float has no canonical form here; write it as text"
        kind = of_float if isinstance(value, float) else "not a JSON value"
        raise NotCanonical(f"{place or '/'}: {kind}")
