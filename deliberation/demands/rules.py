"""What somebody may bring, how it came, and how soon it is wanted. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from deliberation.demands.intake import is_phone
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.photos.taking import Photo
from deliberation.sheets.columns import clean_line, clean_text

LONGEST_TITLE = 60
LONGEST_DESCRIPTION = 2_000
LONGEST_PLACE = 120
MOST_PHOTOS = 3
"""With a demand when it is raised; staff may add more later."""
OTHER_DOMAIN = N_("其他")
MICRO = 1_000_000


class Channel(StrEnum):
    """How a demand came."""

    RESIDENT = "resident"
    GRID = "grid"
    PROPERTY = "property"
    RIDER = "rider"
    VOLUNTEER = "volunteer"
    TALK = "talk"
    HOTLINE = "hotline"
    STAFF = "staff"
    OPEN311 = "open311"
    IMPORT = "import"


class Urgency(StrEnum):
    """How soon those who bring it want it."""

    ORDINARY = "ordinary"
    SOON = "soon"
    URGENT = "urgent"


SOURCES: Mapping[Channel, str] = MappingProxyType(
    {
        Channel.RESIDENT: N_("居民网上提出"),
        Channel.GRID: N_("网格走访"),
        Channel.PROPERTY: N_("物业日播报"),
        Channel.RIDER: N_("流动网格员"),
        Channel.VOLUNTEER: N_("五老志愿者"),
        Channel.TALK: N_("夜话"),
        Channel.HOTLINE: N_("热线"),
        Channel.STAFF: N_("居委会登记"),
        Channel.OPEN311: N_("城市平台转来"),
        Channel.IMPORT: N_("表格导入"),
    }
)
"""What the list says of where a demand comes from."""
REGISTERED: Sequence[Channel] = (
    *(Channel.GRID, Channel.PROPERTY, Channel.RIDER, Channel.VOLUNTEER),
    *(Channel.TALK, Channel.HOTLINE, Channel.STAFF),
)
"""Those that staff and grid workers choose from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raising:
    """What somebody brings. `place_id` is a node of the tree of places, `place` free words beside
    it; `household` the one on whose behalf staff enter it. Degrees in millionths."""

    title: str
    description: str = ""
    domain: str = ""
    place: str = ""
    place_id: UUID | None = None
    urgency: str = Urgency.ORDINARY
    channel: str = ""
    household: UUID | None = None
    contact: str = ""
    phone: str = ""
    photos: Sequence[Photo] = ()
    latitude_micro: int | None = None
    longitude_micro: int | None = None
    outside_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The public part of a demand, as it is stored: the same again after being exported."""

    title: str
    description: str
    place: str


def words_from(
    raising: Raising, path: str = "", *, longest_description: int = LONGEST_DESCRIPTION
) -> Words:
    """Cleaned, with the place's path before the free words. Raises FIELD_MISSING and
    FIELD_TOO_LONG."""
    title, description = clean_line(raising.title), clean_text(raising.description)
    if not title:
        raise Refusal(Code.FIELD_MISSING, field=N_("您的需求"))
    _check_length(title, N_("您的需求"), LONGEST_TITLE)
    _check_length(description, N_("详细说明"), longest_description)
    place = placed(path, raising.place)
    _check_length(place, N_("地点"), LONGEST_PLACE)
    return Words(title=title, description=description, place=place)


def placed(path: str, words: str) -> str:
    """第一网格 / 1号楼 and 东门外: in words, each named once."""
    readable, free = clean_line(path.replace(" / ", " ")), clean_line(words)
    if not readable or free.startswith(readable):
        return free
    last = clean_line(path.rsplit(" / ", 1)[-1])
    return f"{readable} {free.removeprefix(last).strip()}".strip()


def check_contact(raising: Raising) -> None:
    """Raises FIELD_INVALID for a telephone number that cannot be dialled, FIELD_TOO_LONG."""
    _check_length(raising.contact.strip(), N_("联系人"), 60)
    _check_length(raising.phone.strip(), N_("电话"), 30)
    if raising.phone.strip() and not is_phone(raising.phone.strip()):
        raise Refusal(Code.FIELD_INVALID, field=N_("电话"))


def check_choices(raising: Raising) -> None:
    """Raises FIELD_INVALID for an urgency there is not, PHOTO_LIMIT for too many photos."""
    if raising.urgency not in list(Urgency):
        raise Refusal(Code.FIELD_INVALID, field=N_("急不急"))
    if len(raising.photos) > MOST_PHOTOS:
        raise Refusal(Code.PHOTO_LIMIT, limit=MOST_PHOTOS)


def channel_of(raising: Raising, *, may_register: bool, lives_here: bool) -> Channel:
    """Residents bring their own; staff say how it came. Raises FIELD_INVALID for another way."""
    if not may_register:
        return Channel.RESIDENT
    if raising.channel in ("", Channel.RESIDENT) and raising.household is None and lives_here:
        return Channel.RESIDENT
    if not raising.channel:
        return Channel.STAFF
    if raising.channel not in REGISTERED:
        raise Refusal(Code.FIELD_INVALID, field=N_("怎样来的"))
    return Channel(raising.channel)


def _check_length(text: str, field: str, limit: int) -> None:
    if len(text) > limit:
        raise Refusal(Code.FIELD_TOO_LONG, field=field, limit=limit)
