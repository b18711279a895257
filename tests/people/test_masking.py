"""Residents are masked in everything published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.people.masking import COMPOUND_SURNAMES, mask_name, mask_phone

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
SURNAME = HAN | st.sampled_from(sorted(COMPOUND_SURNAMES))


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张示例", "张**"),
        ("李四", "李**"),
        ("欧阳示例", "欧阳**"),
        ("诸葛示", "诸葛**"),
        ("司马", "司**"),
        ("王", "王**"),
        ("阿依示例·买买提", "阿**"),
        ("김예시", "김**"),
        ("Ana Example", "A**"),
        ("  赵示例 ", "赵**"),
        ("", "**"),
    ],
)
def test_a_name_keeps_its_surname_only(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(
    surname=HAN | st.sampled_from(sorted(COMPOUND_SURNAMES)), given_name=st.text(HAN, min_size=1)
)
def test_a_masked_name_never_contains_the_given_name(surname: str, given_name: str) -> None:
    masked = mask_name(surname + given_name)
    if (surname + given_name)[:2] not in COMPOUND_SURNAMES or len(surname) == 2:
        assert masked == surname + "**"
    assert given_name not in masked.removeprefix(surname)


@given(st.text(min_size=1))
def test_a_masked_name_does_not_tell_how_long_the_name_is(name: str) -> None:
    assert len(mask_name(name)) <= 4


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800001234", "138****1234"),
        ("+86 138-0000-1234", "138****1234"),
        ("0000-0001234", "****1234"),
        ("12345", "****"),
        ("", "****"),
    ],
)
def test_a_telephone_number_hides_its_middle(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked
