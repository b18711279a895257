"""Which characters the fonts can print. PDF/A refuses a missing glyph, so text is fitted first."""

import struct
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

MISSING = "〓"
"""The printer's geta: stands for a character that no font at hand has."""

_FONT_SUFFIXES = frozenset({".otf", ".ttf", ".ttc", ".otc"})


@lru_cache(maxsize=8)
def covered_by(folders: tuple[Path, ...]) -> frozenset[str]:
    """All characters that at least one font in these folders has a glyph for."""
    covered: set[str] = set()
    for path in _font_files(folders):
        covered.update(map(chr, _code_points(path.read_bytes())))
    return frozenset(covered)


def fit(value: Any, covered: frozenset[str]) -> tuple[Any, frozenset[str]]:
    """The JSON value with every text printable, and which characters became `MISSING`."""
    missing: set[str] = set()
    return _fit(value, covered, missing), frozenset(missing)


def _fit(value: Any, covered: frozenset[str], missing: set[str]) -> Any:
    if isinstance(value, str):
        return _fit_text(value, covered, missing)
    if isinstance(value, dict):
        return {key: _fit(each, covered, missing) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_fit(each, covered, missing) for each in value]
    return value


def _fit_text(text: str, covered: frozenset[str], missing: set[str]) -> str:
    if covered.issuperset(text):
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(_fit_character(one, covered, missing) for one in composed)


def _fit_character(one: str, covered: frozenset[str], missing: set[str]) -> str:
    """Line ends stay, odd spaces become a space, invisible characters go, the rest is 〓."""
    category = unicodedata.category(one)
    if one == "\n" or category in ("Zl", "Zp"):
        return "\n"
    if category in ("Cc", "Cf") or _is_variation_selector(one):
        return " " if one == "\t" else ""
    if one in covered:
        return one
    if category == "Zs":
        return " "
    missing.add(one)
    return MISSING


def _is_variation_selector(one: str) -> bool:
    return "\ufe00" <= one <= "\ufe0f" or "\U000e0100" <= one <= "\U000e01ef"


def _font_files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in _FONT_SUFFIXES and path.is_file():
                yield path


def _code_points(font: bytes) -> Iterator[int]:
    """Code points of an OpenType font or collection; one that cannot be read covers nothing."""
    try:
        for start in _faces(font):
            table = _cmap(font, start)
            if table is not None:
                yield from _mapped(font, table)
    except struct.error:
        return


def _faces(font: bytes) -> tuple[int, ...]:
    """Where each face of the file starts: one, unless it is a collection."""
    if font[:4] != b"ttcf":
        return (0,)
    (count,) = struct.unpack_from(">I", font, 8)
    return struct.unpack_from(f">{count}I", font, 12)


def _cmap(font: bytes, start: int) -> int | None:
    (tables,) = struct.unpack_from(">H", font, start + 4)
    for index in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, start + 12 + 16 * index)
        if tag == b"cmap":
            return int(offset)
    return None


def _mapped(font: bytes, table: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">H", font, table + 2)
    for index in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", font, table + 4 + 8 * index)
        is_unicode = platform == 0 or (platform, encoding) in ((3, 1), (3, 10))
        (layout,) = struct.unpack_from(">H", font, table + offset)
        if is_unicode and layout == 4:
            yield from _segments(font, table + offset)
        elif is_unicode and layout == 12:
            yield from _groups(font, table + offset)


def _segments(font: bytes, at: int) -> Iterator[int]:
    """Format 4: segments of 16-bit code points; glyph 0 means that there is none."""
    (doubled,) = struct.unpack_from(">H", font, at + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 2 * doubled)
    ranges_at = at + 16 + 3 * doubled
    ranges = struct.unpack_from(f">{count}H", font, ranges_at)
    for index, (start, end, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if ranges[index]:
                place = ranges_at + 2 * index + ranges[index] + 2 * (code - start)
                (glyph,) = struct.unpack_from(">H", font, place)
                if not glyph:
                    continue
            if (glyph + delta) & 0xFFFF:
                yield code


def _groups(font: bytes, at: int) -> Iterator[int]:
    """Format 12: groups of 32-bit code points."""
    (count,) = struct.unpack_from(">I", font, at + 12)
    for index in range(count):
        start, end, glyph = struct.unpack_from(">III", font, at + 16 + 12 * index)
        first = start if glyph else start + 1
        yield from range(first, min(end, 0x10FFFF) + 1)
