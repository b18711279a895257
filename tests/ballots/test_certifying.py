"""A result is provisional while objections may be raised; then it is certified, or voided."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from deliberation import journal
from deliberation.agendas.models import AgendaItem
from deliberation.ballots.casting import cast
from deliberation.ballots.models import Ballot, Objection
from deliberation.ballots.objecting import raise_objection
from deliberation.errors import Code, Refusal
from deliberation.journal.events import BallotAnnounced, BallotCertified
from deliberation.matters.models import Matter
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.voting import SECRET, Voting, code, resolutions_on, voting_hall

pytestmark = pytest.mark.anyio

DAYS = 3


async def provisional(*, is_secret: bool = False) -> tuple[Voting, UUID]:
    """Three of four voted for; announced."""
    rule = replace(SECRET if is_secret else CONSULTATION, version=2, objection_days=DAYS)
    voting = await voting_hall(households=4, rule=rule)
    ballot = await voting.open()
    paper = (lambda n: voting.sealed(ballot, n, "for", code(n))) if is_secret else None
    await cast([paper(n) if paper else voting.paper(ballot, n) for n in range(3)])
    await voting.close()
    await voting.announce()
    return voting, ballot


async def refused_to_certify(voting: Voting, ballot: UUID) -> Code:
    with pytest.raises(Refusal) as refused:
        await voting.certify(ballot)
    return refused.value.code


async def step_of_the_matter(voting: Voting) -> str:
    item = await AgendaItem.get(meeting_id=voting.meeting, position=1)
    return (await Matter.get(id=item.matter_id)).step


async def test_a_provisional_result_is_certified_after_its_window_and_only_then_a_resolution(
    store: str,
) -> None:
    voting, ballot = await provisional()
    assert await resolutions_on(ballot) == []
    assert await step_of_the_matter(voting) == "decide"
    await voting.adjourn()
    assert await refused_to_certify(voting, ballot) is Code.BALLOT_OBJECTIONS_OPEN
    voting.clock.advance(timedelta(days=DAYS, seconds=-1))
    assert await refused_to_certify(voting, ballot) is Code.BALLOT_OBJECTIONS_OPEN
    voting.clock.advance(timedelta(seconds=1))
    await voting.certify(ballot)
    assert await resolutions_on(ballot) == ["adopted"]
    assert await step_of_the_matter(voting) == "deliver"
    assert await refused_to_certify(voting, ballot) is Code.BALLOT_CERTIFIED
    told = [type(happened.event) for happened in await journal.entries(voting.meeting)]
    assert told.index(BallotAnnounced) < told.index(BallotCertified)
    assert await journal.broken_at(voting.meeting) is None


async def test_an_objection_without_an_answer_holds_the_certification_up(store: str) -> None:
    voting, ballot = await provisional()
    objection = await Objection.create(
        ballot_id=ballot,
        person_id=voting.voters[3].present_person(),
        words="演示异议",
        raised_at=voting.clock.now(),
    )
    voting.clock.advance(timedelta(days=DAYS))
    assert await refused_to_certify(voting, ballot) is Code.BALLOT_OBJECTIONS_OPEN
    objection.answer, objection.answered_at = "演示答复", voting.clock.now()
    await objection.save()
    await voting.certify(ballot)
    assert await resolutions_on(ballot) == ["adopted"]


@pytest.mark.parametrize("is_secret", [False, True], ids=["named", "secret"])
async def test_a_provisional_result_can_be_voided_and_the_vote_held_again(
    store: str, is_secret: bool
) -> None:
    voting, ballot = await provisional(is_secret=is_secret)
    published = (await Ballot.get(id=ballot)).lines
    await voting.void(ballot)
    assert (await Ballot.get(id=ballot)).lines == published, "what was published stays"
    assert published
    voting.clock.advance(timedelta(days=DAYS))
    assert await refused_to_certify(voting, ballot) is Code.BALLOT_NOT_PROVISIONAL
    assert await resolutions_on(ballot) == []
    again = await voting.open()
    assert again != ballot


async def test_what_was_declared_void_takes_no_objections(store: str) -> None:
    voting, ballot = await provisional()
    now = voting.clock.now()
    await raise_objection(voting.voters[3], ballot, "演示异议", at=now)
    await voting.void(ballot)
    with pytest.raises(Refusal) as refused:
        await raise_objection(voting.voters[2], ballot, "演示异议", at=now)
    assert refused.value.code is Code.BALLOT_NOT_PROVISIONAL
    assert await Objection.filter(ballot_id=ballot).count() == 1


async def test_a_certified_result_cannot_be_voided(store: str) -> None:
    voting, ballot = await provisional()
    voting.clock.advance(timedelta(days=DAYS))
    await voting.certify(ballot)
    with pytest.raises(Refusal) as refused:
        await voting.void(ballot)
    assert refused.value.code is Code.BALLOT_ALREADY_ANNOUNCED


async def test_a_result_without_an_objection_window_is_final_at_once(store: str) -> None:
    voting = await voting_hall(households=4)
    ballot = await voting.open()
    await cast([voting.paper(ballot, n) for n in range(3)])
    await voting.close()
    await voting.announce()
    row = await Ballot.get(id=ballot)
    assert row.certified_at == row.announced_at
    assert await resolutions_on(ballot) == ["adopted"]
    assert await refused_to_certify(voting, ballot) is Code.BALLOT_CERTIFIED
    with pytest.raises(Refusal) as refused:
        await voting.void()
    assert refused.value.code is Code.BALLOT_ALREADY_ANNOUNCED


async def test_nothing_is_certified_before_it_is_announced(store: str) -> None:
    rule = replace(CONSULTATION, version=2, objection_days=DAYS)
    voting = await voting_hall(households=4, rule=rule)
    ballot = await voting.open()
    assert await refused_to_certify(voting, ballot) is Code.BALLOT_NOT_PROVISIONAL
    await voting.close()
    assert await refused_to_certify(voting, ballot) is Code.BALLOT_NOT_PROVISIONAL
