"""Photos are kept once, six at most, and shown when staff have looked at them."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from deliberation import journal
from deliberation.attachments import service as attachments
from deliberation.attachments.models import Attachment
from deliberation.auth.service import actor_of
from deliberation.errors import Code, Refusal
from deliberation.people.roles import NOBODY, Actor
from deliberation.photos import Photo
from tests.flows.community import found_community, token_of_facilitator
from tests.support.community import the_community

pytestmark = pytest.mark.anyio

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
LAMP = "demand:lamp"


def photo(n: int) -> Photo:
    return Photo(
        content=b"content" + bytes([n]),
        thumbnail=b"small",
        width=1600,
        height=1200,
        media_type="image/jpeg",
        digest=f"{n:064}",
    )


@journal.shielded
async def keep(community: UUID, *photos: Photo, caption: str = "", is_shown: bool = False) -> None:
    async with journal.record(community, actor=None, at=AT) as entry:
        for one in photos:
            await attachments.add(
                entry,
                community,
                LAMP,
                one,
                phase="before",
                caption=caption,
                by=None,
                is_shown=is_shown,
                at=AT,
            )


@pytest.fixture
async def chair(store: str) -> Actor:
    await found_community(AT)
    return await actor_of(await token_of_facilitator(AT), at=AT)


@pytest.fixture
async def community(chair: Actor) -> UUID:
    return (await the_community()).id


async def names_told(community: UUID) -> list[str]:
    told = await journal.entries(community)
    return [one.event.NAME for one in told if one.event.NAME.startswith("photo.")]


async def test_the_same_photo_twice_is_one(community: UUID) -> None:
    await keep(community, photo(1), photo(1))
    await keep(community, photo(1))
    assert await Attachment.all().count() == 1
    assert await names_told(community) == ["photo.added"]


async def test_the_seventh_photo_is_refused_and_none_of_its_form_is_kept(community: UUID) -> None:
    await keep(community, *map(photo, range(5)))
    with pytest.raises(Refusal) as refused:
        await keep(community, photo(5), photo(6))
    assert refused.value.code is Code.PHOTO_LIMIT
    assert await Attachment.all().count() == 5


async def test_a_photo_is_public_once_staff_have_looked_and_not_when_they_hide_it(
    chair: Actor, community: UUID
) -> None:
    await keep(community, photo(1))
    (waiting,) = await attachments.unseen(community)
    assert await attachments.photos_of([LAMP], shown_only=True) == {LAMP: []}
    for _ in range(2):
        await attachments.show(chair, waiting.id, at=AT)
    ((shown,),) = (await attachments.photos_of([LAMP], shown_only=True)).values()
    assert shown.id == waiting.id
    await attachments.hide(chair, waiting.id, " 有人脸 ", at=AT)
    assert await attachments.photos_of([LAMP], shown_only=True) == {LAMP: []}
    assert await attachments.unseen(community) == []
    assert await names_told(community) == ["photo.added", "photo.shown", "photo.hidden"]


async def test_to_hide_a_photo_takes_a_reason_and_staff(chair: Actor, community: UUID) -> None:
    await keep(community, photo(1), is_shown=True)
    kept = await Attachment.get(subject=LAMP)
    with pytest.raises(Refusal) as reasonless:
        await attachments.hide(chair, kept.id, "  ", at=AT)
    assert reasonless.value.code is Code.REASON_REQUIRED
    with pytest.raises(Refusal) as unknown:
        await attachments.hide(NOBODY, kept.id, "有人脸", at=AT)
    assert unknown.value.code is Code.SIGN_IN_REQUIRED
    assert (await attachments.require_photo(kept.id)).is_shown


async def test_what_a_page_lists_carries_no_picture(community: UUID) -> None:
    await keep(community, photo(1))
    (listed,) = (await attachments.photos_of([LAMP], shown_only=False))[LAMP]
    with pytest.raises(AttributeError):
        _ = listed.content
    assert await attachments.picture_of(listed.id, is_small=False) == b"content\x01"
    assert await attachments.picture_of(listed.id, is_small=True) == b"small"
