"""What follows from ratings and from asking: onto the list, or done with."""

import pytest

from deliberation import journal
from deliberation.claims import escalating
from deliberation.claims.models import Claim, Escalation
from deliberation.claims.ticking import tick
from deliberation.matters.steps import Step
from tests.claims.stage import Stage, claimed, finished, later, matter_of, rated, set_stage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(store: str) -> Stage:
    return await set_stage()


async def open_one() -> Escalation:
    return await Escalation.get(open_subject_id__not_isnull=True)


async def test_not_satisfied_twice_goes_to_the_list(stage: Stage) -> None:
    _demand, claim = await claimed(stage)
    assert claim.matter_id is not None
    matter = claim.matter_id
    await finished(stage, matter, at=later(5))
    await rated(stage, matter, 1, at=later(6))
    await tick(later(36))
    assert (await matter_of(claim)).returns == 1
    assert await Escalation.all().count() == 0
    await finished(stage, matter, at=later(40))
    await rated(stage, matter, 2, at=later(41))
    await tick(later(71))
    found = await open_one()
    assert (found.cause, found.matter_id) == ("dissatisfied", matter)
    assert "2.00" in found.reason
    assert (await matter_of(claim)).step == Step.DELIVER


async def test_a_claim_is_done_when_its_matter_is_closed(stage: Stage) -> None:
    _demand, claim = await claimed(stage)
    assert claim.matter_id is not None
    await finished(stage, claim.matter_id, at=later(5))
    await rated(stage, claim.matter_id, 5, at=later(6))
    await tick(later(36))
    await claim.refresh_from_db()
    assert (claim.state, claim.active_demand_id) == ("done", None)
    assert await Claim.all().count() == 1


async def test_staff_ask_for_a_matter_in_delivery(stage: Stage) -> None:
    _demand, claim = await claimed(stage)
    assert claim.matter_id is not None
    made = await escalating.ask_for_matter(stage.chair, claim.matter_id, "要协调", at=later(1))
    assert (made.cause, made.reason) == ("asked", "要协调")
    story = await journal.story([f"matter:{claim.matter_id}"])
    assert "escalation.raised" in [one.event.NAME for one in story]
