"""Exact numbers as text: nothing that decides anything is ever a float."""

import re
from fractions import Fraction
from typing import Any

_FRACTION = re.compile(r"(0|[1-9][0-9]{0,14})/([1-9][0-9]{0,14})")


def fraction_text(value: Fraction) -> str:
    """The canonical form, lowest terms: "1/2", "5/1"."""
    return f"{value.numerator}/{value.denominator}"


def fraction_from(text: str) -> Fraction:
    """Reads the canonical form only; ValueError for everything else, so text and value agree."""
    found = _FRACTION.fullmatch(text)
    if found is None:
        raise ValueError(f"not a fraction: {text!r}")
    value = Fraction(int(found[1]), int(found[2]))
    if fraction_text(value) != text:
        raise ValueError(f"not in lowest terms: {text!r}")
    return value


def percent_text(part: int, whole: int) -> str:
    """Two decimals, cut off and never rounded up, so 49.999 % is not shown as 50.00 %."""
    hundredths = part * 10_000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def amount_text(value: Fraction) -> str:
    """As people write it: "46", "81.5", or "1/3" where two decimals do not tell it exactly."""
    if value.denominator == 1:
        return str(value.numerator)
    hundredths = value * 100
    if hundredths.denominator != 1 or value < 0:
        return fraction_text(value)
    whole, rest = divmod(hundredths.numerator, 100)
    return f"{whole}.{rest:02}".rstrip("0")


def encode_hook(value: Any) -> str:
    """For `msgspec.to_builtins`: fractions become text."""
    if isinstance(value, Fraction):
        return fraction_text(value)
    raise TypeError(f"has no canonical form: {type(value).__name__}")


def decode_hook(kind: type, value: Any) -> Fraction:
    """For `msgspec.convert`: text becomes a fraction."""
    if kind is Fraction and isinstance(value, str):
        return fraction_from(value)
    raise TypeError(f"cannot be read as {kind.__name__}")
