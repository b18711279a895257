"""Reading the journal back: entries in order, and whether the chain holds."""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliberation.journal.chain import Header, Sealed, first_break
from deliberation.journal.events import Event, Json, event_from
from deliberation.journal.models import Entry, Stream

PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An entry as the rest of the service reads it. `restricted` is None unless asked for."""

    seq: int
    at: datetime
    actor: UUID | None
    subject: str | None
    event: Event
    restricted: Json | None = None


async def entries(
    stream: UUID, *, since: int = 0, limit: int | None = None, with_restricted: bool = False
) -> list[Happened]:
    """The entries after `since`, in order."""
    query = Entry.filter(stream_id=stream, seq__gt=since).order_by("seq")
    rows = await (query.limit(limit) if limit is not None else query)
    return [_happened(row, with_restricted) for row in rows]


async def story(subjects: Iterable[str]) -> list[Happened]:
    """Everything told of subjects such as `matter:…`, across streams, in order of time."""
    rows = await Entry.filter(subject__in=list(subjects)).order_by("at", "seq")
    return [_happened(row, False) for row in rows]


async def position(stream: UUID) -> int:
    """The seq of the stream's last entry; 0 when there is none."""
    found = await Stream.get_or_none(id=stream)
    return int(found.seq) if found else 0


def _happened(row: Entry, with_restricted: bool) -> Happened:
    private = json.loads(row.restricted) if with_restricted and row.restricted else None
    return Happened(
        seq=row.seq,
        at=row.at,
        actor=row.actor_id,
        subject=row.subject,
        event=event_from(row.name, json.loads(row.public)),
        restricted=private,
    )


async def _sealed(stream: UUID, last: int) -> AsyncIterator[Sealed]:
    seq = 0
    while (
        rows := await Entry.filter(stream_id=stream, seq__gt=seq, seq__lte=last)
        .order_by("seq")
        .limit(PAGE)
    ):
        for row in rows:
            yield _seal_of(row)
        seq = rows[-1].seq


def _seal_of(row: Entry) -> Sealed:
    header = Header(
        stream=row.stream_id,
        seq=row.seq,
        at=row.at,
        actor=row.actor_id,
        name=row.name,
        subject=row.subject,
        public_digest=row.public_digest,
        restricted_digest=row.restricted_digest,
    )
    return Sealed(
        header=header,
        hash=row.hash,
        public=row.public,
        public_salt=row.public_salt,
        restricted=row.restricted,
        restricted_salt=row.restricted_salt,
    )


async def broken_at(stream: UUID) -> int | None:
    """The seq where the stream's chain breaks or its head is missed; None when all holds.

    The head is read first: what is appended meanwhile, by this process or another, is no break.
    """
    head = await Stream.get(id=stream)
    sealed = [entry async for entry in _sealed(stream, head.seq)]
    broken = first_break(sealed)
    if broken is not None:
        return broken
    ends_well = head.seq == len(sealed) and (not sealed or sealed[-1].hash == head.head)
    return None if ends_well else len(sealed) + 1
