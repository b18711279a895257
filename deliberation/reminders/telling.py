"""Messages are made of what is due, and muted when it is settled."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from deliberation import journal, store
from deliberation.reminders import demanding, gathering, settling
from deliberation.reminders.gathering import Now, persons_of
from deliberation.reminders.models import Message
from deliberation.reminders.occasions import Audience, Occasion

AT_ONCE = 400
"""Rows of one transaction: nobody waits long for it."""
REMEMBERED = 5_000

_log = structlog.get_logger(__name__)

SOURCES = (
    gathering.meetings,
    gathering.days,
    gathering.ballots,
    gathering.evaluations,
    gathering.tasks,
    gathering.milestones,
    demanding.answers_due,
    demanding.handovers_due,
    demanding.answered,
    demanding.support_asked,
    demanding.offered,
    demanding.released,
    demanding.escalated,
)


class Teller:
    """Remembers what it told thousands, so as not to look at them again in every round; another
    process, or the same one started again, looks once more and tells nobody twice."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    async def remind(self, at: datetime, since: datetime) -> None:
        """Mute what is settled and tell what is due. Raises what the last of the sources that
        failed raised, after the others were heard."""
        now = await Now.of(at, since)
        await settling.mute_settled(now)
        occasions, trouble = await _gathered(now)
        people: dict[Audience, set[UUID]] = {}
        for occasion in occasions:
            await self._tell(occasion, people, at)
        if trouble is not None:
            raise trouble

    async def _tell(
        self, occasion: Occasion, people: dict[Audience, set[UUID]], at: datetime
    ) -> None:
        if occasion.key in self._told:
            return
        for audience in occasion.audience:
            if audience not in people:
                people[audience] = await persons_of(audience)
        wanted = set[UUID]().union(*(people[audience] for audience in occasion.audience))
        await _write(occasion, wanted - await _told(occasion), at)
        if occasion.is_large:
            self._told = self._told if len(self._told) < REMEMBERED else set()
            self._told.add(occasion.key)


async def _gathered(now: Now) -> tuple[list[Occasion], Exception | None]:
    """All occasions; a source that fails does not silence the others."""
    found: list[Occasion] = []
    trouble: Exception | None = None
    for source in SOURCES:
        try:
            found += [occasion async for occasion in source(now)]
        except Exception as error:
            _log.error("reminder_source_failed", source=source.__name__, kind=type(error).__name__)
            trouble = error
    return found, trouble


async def _told(occasion: Occasion) -> set[UUID]:
    """Who has it already."""
    rows = await Message.filter(subject=occasion.subject, key=occasion.key).values("person_id")
    return {row["person_id"] for row in rows}


async def _write(occasion: Occasion, persons: Iterable[UUID], at: datetime) -> None:
    rows = [_message(occasion, person, at) for person in sorted(persons)]
    for first in range(0, len(rows), AT_ONCE):
        await _store(rows[first : first + AT_ONCE])


@journal.shielded
async def _store(rows: list[Message]) -> None:
    """The database keeps to one message for a person and occasion, whoever else writes."""
    async with store.transaction():
        await Message.bulk_create(rows, ignore_conflicts=True)


def _message(occasion: Occasion, person: UUID, at: datetime) -> Message:
    return Message(
        community_id=occasion.community,
        person_id=person,
        kind=occasion.kind.value,
        key=occasion.key,
        subject=occasion.subject,
        sentence=msgspec.json.encode(occasion.sentence).decode(),
        link=occasion.link,
        due_on=occasion.until,
        made_at=at,
    )
