"""No cell of ours runs as a formula in somebody's spreadsheet program (CSV injection)."""

import re

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_STARTS = r"(?:\s*[=+\-@＝＋－＠]|[\t\r\n])"
"""Full-width signs start a formula too in East Asian versions of Excel; leading blanks do not
stop it."""
_DANGEROUS = re.compile(f"'*{_STARTS}")
_GUARDED = re.compile(f"'+{_STARTS}")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What neither XML 1.0 nor a text file may hold: control characters and lone surrogates."""


def printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text)


def is_dangerous(text: str) -> bool:
    return bool(_DANGEROUS.match(text)) and not _NUMBER.fullmatch(text)


def guarded(text: str) -> str:
    """The text with an apostrophe before it where a program would take it for a formula. Text
    that looks guarded gets one more, so that `unguarded` gives back exactly what was there."""
    return f"'{text}" if is_dangerous(text) else text


def unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text
