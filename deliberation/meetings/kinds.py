"""Kinds and levels of meetings. Pure.

A talk (恳谈: 吃茶话事, 夜话) has no quorum and no vote; what is suggested there becomes measures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_

TALK = "talk"

KINDS: Mapping[str, str] = MappingProxyType(
    {"deliberation": N_("议事"), TALK: N_("恳谈"), "joint": N_("联席")}
)
LEVELS: Mapping[str, str] = MappingProxyType(
    {
        "grid": N_("网格议事"),
        "courtyard": N_("楼院理事"),
        "stairway": N_("楼门说事"),
        "community": N_("社区"),
        "subdistrict": N_("街道"),
        "city": N_("市"),
    }
)
LONGEST_TITLE = 120
LEAST_MINUTES, MOST_MINUTES = 10, 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """What meeting is called, beside its day. `scope` is a place path: empty, all households."""

    title: str
    level: str = "community"
    kind: str = "deliberation"
    scope: str = ""
    body: UUID | None = None
    venue: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a meeting apart from the deliberation days begins, and how long it is."""

    starts_at: datetime
    minutes: int


def check_calling(calling: Calling) -> None:
    """Raises FIELD_MISSING, FIELD_TOO_LONG, FIELD_INVALID."""
    if not calling.title.strip():
        raise Refusal(Code.FIELD_MISSING, field=N_("会议名称"))
    if len(calling.title.strip()) > LONGEST_TITLE:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("会议名称"), limit=LONGEST_TITLE)
    if calling.kind not in KINDS:
        raise Refusal(Code.FIELD_INVALID, field=N_("会议种类"))
    if calling.level not in LEVELS:
        raise Refusal(Code.FIELD_INVALID, field=N_("会议层级"))


def check_hours(hours: Hours, at: datetime) -> None:
    """Raises DAY_IN_THE_PAST, FIELD_INVALID."""
    if hours.starts_at < at:
        raise Refusal(Code.DAY_IN_THE_PAST)
    if not LEAST_MINUTES <= hours.minutes <= MOST_MINUTES:
        raise Refusal(Code.FIELD_INVALID, field=N_("会议时长"))
