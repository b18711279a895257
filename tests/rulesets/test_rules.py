from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.errors import Code, Refusal
from deliberation.rulesets.rules import Base, Rule, Share
from deliberation.rulesets.shipped import CONSULTATION
from deliberation.rulesets.wording import share_words, words

HALF = Share(Fraction(1, 2), strict=True)
TWO_THIRDS = Share(Fraction(2, 3), strict=False)

inclusive = st.fractions(min_value=Fraction(1, 1000), max_value=1, max_denominator=1000).map(
    lambda f: Share(f, strict=False)
)
exceeding = st.fractions(
    min_value=Fraction(1, 1000), max_value=Fraction(999, 1000), max_denominator=1000
).map(lambda f: Share(f, strict=True))
shares = inclusive | exceeding

rules = st.builds(
    Rule,
    name=st.text("议事规则AB{}", min_size=1),
    version=st.integers(1, 99),
    source=st.text("依据{}", min_size=1),
    label=st.just("意向征询"),
    attendance=st.none() | shares,
    participation=st.none() | shares,
    majority=shares,
    base=st.sampled_from(Base.__args__),  # type: ignore[attr-defined] # a Literal has them
    may_change=st.booleans(),
    speech_seconds=st.integers(10, 3600),
    speeches_per_item=st.integers(1, 100),
    notice_days=st.integers(0, 90),
    day_minutes=st.integers(10, 1440),
)


def refused(**changes: object) -> str:
    with pytest.raises(Refusal) as refusal:
        Rule.from_json(CONSULTATION.to_json() | changes)
    assert refusal.value.code is Code.RULE_INVALID
    return str(refusal.value.facts["field"])


@given(shares, st.integers(1, 100_000))
def test_what_is_required_is_the_least_that_reaches(share: Share, whole: int) -> None:
    least = share.required(whole)
    assert share.reached(least, whole)
    assert not share.reached(least - 1, whole)
    assert least <= whole


@given(shares, st.integers(0, 1000))
def test_of_nothing_no_share_is_reached(share: Share, part: int) -> None:
    assert not share.reached(part, 0)


@pytest.mark.parametrize(
    ("share", "part", "whole", "reached"),
    [
        (HALF, 60, 120, False),
        (HALF, 61, 120, True),
        (HALF, 60, 119, True),
        (TWO_THIRDS, 66, 99, True),
        (TWO_THIRDS, 65, 98, False),
        (TWO_THIRDS, 66, 98, True),
        (Share(Fraction(1), strict=False), 119, 120, False),
    ],
)
def test_half_itself_is_not_more_than_half_but_two_thirds_include_themselves(
    share: Share, part: int, whole: int, reached: bool
) -> None:
    assert share.reached(part, whole) is reached


@pytest.mark.parametrize(
    ("fraction", "strict"),
    [(Fraction(0), False), (Fraction(-1, 2), True), (Fraction(4, 3), False), (Fraction(1), True)],
)
def test_a_share_that_nobody_or_everybody_reaches_is_refused(
    fraction: Fraction, strict: bool
) -> None:
    with pytest.raises(Refusal):
        Share(fraction, strict=strict)


@given(rules)
def test_a_rule_read_back_is_the_same_rule(rule: Rule) -> None:
    body = rule.to_json()
    again = msgspec.json.decode(msgspec.json.encode(body))
    assert Rule.from_json(again) == rule


def test_the_rule_is_written_with_fractions_as_text() -> None:
    body = CONSULTATION.to_json()
    assert body["majority"] == {"fraction": "1/2", "strict": True}
    assert body["participation"] is None


def test_a_rule_that_is_not_sound_is_refused_by_the_name_of_its_field() -> None:
    assert refused(notice_days=-1) == "公告天数"
    assert refused(speech_seconds=5) == "发言时间"
    assert refused(source=" ") == "依据"
    assert refused(majority={"fraction": "3/2", "strict": False}) == "比例"


@pytest.mark.parametrize(
    "changes",
    [
        {"majority": {"fraction": "2/4", "strict": True}},
        {"majority": {"fraction": 0.5, "strict": True}},
        {"base": "whatever"},
        {"version": "1"},
    ],
)
def test_a_rule_that_cannot_be_read_is_refused(changes: dict[str, object]) -> None:
    assert refused(**changes) == "格式"


def test_the_default_says_that_it_is_no_law_and_no_owners_vote() -> None:
    said = [sentence.render() for sentence in words(CONSULTATION)]
    assert said[0] == "意向征询，不代替业主大会表决。"
    assert "到会要求：到会户数占应到户数过半，才能开始表决。" in said
    assert "通过要求：赞成占投票总数过半，弃权计入总数。" in said
    assert "每人每次发言不超过3分钟，每项最多2次。" in said
    assert "不是法律规定" in said[-1]


@given(rules)
def test_every_rule_can_be_said_whatever_people_wrote_in_it(rule: Rule) -> None:
    said = [sentence.render() for sentence in words(rule)]
    assert said[-1] == f"依据：{rule.source}"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (HALF, "过半"),
        (TWO_THIRDS, "三分之二以上"),
        (Share(Fraction(1, 2), strict=False), "半数以上"),
        (Share(Fraction(1), strict=False), "全部"),
        (Share(Fraction(5, 7), strict=True), "超过5/7"),
        (Share(Fraction(5, 7), strict=False), "5/7以上"),
    ],
)
def test_shares_are_said_as_people_say_them(share: Share, said: str) -> None:
    assert share_words(share).render() == said
