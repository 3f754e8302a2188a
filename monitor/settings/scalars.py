"""What a plain scalar of YAML 1.2 is: the core schema, so that `NO` is text and not false. Pure.

Source: YAML 1.2.2, section 10.3.2 (tag resolution of the core schema).
"""

import re
from typing import Final

Scalar = bool | int | float | str | None

_WORDS: Final[dict[str, bool | float | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_WHOLE: Final = re.compile(r"[-+]?[0-9]{1,18}")
_BASED: Final = re.compile(r"0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_BROKEN: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def resolved(text: str) -> Scalar:
    """The value of a plain (unquoted) scalar; whole numbers of more than 18 digits are read as broken ones.

    >>> [resolved(text) for text in ("12", "1e3", "0.02", "true", "NO", "2106-3", "~", "0x1f")]
    [12, 1000.0, 0.02, True, 'NO', '2106-3', None, 31]
    """
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return float(text) if _BROKEN.fullmatch(text) else text
