"""Minutes are drafted once, edited in prose only, and fixed by their approval, on either engine."""

import hashlib
import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from deliberation import journal
from deliberation.ballots.models import Ballot
from deliberation.errors import Code, Refusal
from deliberation.journal.canonical import canonical
from deliberation.journal.events import (
    MinutesApproved,
    MinutesDrafted,
    MinutesEdited,
    MinutesPublished,
)
from deliberation.minutes import service as minutes
from deliberation.minutes.document import MinutesDocument, digest_of, from_json
from deliberation.minutes.models import Minutes
from deliberation.people.roles import NOBODY, Actor
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.voting import Voting, voting_hall
from tests.support import held_day
from tests.support.held_day import Planned

AFTER = held_day.ON_THE_DAY + timedelta(hours=1)


@pytest.fixture
async def held(store: str) -> Planned:
    made = await held_day.adjourned()
    await minutes.draft_if_adjourned(made.meeting, at=AFTER)
    return made


async def document(meeting: UUID) -> MinutesDocument:
    return await minutes.document_of(await minutes.require_latest(meeting))


async def events_of(held: Planned) -> list[str]:
    return [h.event.NAME for h in await journal.entries(held.meeting)]


async def test_minutes_are_drafted_once_however_often_it_is_asked(held: Planned) -> None:
    await minutes.draft_if_adjourned(held.meeting, at=AFTER)
    row = await minutes.require_latest(held.meeting)
    assert (row.version, row.state) == (1, "draft")
    assert (await events_of(held)).count(MinutesDrafted.NAME) == 1


async def test_a_meeting_that_is_not_over_has_no_minutes(store: str) -> None:
    planned = await held_day.noticed()
    await minutes.draft_if_adjourned(planned.meeting, at=AFTER)
    assert await minutes.latest(planned.meeting) is None
    with pytest.raises(Refusal) as refused:
        await minutes.export(planned.meeting, "md")
    assert refused.value.code is Code.MINUTES_NONE


async def test_residents_are_masked_and_the_chair_stands_in_clear(held: Planned) -> None:
    text = (await minutes.export(held.meeting, "md")).decode()
    assert "周演示" in text
    assert "演\\*\\*" in text
    assert "演示住户" not in text


async def test_prose_is_edited_and_the_facts_stay(held: Planned) -> None:
    before = await document(held.meeting)
    item = str(before.items[0].item)
    written = {item: "会议听取了情况。"}
    await minutes.edit_prose(held.chair, held.meeting, written, at=AFTER)
    after = await document(held.meeting)
    assert after.items[0].summary == "会议听取了情况。"
    assert (after.items[0].speeches, after.upto) == (before.items[0].speeches, before.upto)


async def test_an_edit_is_journalled_with_its_items_and_one_that_changes_nothing_is_not(
    held: Planned,
) -> None:
    item = (await document(held.meeting)).items[0].item
    for _again in range(2):
        await minutes.edit_prose(held.chair, held.meeting, {str(item): "听取了情况。"}, at=AFTER)
    told = [one.event for one in await journal.entries(held.meeting)]
    edits = [event for event in told if isinstance(event, MinutesEdited)]
    assert [edit.items for edit in edits] == [(item,)]


async def test_prose_for_an_item_that_is_none_of_the_meetings_is_refused(held: Planned) -> None:
    item = str((await document(held.meeting)).items[0].item)
    with pytest.raises(Refusal) as refused:
        await minutes.edit_prose(
            held.chair, held.meeting, {item: "写了", str(uuid4()): "别的事"}, at=AFTER
        )
    assert refused.value.code is Code.ITEM_NOT_ON_AGENDA
    assert not (await document(held.meeting)).items[0].summary


async def test_residents_neither_edit_nor_approve_nor_publish(held: Planned) -> None:
    for act in (
        minutes.edit_prose(held.resident, held.meeting, {}, at=AFTER),
        minutes.approve(held.resident, held.meeting, at=AFTER),
        minutes.publish(held.resident, held.meeting, at=AFTER),
    ):
        with pytest.raises(Refusal) as refused:
            await act
        assert refused.value.code is Code.NOT_PERMITTED


async def test_approval_fixes_the_text_under_a_digest_that_anybody_can_make_again(
    held: Planned,
) -> None:
    await minutes.approve(held.chair, held.meeting, at=AFTER)
    published = from_json(json.loads(await minutes.export(held.meeting, "json")))
    assert digest_of(published) == (await minutes.require_latest(held.meeting)).digest
    prose = {str(published.items[0].item): "改"}
    with pytest.raises(Refusal) as refused:
        await minutes.edit_prose(held.chair, held.meeting, prose, at=AFTER)
    assert refused.value.code is Code.MINUTES_APPROVED
    assert (await events_of(held))[-1] == MinutesApproved.NAME


async def test_only_approved_minutes_are_published_and_only_once(held: Planned) -> None:
    with pytest.raises(Refusal) as early:
        await minutes.publish(held.chair, held.meeting, at=AFTER)
    assert early.value.code is Code.MINUTES_NOT_APPROVED
    await minutes.approve(held.chair, held.meeting, at=AFTER)
    await minutes.publish(held.chair, held.meeting, at=AFTER)
    with pytest.raises(Refusal) as twice:
        await minutes.publish(held.chair, held.meeting, at=AFTER)
    assert twice.value.code is Code.MINUTES_PUBLISHED
    assert (await events_of(held)).count(MinutesPublished.NAME) == 1
    assert await journal.broken_at(held.meeting) is None


async def test_a_draft_is_for_those_who_keep_the_records_and_a_publication_for_all(
    held: Planned,
) -> None:
    assert await minutes.export(held.meeting, "md", reader=held.chair)
    for reader in (held.resident, NOBODY):
        with pytest.raises(Refusal) as refused:
            await minutes.export(held.meeting, "md", reader=reader)
        assert refused.value.code is Code.MINUTES_NOT_PUBLISHED
    await minutes.approve(held.chair, held.meeting, at=AFTER)
    await minutes.publish(held.chair, held.meeting, at=AFTER)
    assert await minutes.export(held.meeting, "md", reader=NOBODY)


async def test_minutes_come_as_a_page_and_as_pdf_too(held: Planned) -> None:
    page = (await minutes.export(held.meeting, "html")).decode()
    assert "演示路灯不亮" in page
    assert "<style>" in page
    assert (await minutes.export(held.meeting, "pdf")).startswith(b"%PDF-")
    with pytest.raises(Refusal) as refused:
        await minutes.export(held.meeting, "exe")
    assert refused.value.code is Code.NOT_FOUND


@pytest.fixture
async def standing(store: str) -> Voting:
    """The meeting is over, and its ballot stands open for days."""
    rule = replace(CONSULTATION, version=2, objection_days=2)
    voting = await voting_hall(households=2, rule=rule, window_days=3)
    await voting.open()
    await voting.adjourn()
    await minutes.draft_if_adjourned(voting.meeting, at=AFTER)
    return voting


async def draft_again(voting: Voting) -> Minutes:
    await minutes.draft_if_adjourned(voting.meeting, at=voting.clock.now())
    return await minutes.require_latest(voting.meeting)


async def text_of(meeting: UUID, reader: Actor) -> str:
    return (await minutes.export(meeting, "md", reader=reader)).decode()


async def test_a_result_after_the_meeting_comes_into_a_later_draft_with_the_prose_kept(
    standing: Voting,
) -> None:
    item = (await document(standing.meeting)).items[0].item
    prose = {str(item): "会议听取了情况。"}
    await minutes.edit_prose(standing.chair, standing.meeting, prose, at=AFTER)
    assert "结果另行公告" in await text_of(standing.meeting, standing.chair)
    assert (await draft_again(standing)).version == 1
    standing.clock.advance(timedelta(days=4))
    await standing.close((await Ballot.get()).id)
    await standing.announce((await Ballot.get()).id)
    assert (await draft_again(standing)).version == 2
    assert (await draft_again(standing)).version == 2
    text = await text_of(standing.meeting, standing.chair)
    assert "这是初步结果" in text
    assert "会议听取了情况。" in text
    standing.clock.advance(timedelta(days=3))
    await standing.certify((await Ballot.get()).id)
    assert (await draft_again(standing)).version == 3
    assert "公示期满，结果于" in await text_of(standing.meeting, standing.chair)


async def test_a_later_draft_takes_the_published_minutes_from_nobody(standing: Voting) -> None:
    meeting, resident = standing.meeting, standing.voters[0]
    await minutes.approve(standing.chair, meeting, at=AFTER)
    await minutes.publish(standing.chair, meeting, at=AFTER)
    published = await text_of(meeting, resident)
    standing.clock.advance(timedelta(days=4))
    await standing.close((await Ballot.get()).id)
    await standing.announce((await Ballot.get()).id)
    assert (await draft_again(standing)).state == "draft"
    assert await text_of(meeting, resident) == published
    assert "这是初步结果" in await text_of(meeting, standing.chair)
    assert "这是初步结果" not in published
    assert await journal.broken_at(meeting) is None


async def test_what_was_approved_keeps_its_digest_whatever_a_later_release_adds(
    held: Planned,
) -> None:
    await minutes.approve(held.chair, held.meeting, at=AFTER)
    row = await minutes.require_latest(held.meeting)
    older = json.loads(row.document)
    del older["rule"]["secrecy"]
    row.document = canonical(older)
    row.digest = hashlib.sha256(row.document.encode()).hexdigest()
    await row.save()
    told = await minutes.export(held.meeting, "json")
    assert hashlib.sha256(told.removesuffix(b"\n")).hexdigest() == row.digest
    assert row.digest in (await minutes.export(held.meeting, "md")).decode()
