"""What the fonts can print is known before Typst is asked."""

import asyncio
import struct
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.papers import Press, coverage
from deliberation.papers.press import FONTS
from tests.papers import samples

COVERED = coverage.covered_by((FONTS,))
SERIF = FONTS / "NotoSerifCJKsc-Regular-gbk-kr.otf"


def gb2312() -> str:
    codes = (bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return b"".join(codes).decode("gb2312", "ignore")


def test_all_of_gb2312_and_what_the_templates_print_is_covered() -> None:
    assert set(gb2312()) <= COVERED
    assert set("一二三四五六七八九十〇、（）—“”：；÷=%*〓　한글") <= COVERED


def test_typst_can_set_every_character_that_is_said_to_be_covered(
    press: Press, tmp_path: Path
) -> None:
    written = "".join(sorted(one for one in COVERED if one.isprintable() and not one.isspace()))
    data = samples.minutes(sections=[{"heading": "字", "blocks": [_text(written)]}])
    paper = asyncio.run(press.typeset("minutes", data, document_date=date(2026, 1, 1), fonts=None))
    assert paper.substituted == ()
    assert set(gb2312()) <= set(samples.text_of(paper.pdf))


def _text(words: str) -> dict[str, str]:
    return {"kind": "text", "text": words}


def test_only_what_cannot_be_printed_is_touched() -> None:
    given_value = {"a": ["花\r\n具\t包", 3, None, True], "b": {"c": "e\u0301\u200d\ufe0f👩\u2003x"}}
    fitted, missing = coverage.fit(given_value, COVERED)
    assert fitted == {"a": ["花\n具 包", 3, None, True], "b": {"c": "é〓 x"}}
    assert missing == {"👩"}


@given(st.text(st.characters()))
def test_text_that_was_fitted_is_all_printable_and_stays_as_it_is(text: str) -> None:
    fitted, _ = coverage.fit(text, COVERED)
    assert set(fitted) <= COVERED | {"\n"}
    assert coverage.fit(fitted, COVERED) == (fitted, frozenset())


@given(st.text(st.sampled_from(sorted(COVERED))))
def test_text_that_can_be_printed_is_never_changed(text: str) -> None:
    assert coverage.fit(text, COVERED) == (text, frozenset())


def font_with(subtable: bytes) -> bytes:
    """An OpenType file of nothing but a character map."""
    cmap = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + subtable
    head = b"OTTO" + struct.pack(">HHHH", 1, 0, 0, 0)
    return head + b"cmap" + struct.pack(">III", 0, 28, len(cmap)) + cmap


def test_characters_beyond_the_basic_plane_are_read_from_format_12(tmp_path: Path) -> None:
    group = struct.pack(">III", 0x20BB7, 0x20BB8, 5)
    subtable = struct.pack(">HHIII", 12, 0, 28, 0, 1) + group
    (tmp_path / "rare.ttf").write_bytes(font_with(subtable))
    assert coverage.covered_by((tmp_path,)) == {"𠮷", "\U00020bb8"}


@pytest.mark.parametrize("damaged", [b"", b"not a font", SERIF.read_bytes()[:3000]])
def test_a_damaged_font_in_the_operators_folder_covers_nothing(
    tmp_path: Path, damaged: bytes
) -> None:
    (tmp_path / "damaged.otf").write_bytes(damaged)
    assert coverage.covered_by((tmp_path,)) == frozenset()
