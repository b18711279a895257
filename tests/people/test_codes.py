"""Card codes survive being read out, typed badly and written by hand."""

import hashlib
from collections import Counter
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.people.codes import (
    ALPHABET,
    BODY_LENGTH,
    CODE_LENGTH,
    check_character,
    code_from_digest,
    format_code,
    is_well_formed,
    normalise,
)

bodies = st.text(ALPHABET, min_size=BODY_LENGTH, max_size=BODY_LENGTH)
codes = bodies.map(lambda body: body + check_character(body))


def test_no_glyph_is_easily_taken_for_another() -> None:
    assert len(set(ALPHABET)) == 23
    assert not set(ALPHABET) & set("01258BILOSUVZ")


@given(codes)
def test_every_single_wrong_character_is_found(code: str) -> None:
    for place, wrong in product(range(CODE_LENGTH), ALPHABET):
        if wrong != code[place]:
            assert not is_well_formed(code[:place] + wrong + code[place + 1 :])


@given(codes)
def test_every_exchange_of_two_characters_is_found(code: str) -> None:
    for first, second in combinations(range(CODE_LENGTH), 2):
        if code[first] != code[second]:
            swapped = list(code)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            assert not is_well_formed("".join(swapped))


def test_the_check_finds_these_errors_in_every_code_there_is() -> None:
    """The check is linear, so an error is found in all codes if its own sum is not zero: all
    differences at each place, all exchanges of unequal values at each two places."""
    zero = ALPHABET[0] * BODY_LENGTH
    for place, character in product(range(BODY_LENGTH), ALPHABET[1:]):
        body = zero[:place] + character + zero[place + 1 :]
        assert check_character(body) != check_character(zero)
    for (first, second), character in product(combinations(range(BODY_LENGTH), 2), ALPHABET[1:]):
        pair = list(zero)
        pair[first] = character
        swapped = list(zero)
        swapped[second] = character
        assert check_character("".join(pair)) != check_character("".join(swapped))


@given(codes)
def test_a_code_is_understood_however_it_is_typed(code: str) -> None:
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in format_code(code))
    for typed in (format_code(code), code.lower(), f" {code[:2]} {code[2:]}\n", full_width):
        assert normalise(typed) == code
    assert normalise(f"{code[:3]}－{code[3:]}") == normalise(f"{code[:3]}—{code[3:]}") == code


@pytest.mark.parametrize("text", ["", "ACD", "ACDEFGO", "ACDEFGHJ", "数字不是卡号吗"])
def test_what_is_no_code_is_not_well_formed(text: str) -> None:
    assert not is_well_formed(text)


@given(st.binary(min_size=32, max_size=32))
def test_a_code_from_a_digest_is_well_formed_and_always_the_same(digest: bytes) -> None:
    if sum(byte < 253 for byte in digest) >= BODY_LENGTH:
        assert is_well_formed(code_from_digest(digest))
        assert code_from_digest(digest) == code_from_digest(bytes(digest))


def test_every_byte_gives_every_character_equally_often() -> None:
    counts: Counter[str] = Counter()
    for byte in range(256):
        tail = bytes(BODY_LENGTH)
        counts[code_from_digest(bytes([byte]) + tail)[0]] += byte < 253
    assert set(counts.values()) == {11}


def test_codes_of_a_whole_city_differ_as_chance_would_have_it() -> None:
    made = {code_from_digest(hashlib.sha256(str(i).encode()).digest()) for i in range(3000)}
    assert len(made) > 2995


def test_a_digest_with_too_few_usable_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        code_from_digest(b"\xff" * 32)


def test_a_body_of_foreign_characters_has_no_check() -> None:
    with pytest.raises(ValueError, match="alphabet"):
        check_character("ABCDEF")
