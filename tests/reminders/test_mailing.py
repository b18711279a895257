"""Letters in a real mailbox: one a day with everything in it, and none that is not wanted."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deliberation.auth.service import actor_of
from deliberation.config import Settings
from deliberation.mail import Post
from deliberation.meetings import service as meetings
from deliberation.people.models import Household, Person
from deliberation.people.roles import Actor
from deliberation.reminders import service
from deliberation.reminders.mailing import Mailer
from deliberation.reminders.models import Message, Preference
from tests.flows.hall import token_of
from tests.mail.mailroom import HOST, Mailroom, open_mailroom
from tests.reminders.stage import AT, Partner, evaluation_of, partner, reader, remind, task_for
from tests.support.held_day import Planned, noticed

pytestmark = pytest.mark.anyio

WANG, LI = "wang@example.net", "li@example.net"
BASE = "https://yishi.example.org"
KEY = b"k" * 40
MORNING = datetime(2026, 11, 3, 23, 31, tzinfo=UTC)
"""Half past seven of the fourth, in Shanghai."""
DAY = timedelta(days=1)


@pytest.fixture
async def here(store: str) -> Planned:
    made = await noticed()
    await Message.all().delete()
    return made


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Mailroom]:
    async with open_mailroom(tmp_path / "box") as opened:
        yield opened


def mailer(room: Mailroom) -> Mailer:
    """Of a process that has just been started."""
    settings = Settings(
        smtp_host=HOST,
        smtp_port=str(room.port),
        smtp_security="none",
        mail_from="yishi@example.org",
    )
    post = Post.of(settings)
    assert post is not None
    return Mailer(post, base_url=BASE, key=KEY)


async def post(room: Mailroom, at: datetime) -> None:
    await mailer(room).mail(at, at)


def bodies(room: Mailroom) -> list[str]:
    return [letter.get_content().replace("\r\n", "\n") for letter in room.letters()]


async def busy(here: Planned) -> Partner:
    """Things of several kinds concern the resident, and some the liaison; all are told."""
    assert here.resident.household
    theirs = await partner(here)
    await task_for(here, theirs, 3)
    await evaluation_of(here, [here.resident.household], 10)
    await remind()
    return theirs


async def test_several_things_come_in_one_letter_and_nothing_twice(
    here: Planned, room: Mailroom
) -> None:
    await reader(here.resident.person, WANG)
    await busy(here)
    await post(room, AT + timedelta(hours=2))
    assert room.letters() == [], "not before half past seven"
    for minutes in (0, 1, 300):
        await post(room, MORNING + timedelta(minutes=minutes))
    (letter,) = room.letters()
    assert letter["To"].addresses[0].addr_spec == WANG
    assert letter["From"].addresses[0].display_name == "示例社区"
    assert letter["Subject"] == "示例社区：有2件事要您看一看"
    assert letter["List-Unsubscribe"].startswith(f"<{BASE}/reminders/stop/")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = bodies(room)[0]
    assert "“11月议事日”2026年11月20日 09:00在演示议事厅开，请您家来参加" in text
    assert f"{BASE}/meetings/{here.meeting}" in text
    assert "“演示亮灯”报办结了" in text
    assert "换灯" not in text, "the liaison's task is nothing to them"
    await post(room, MORNING + DAY)
    assert len(room.letters()) == 1, "nothing new: no letter"


async def test_two_runners_send_one_letter(here: Planned, room: Mailroom) -> None:
    await reader(here.resident.person, WANG)
    await busy(here)
    await asyncio.gather(*(post(room, MORNING) for _ in range(4)))
    assert len(room.letters()) == 1


async def test_kinds_that_are_not_wanted_stay_in_the_service(here: Planned, room: Mailroom) -> None:
    await reader(here.resident.person, WANG, unwanted="meeting,support")
    await busy(here)
    await post(room, MORNING)
    assert "议事厅" not in bodies(room)[0]
    assert await Message.filter(person_id=here.resident.person).count() == 2


async def test_what_is_cancelled_before_the_letter_is_not_in_it(
    here: Planned, room: Mailroom
) -> None:
    await reader(here.resident.person, WANG)
    await remind()
    await meetings.cancel_day(here.chair, here.day, "演示暴雨", at=AT)
    await remind(AT + timedelta(hours=1))
    await post(room, MORNING)
    (text,) = bodies(room)
    assert "请您家来参加" not in text
    assert "取消了。原因：演示暴雨" in text


async def test_the_weekly_letter_comes_on_monday_and_never_means_never(
    here: Planned, room: Mailroom
) -> None:
    await busy(here)
    row = await reader(here.resident.person, WANG, rhythm="weekly")
    for day in range(5):  # Wednesday to Sunday
        await post(room, MORNING + day * DAY)
    assert room.letters() == []
    await post(room, MORNING + 5 * DAY)
    assert len(room.letters()) == 1
    await Message.all().update(mailed_at=None)
    await Preference.filter(id=row.id).update(rhythm="never", last_mailed_at=None)
    await post(room, MORNING + 6 * DAY)
    assert len(room.letters()) == 1


async def test_after_three_days_down_what_has_passed_is_not_sent(
    here: Planned, room: Mailroom
) -> None:
    theirs = await busy(here)
    await reader(theirs.liaison, LI)
    await remind(AT + 4 * DAY, AT)
    await post(room, MORNING + 4 * DAY)
    (text,) = bodies(room)
    assert "任务“演示换灯”逾期了" in text
    assert "到期\n" not in text, "that it is soon due is no longer true"


async def test_a_server_that_is_down_is_tried_again_with_the_same_letter(
    here: Planned, room: Mailroom
) -> None:
    await reader(here.resident.person, WANG)
    await busy(here)
    room.hangs_up_on = {WANG}
    one = mailer(room)
    await one.mail(MORNING, MORNING)
    tried = room.connections
    await one.mail(MORNING + timedelta(minutes=1), MORNING)
    assert room.connections == tried, "it is left alone for some minutes"
    assert await Message.filter(mailed_at__not_isnull=True).count() == 0
    room.hangs_up_on = set()
    await one.mail(MORNING + timedelta(minutes=6), MORNING)
    (letter,) = room.letters()
    assert await Message.filter(person_id=here.resident.person, mailed_at=None).count() == 0
    await Message.all().update(mailed_at=None)
    await Preference.all().update(last_mailed_at=None)
    await post(room, MORNING + timedelta(hours=2))
    assert room.letters()[1]["Message-ID"] == letter["Message-ID"]


async def test_a_process_that_dies_between_claim_and_letter_floods_nobody(
    here: Planned, room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reader(here.resident.person, WANG)
    await busy(here)

    async def die(*_given: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Post, "send", die)
    with pytest.raises(RuntimeError):
        await post(room, MORNING)
    monkeypatch.undo()
    for day in range(3):
        await post(room, MORNING + day * DAY)
    assert room.letters() == []
    assert await Message.filter(person_id=here.resident.person, read_at=None).count() == 2


async def test_an_address_refused_three_times_is_given_up(here: Planned, room: Mailroom) -> None:
    row = await reader(here.resident.person, WANG)
    room.answers = {WANG: "550 5.1.1 No such user"}
    for day in range(5):
        await Message.all().delete()
        await remind(AT + day * DAY)
        await post(room, MORNING + day * DAY)
    assert room.connections == 3
    await row.refresh_from_db()
    assert service.is_given_up(row)


async def resident(here: Planned) -> Actor:
    assert here.resident.person
    return await actor_of(await token_of(here.resident.person, AT), at=AT)


def link_in(text: str, purpose: str) -> str:
    start = text.index(f"{BASE}/reminders/{purpose}/") + len(f"{BASE}/reminders/{purpose}/")
    return text[start:].split()[0]


async def test_an_address_counts_once_its_owner_has_confirmed_it(
    here: Planned, room: Mailroom
) -> None:
    actor = await resident(here)
    await service.give_address(actor, WANG, "zh", at=AT)
    await busy(here)
    await post(room, AT)
    await post(room, MORNING)
    (letter,) = room.letters()
    assert letter["Subject"] == "示例社区：请确认您的邮箱"
    assert letter["List-Unsubscribe"] is None
    link = link_in(bodies(room)[0], "confirm")
    with pytest.raises(Exception, match="link_invalid"):
        await service.confirm(link[:-1] + "x", key=KEY, at=MORNING)
    with pytest.raises(Exception, match="link_invalid"):
        await service.confirm(link, key=KEY, at=AT + timedelta(days=2, minutes=1))
    await service.confirm(link, key=KEY, at=AT + timedelta(hours=1))
    await post(room, MORNING)
    assert len(room.letters()) == 2


async def test_a_link_for_an_address_that_was_changed_is_nothing(
    here: Planned, room: Mailroom
) -> None:
    actor = await resident(here)
    await service.give_address(actor, WANG, "zh", at=AT)
    await post(room, AT)
    link = link_in(bodies(room)[0], "confirm")
    await service.give_address(actor, LI, "zh", at=AT)
    with pytest.raises(Exception, match="link_invalid"):
        await service.confirm(link, key=KEY, at=AT)
    await service.forget_address(actor)
    row = await Preference.get(person_id=actor.person)
    assert (row.address, row.confirmed_at) == ("", None)


async def test_nobody_can_have_an_address_flooded_with_questions(
    here: Planned, room: Mailroom
) -> None:
    household = await Household.get(id=here.resident.household)
    for number in range(8):
        person = await Person.create(
            community_id=here.community, household_id=household.id, name=f"演示{number}"
        )
        actor = await actor_of(await token_of(person.id, AT), at=AT)
        await service.give_address(actor, WANG, "zh", at=AT)
        await post(room, AT)
    assert len(room.letters()) == service.ASKS_A_DAY


async def test_one_click_stops_all_letters_until_they_are_wanted_again(
    here: Planned, room: Mailroom
) -> None:
    row = await reader(here.resident.person, WANG)
    await busy(here)
    await post(room, MORNING)
    link = link_in(bodies(room)[0], "stop")
    await service.stop(link, key=KEY, at=MORNING + 900 * DAY)
    await Message.all().update(mailed_at=None)
    await post(room, MORNING + DAY)
    assert len(room.letters()) == 1
    await service.choose(await resident(here), "daily", ["meeting"])
    await row.refresh_from_db()
    assert (row.rhythm, row.address) == ("daily", WANG)
    assert "evaluation" in row.unwanted.split(",")


async def test_a_clock_a_year_ahead_that_is_put_right_silences_nobody(
    here: Planned, room: Mailroom
) -> None:
    await reader(here.resident.person, WANG, last_mailed_at=AT + timedelta(days=365))
    await busy(here)
    await post(room, MORNING)
    assert len(room.letters()) == 1
