"""Canonical text of JSON values, equal to RFC 8785 for the values that are let in."""

import json
import unicodedata
from typing import Any

from deliberation.errors import Code, Refusal

GREATEST_INTEGER = 2**53 - 1


def canonical(value: object, *, field: str = "") -> str:
    """The one text of a value: sorted keys, no spaces, NFC.

    Only strings, booleans, null, integers below 2⁵³, lists and objects with ASCII keys are let in;
    under these rules Python's sorted `dumps` and RFC 8785 agree.

    Raises Refusal(VALUE_NOT_CANONICAL) for anything else.
    """
    return json.dumps(
        _checked(value, field), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def _checked(value: object, field: str) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _checked_text(value, field)
    if isinstance(value, int):
        if abs(value) > GREATEST_INTEGER:
            raise Refusal(Code.VALUE_NOT_CANONICAL, field=field)
        return int(value)
    if isinstance(value, list | tuple):
        return [_checked(item, field) for item in value]
    if isinstance(value, dict):
        return {_checked_key(key, field): _checked(item, str(key)) for key, item in value.items()}
    raise Refusal(Code.VALUE_NOT_CANONICAL, field=field)


def _checked_key(key: object, field: str) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise Refusal(Code.VALUE_NOT_CANONICAL, field=field)
    return key


def _checked_text(text: str, field: str) -> str:
    made = unicodedata.normalize("NFC", text)
    if any(_is_forbidden(glyph) for glyph in made):
        raise Refusal(Code.VALUE_NOT_CANONICAL, field=field)
    return made


def _is_forbidden(glyph: str) -> bool:
    """Control characters other than a line feed, and lone surrogates."""
    return glyph != "\n" and unicodedata.category(glyph) in ("Cc", "Cs")
