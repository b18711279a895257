"""Rule sets as data: what is refused, what is usable when, and what adopting does."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from msgspec.structs import replace

from deliberation import journal
from deliberation.auth.service import actor_of
from deliberation.errors import Code, Refusal
from deliberation.journal.events import RuleSetAdopted
from deliberation.people.roles import Actor
from deliberation.rulesets import service as rulesets
from deliberation.rulesets.rules import Rule, RuleWords, Share
from deliberation.rulesets.shipped import (
    CONSULTATION,
    OWNERS_HALF,
    RESIDENTS_2018,
    RESIDENTS_2026,
    SHIPPED,
)
from deliberation.rulesets.wording import in_language, rule_name, words
from tests.flows.community import found_community, token_of_facilitator
from tests.support.community import the_community

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
HALF = Share(Fraction(1, 2), strict=True)
SECRET = replace(
    CONSULTATION, key="secret", secrecy="secret", may_change=False, proxies=0, precedence="first"
)
FILLED = replace(RESIDENTS_2026, attendance=HALF, majority=HALF, source="演示：某法第某条")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"may_change": True}, "秘密表决"),
        ({"proxies": 1}, "秘密表决"),
        ({"precedence": "online"}, "秘密表决"),
        ({"electorate": "owners", "majority_area": HALF}, "秘密表决"),
        ({"electorate": "owners", "participation_area": HALF}, "秘密表决"),
        ({"majority_area": HALF}, "按面积"),
        ({"attendance_area": HALF}, "按面积"),
        ({"in_force_from": date(2026, 2, 1), "in_force_until": date(2026, 1, 31)}, "施行日期"),
        ({"window_days": 91}, "开放天数"),
        ({"objection_days": -1}, "异议天数"),
        ({"proxies": 101}, "委托"),
        ({"label": " "}, "性质"),
        ({"key": "Big Key"}, "代号"),
        ({"key": "x" * 15}, "代号"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_by_the_name_of_its_field(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        replace(SECRET, **changes)
    assert refused.value.code is Code.RULE_INVALID
    assert refused.value.facts["field"] == field


@pytest.mark.parametrize("rule", SHIPPED.values(), ids=SHIPPED)
def test_what_comes_with_the_service_is_sound_and_read_back_the_same(rule: Rule) -> None:
    assert Rule.from_json(rule.to_json()) == rule


@pytest.mark.parametrize(
    ("rule", "on", "code"),
    [
        (RESIDENTS_2018, date(2025, 12, 31), None),
        (RESIDENTS_2018, date(2026, 1, 1), Code.RULE_NOT_IN_FORCE),
        (RESIDENTS_2026, date(2026, 1, 1), Code.RULE_INCOMPLETE),
        (replace(RESIDENTS_2026, majority=HALF), date(2026, 1, 1), Code.RULE_INCOMPLETE),
        (FILLED, date(2025, 12, 31), Code.RULE_NOT_IN_FORCE),
        (FILLED, date(2026, 1, 1), None),
        (CONSULTATION, date(2026, 1, 1), None),
    ],
)
def test_a_meeting_is_held_by_a_rule_that_is_complete_and_in_force_that_day(
    rule: Rule, on: date, code: Code | None
) -> None:
    if code is None:
        rule.check_usable(on)
        return
    with pytest.raises(Refusal) as refused:
        rule.check_usable(on)
    assert refused.value.code is code


def test_outside_statutory_patterns_there_is_no_statutory_quorum() -> None:
    def said(rule: Rule) -> str:
        return "".join(sentence.render() for sentence in words(rule))

    assert "到会要求" in said(CONSULTATION)
    assert "法定人数" not in said(CONSULTATION)
    assert "法定人数" in said(RESIDENTS_2018)
    assert said(OWNERS_HALF).startswith("意向征询，不等同业主大会表决。")


def test_a_rule_is_said_in_the_reader_s_language_as_far_as_it_has_words() -> None:
    own = RuleWords(language="en", name="Courtyard rule", source="", label="Consultation")
    rule = replace(CONSULTATION, name="院规", words=(own,))
    assert rule_name(rule, "en-GB").render() == "Courtyard rule"
    assert rule_name(rule, "ko").render() == "院规"
    assert in_language(rule, "en").label == "Consultation"
    assert in_language(rule, "en").source == CONSULTATION.source


@pytest.fixture
async def administrator(store: str) -> Actor:
    await found_community(AT)
    return await actor_of(await token_of_facilitator(AT), at=AT)


@pytest.mark.anyio
async def test_adopting_a_set_makes_a_new_version_that_is_journalled(administrator: Actor) -> None:
    community = (await the_community()).id
    changed = replace(CONSULTATION, name="院规", window_days=7)
    made = await rulesets.adopt_voting_rule(administrator, community, changed, at=AT)
    assert made.version == 2
    assert (await rulesets.voting_rule(community, "consultation")).window_days == 7
    found = await rulesets.versions(community, "consultation")
    assert [(v.rule.version, v.adopted_at is None) for v in found] == [(2, False), (1, True)]
    events = [entry.event for entry in await journal.entries(community)]
    (told,) = [event for event in events if isinstance(event, RuleSetAdopted)]
    assert (told.key, Rule.from_json(told.rule)) == ("consultation", made)


@pytest.mark.anyio
async def test_a_new_set_does_not_take_the_key_of_another(administrator: Actor) -> None:
    community = (await the_community()).id
    fresh = replace(CONSULTATION, key="courtyard", name="院规")
    made = await rulesets.adopt_voting_rule(administrator, community, fresh, is_new=True, at=AT)
    assert made.version == 1
    for taken in (fresh, CONSULTATION):
        with pytest.raises(Refusal) as refused:
            await rulesets.adopt_voting_rule(administrator, community, taken, is_new=True, at=AT)
        assert refused.value.code is Code.RULE_KEY_TAKEN


@pytest.mark.anyio
async def test_what_the_law_left_open_is_filled_in_with_its_source(administrator: Actor) -> None:
    community = (await the_community()).id
    unsourced = replace(FILLED, source=RESIDENTS_2026.source)
    with pytest.raises(Refusal) as refused:
        await rulesets.adopt_voting_rule(administrator, community, unsourced, at=AT)
    assert refused.value.facts["field"] == "依据"
    made = await rulesets.adopt_voting_rule(administrator, community, FILLED, at=AT)
    made.check_usable(date(2026, 11, 20))


@pytest.mark.anyio
async def test_the_rule_of_meetings_is_changed_under_its_own_name(administrator: Actor) -> None:
    community = (await the_community()).id
    changed = replace(CONSULTATION, key=rulesets.MEETING, notice_days=3)
    made = await rulesets.adopt_voting_rule(administrator, community, changed, at=AT)
    assert (await rulesets.meeting_rule(community)) == made
    assert made.version == 2
    assert (await rulesets.voting_rule(community, "consultation")).notice_days == 7
