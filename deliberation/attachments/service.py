"""Photos of what somebody saw: kept with their subject, and shown in public once staff looked."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.attachments.models import Attachment
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import PhotoAdded, PhotoHidden, PhotoShown
from deliberation.people.roles import Actor, Permission
from deliberation.photos import Photo

MOST = 6
"""Photos a subject."""
LONGEST_CAPTION = 120
LONGEST_REASON = 250
PHASES = ("before", "during", "after")
WITHOUT_BYTES = (
    "id",
    "community_id",
    "subject",
    "phase",
    "caption",
    "media_type",
    "width",
    "height",
    "digest",
    "is_shown",
    "hidden_reason",
    "by_id",
    "taken_at",
)
"""All columns but the pictures themselves: what a page needs to link to them."""


async def require_photo(photo: UUID) -> Attachment:
    """Without its bytes. Raises NOT_FOUND."""
    found = await Attachment.filter(id=photo).only(*WITHOUT_BYTES).first()
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def picture_of(photo: UUID, *, is_small: bool) -> bytes:
    """The bytes of a photo or of its thumbnail. Raises NOT_FOUND."""
    column = "thumbnail" if is_small else "content"
    rows = await Attachment.filter(id=photo).values_list(column, flat=True)
    if not rows:
        raise Refusal(Code.NOT_FOUND)
    return bytes(rows[0])


async def photos_of(subjects: Iterable[str], *, shown_only: bool) -> dict[str, list[Attachment]]:
    """The photos of subjects such as `demand:…`, in the order in which they were added and
    without their bytes; every subject is a key."""
    found: dict[str, list[Attachment]] = {subject: [] for subject in subjects}
    query = Attachment.filter(subject__in=list(found)).only(*WITHOUT_BYTES)
    if shown_only:
        query = query.filter(is_shown=True)
    for photo in await query.order_by("taken_at", "id"):
        found[photo.subject].append(photo)
    return found


async def unseen(community: UUID, limit: int = 30) -> list[Attachment]:
    """Photos that nobody of the staff has looked at, the oldest first."""
    query = Attachment.filter(community_id=community, is_shown=False, hidden_reason="")
    return await query.only(*WITHOUT_BYTES).order_by("taken_at", "id").limit(limit)


def _check(phase: str, caption: str) -> None:
    if phase not in PHASES:
        raise Refusal(Code.FIELD_INVALID, field=N_("照片"))
    if len(caption.strip()) > LONGEST_CAPTION:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("照片说明"), limit=LONGEST_CAPTION)


def _check_room(there: Sequence[Attachment]) -> None:
    if len(there) >= MOST:
        raise Refusal(Code.PHOTO_LIMIT, limit=MOST)


async def add(
    entry: journal.Recorder,
    community: UUID,
    subject: str,
    photo: Photo,
    *,
    phase: str,
    caption: str,
    by: UUID | None,
    is_shown: bool,
    at: datetime,
) -> Attachment:
    """Keep a photo with its subject, inside the caller's unit of work; the same one is kept once.

    Raises PHOTO_LIMIT beyond six, FIELD_INVALID and FIELD_TOO_LONG.
    """
    _check(phase, caption)
    there = (await photos_of([subject], shown_only=False))[subject]
    if same := [other for other in there if other.digest == photo.digest]:
        return same[0]
    _check_room(there)
    made = await Attachment.create(
        community_id=community,
        subject=subject,
        phase=phase,
        caption=caption.strip(),
        media_type=photo.media_type,
        width=photo.width,
        height=photo.height,
        content=photo.content,
        thumbnail=photo.thumbnail,
        digest=photo.digest,
        is_shown=is_shown,
        by_id=by,
        taken_at=at,
    )
    told = PhotoAdded(photo=made.id, of=subject, phase=phase, digest=photo.digest)
    entry.tell(told, subject=subject)
    return made


@journal.shielded
async def show(actor: Actor, photo: UUID, *, at: datetime) -> None:
    """Let everybody see a photo, after having looked at it."""
    actor.require(Permission.PREPARE)
    found = await require_photo(photo)
    actor.check_in(found.community_id)
    async with journal.record(found.community_id, actor=actor.person, at=at) as entry:
        changed = await Attachment.filter(id=photo, is_shown=False).update(
            is_shown=True, hidden_reason=""
        )
        if changed:
            entry.tell(PhotoShown(photo=photo), subject=found.subject)


@journal.shielded
async def hide(actor: Actor, photo: UUID, reason: str, *, at: datetime) -> None:
    """Take a photo out of public sight; why stands in the record. Raises REASON_REQUIRED."""
    actor.require(Permission.PREPARE)
    why = reason.strip()
    if not why:
        raise Refusal(Code.REASON_REQUIRED)
    if len(why) > LONGEST_REASON:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("理由"), limit=LONGEST_REASON)
    found = await require_photo(photo)
    actor.check_in(found.community_id)
    async with journal.record(found.community_id, actor=actor.person, at=at) as entry:
        await Attachment.filter(id=photo).update(is_shown=False, hidden_reason=why)
        entry.tell(PhotoHidden(photo=photo, reason=why), subject=found.subject)
