"""Meetings and motions of a period, as figures show them."""

import json
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import store
from deliberation.reports.facts import BallotFact, MeetingFact

_MINUTE = 60

_BALLOTS = (
    "SELECT b.id, i.title, b.announced_at, b.tally FROM ballot b"
    " JOIN meeting m ON m.id = b.meeting_id JOIN agenda_item i ON i.id = b.item_id"
    " WHERE m.community_id = ? AND b.state = 'announced' AND b.question = ''"
    " AND b.announced_at >= ? AND b.announced_at < ? ORDER BY b.announced_at, b.id"
)


async def ballots_of(
    community: UUID, begins: datetime, ends: datetime, zone: ZoneInfo
) -> tuple[BallotFact, ...]:
    """Motions that were announced; a ballot that was voided is none."""
    made: list[BallotFact] = []
    for row in await store.read(_BALLOTS, community, begins, ends):
        tally = json.loads(str(row["tally"]))
        majority = tally["majority"]
        made.append(
            BallotFact(
                title=str(row["title"]),
                on=store.instant(row["announced_at"]).astimezone(zone).date(),
                part=int(majority["part"]),
                whole=int(majority["whole"]),
                required=int(majority["required"]),
                cast=int(tally["cast"]),
                is_adopted=tally["outcome"] == "adopted",
            )
        )
    return tuple(made)


_HELD = (
    "SELECT m.id, m.title, m.minutes,"
    " (SELECT MIN(e.at) FROM entry e WHERE e.stream_id = m.id AND e.name = 'meeting.convened')"
    " AS convened_at,"
    " (SELECT MAX(e.at) FROM entry e WHERE e.stream_id = m.id AND e.name = 'meeting.adjourned')"
    " AS adjourned_at"
    " FROM meeting m WHERE m.community_id = ? AND m.state = 'adjourned'"
    " AND m.starts_at >= ? AND m.starts_at < ? ORDER BY m.starts_at, m.id"
)


async def meetings_of(
    community: UUID, begins: datetime, ends: datetime, zone: ZoneInfo
) -> tuple[MeetingFact, ...]:
    """Meetings that were held, with the minutes that they took, to the full minute."""
    made: list[MeetingFact] = []
    for row in await store.read(_HELD, community, begins, ends):
        convened, adjourned = (store.instant(row[k]) for k in ("convened_at", "adjourned_at"))
        made.append(
            MeetingFact(
                title=str(row["title"]),
                on=convened.astimezone(zone).date(),
                planned=int(row["minutes"]),
                used=max(0, int((adjourned - convened).total_seconds()) // _MINUTE),
            )
        )
    return tuple(made)
