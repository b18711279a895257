"""A ballot opens only by a rule that is complete, and in force on the day of the opening."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from deliberation.agendas import conduct
from deliberation.agendas.editing import Edit, edit_item
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import items_of
from deliberation.ballots.models import Ballot
from deliberation.ballots.opening import open_ballot
from deliberation.errors import Code, Refusal
from deliberation.matters.steps import Step
from deliberation.meetings import attending
from deliberation.meetings import service as meetings
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.service import MEETING, adopt
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.voting import voting_hall
from tests.support.held_day import BEFORE, ON_THE_DAY, Planned, planned

pytestmark = pytest.mark.anyio

UNFILLED = replace(CONSULTATION, version=2, attendance=None, majority=None)


async def discussing(rule: Rule, wording: str = "") -> Planned:
    """Not noticed yet; its only item is discussed."""
    made = await planned()
    await adopt(made.community, MEETING, rule.to_json(), at=BEFORE)
    (item,) = await items_of(made.meeting)
    edit = Edit(step=Step.DISCUSS, wording=wording)
    await edit_item(made.chair, made.meeting, item.id, edit, at=BEFORE)
    return made


async def test_what_is_discussed_with_a_wording_is_checked_before_the_notice(store: str) -> None:
    made = await discussing(UNFILLED, "同意修好演示路灯。")
    with pytest.raises(Refusal) as refused:
        await publish_notice(made.chair, made.meeting, at=BEFORE)
    assert refused.value.code is Code.AGENDA_CHECKS_FAILED


async def test_a_rule_that_was_not_filled_in_opens_nothing(store: str) -> None:
    made = await discussing(UNFILLED)
    await publish_notice(made.chair, made.meeting, at=BEFORE)
    await attending.sign_in(made.resident, made.meeting, channel="hall", at=ON_THE_DAY)
    await meetings.convene(made.chair, made.meeting, at=ON_THE_DAY)
    await conduct.open_item(made.chair, made.meeting, at=ON_THE_DAY)
    with pytest.raises(Refusal) as refused:
        await open_ballot(made.chair, made.meeting, seconds=60, at=ON_THE_DAY)
    assert refused.value.code is Code.RULE_INCOMPLETE
    assert not await Ballot.exists()


async def test_a_rule_ends_with_its_last_day_where_the_community_is(store: str) -> None:
    """In Shanghai the 21st begins at 16:00 UTC, by when the meeting has lasted fifteen hours."""
    rule = replace(CONSULTATION, version=2, in_force_until=date(2026, 11, 20))
    voting = await voting_hall(households=2, rule=rule)
    midnight = datetime(2026, 11, 20, 16, tzinfo=UTC)
    voting.clock.advance(midnight - voting.clock.now())
    with pytest.raises(Refusal) as refused:
        await voting.open()
    assert refused.value.code is Code.RULE_NOT_IN_FORCE
    assert refused.value.facts["day"] == "2026-11-21"
    voting.clock.advance(timedelta(seconds=-1))
    await voting.open()
