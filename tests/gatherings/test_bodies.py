"""Bodies that convene: members by card, by door, by choice; terms; dissolving."""

from collections.abc import Awaitable
from datetime import date, timedelta
from uuid import UUID

import pytest

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.gatherings import bodies
from deliberation.gatherings.bodies import Forming, Sitting
from deliberation.gatherings.models import BodyMember
from deliberation.gatherings.rules import Term
from deliberation.people.finding import Named
from deliberation.people.models import Body
from deliberation.people.roles import Actor, Permission
from tests.support.held_day import BEFORE as AT
from tests.support.held_day import KEY, Planned, planned

pytestmark = pytest.mark.anyio
TODAY = date(2026, 11, 2)


async def refused(act: Awaitable[object]) -> Code:
    with pytest.raises(Refusal) as refusal:
        await act
    return refusal.value.code


@pytest.fixture
async def here(store: str) -> Planned:
    return await planned()


@pytest.fixture
async def body(here: Planned) -> UUID:
    await bodies.form_body(here.chair, Forming(name="演示议事团"), at=AT)
    return (await Body.get(name="演示议事团")).id


def named(name: str, door: str, term: Term, office: str = "member") -> Sitting:
    return Sitting(term=term, office=office, named=Named(door=door, name=name))


async def seat(chair: Actor, body: UUID, sitting: Sitting) -> None:
    await bodies.seat_member(chair, body, sitting, key=KEY, at=AT)


async def test_a_name_is_given_once_and_only_by_who_prepares(here: Planned, body: UUID) -> None:
    again = bodies.form_body(here.chair, Forming(name=" 演示议事团 "), at=AT)
    assert await refused(again) is Code.BODY_NAME_TAKEN
    assert not here.resident.may(Permission.PREPARE)
    theirs = bodies.form_body(here.resident, Forming(name="另一个"), at=AT)
    assert await refused(theirs) is Code.NOT_PERMITTED
    bad = bodies.form_body(here.chair, Forming(name="另一个", kind="party"), at=AT)
    assert await refused(bad) is Code.FIELD_INVALID
    assert await Body.all().count() == 1


async def test_terms_of_a_person_in_a_body_do_not_overlap(here: Planned, body: UUID) -> None:
    year = Term(TODAY, TODAY + timedelta(days=364))
    await seat(here.chair, body, named("演示住户1", "1-101", year, "chair"))
    within = named("演示住户1", "1-101", Term(TODAY + timedelta(days=364)))
    assert await refused(seat(here.chair, body, within)) is Code.TERMS_OVERLAP
    backwards = named("演示住户2", "1-102", Term(TODAY, TODAY - timedelta(days=1)))
    assert await refused(seat(here.chair, body, backwards)) is Code.TERM_BACKWARDS
    await seat(here.chair, body, named("演示住户1", "1-101", Term(TODAY + timedelta(days=365))))
    await seat(here.chair, body, named("演示住户2", "1-102", Term(TODAY)))
    assert await bodies.count_members(here.community, TODAY) == {body: 2}
    assert next(one.office for one in await bodies.seats_of(body)) == "chair"


async def test_nobody_is_seated_who_is_not_meant_alone(here: Planned, body: UUID) -> None:
    stranger = named("没有这个人", "1-101", Term(TODAY))
    assert await refused(seat(here.chair, body, stranger)) is Code.PERSON_NOT_FOUND
    mistyped = Sitting(term=Term(TODAY), named=Named(card="AAA-AAAA"))
    assert await refused(seat(here.chair, body, mistyped)) is Code.CARD_MISTYPED
    chosen = Sitting(term=Term(TODAY), person=here.chair.person)
    await seat(here.chair, body, chosen)
    (row,) = await BodyMember.all()
    assert row.person_id == here.chair.person


async def test_who_leaves_sat_until_that_day_and_a_seat_of_today_is_taken_back(
    here: Planned, body: UUID
) -> None:
    await seat(here.chair, body, named("演示住户1", "1-101", Term(TODAY - timedelta(days=9))))
    await seat(here.chair, body, named("演示住户2", "1-102", Term(TODAY)))
    for row in await BodyMember.all():
        await bodies.leave_seat(here.chair, body, row.id, at=AT)
        assert await refused(bodies.leave_seat(here.chair, body, row.id, at=AT)) is Code.SEAT_EMPTY
    (left,) = await BodyMember.all()
    assert left.ends_on == TODAY
    await seat(here.chair, body, named("演示住户2", "1-102", Term(TODAY), "secretary"))
    told = [e.event.NAME for e in await journal.entries(here.community)]
    assert told.count("body.member_left") == 2


async def test_a_dissolved_body_seats_nobody_and_keeps_its_past(here: Planned, body: UUID) -> None:
    await seat(here.chair, body, named("演示住户1", "1-101", Term(TODAY - timedelta(days=9))))
    await bodies.dissolve_body(here.chair, body, at=AT)
    late = named("演示住户2", "1-102", Term(TODAY))
    assert await refused(seat(here.chair, body, late)) is Code.BODY_GONE
    assert await refused(bodies.dissolve_body(here.chair, body, at=AT)) is Code.BODY_GONE
    assert list(await bodies.conveners(here.community)) == []
    (row,) = await bodies.seats_of(body)
    assert row.ends_on == TODAY
