"""Digests and confirmations by e-mail: everything unsent for a person in one letter a day.

A letter is claimed in the database, then sent, then settled. If the process dies between, the
claim stays: its messages are never mailed (they stand in the service), and never mailed twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import journal, store
from deliberation.mail import Letter, Outcome, Post, Sent
from deliberation.people.models import Community, Person
from deliberation.reminders import letters, links
from deliberation.reminders.models import Message, Preference
from deliberation.reminders.service import FAILURES_ALLOWED
from deliberation.reminders.wording import words_of

AT_ONCE = 20
"""Letters over one connection before the next are claimed."""
OLDEST = timedelta(days=8)
"""A message older than this before its letter's hour is not mailed any more."""
CONFIRM_DAYS = timedelta(days=2)
CLOCK_ASTRAY = timedelta(days=1)
PATIENCE = (timedelta(minutes=5), timedelta(hours=1))
"""First and longest pause after the mail server put a letter off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A claimed letter: what to give back if it cannot be sent now."""

    letter: Letter
    preference: UUID
    claimed_at: datetime
    before: datetime | None
    messages: frozenset[UUID] = frozenset()


class Mailer:
    """`base_url` begins the links in letters; `key` signs those that act."""

    def __init__(self, post: Post, *, base_url: str, key: bytes) -> None:
        self._post = post
        self._base = base_url
        self._key = key
        self._pause = PATIENCE[0]
        self._not_before: datetime | None = None

    async def mail(self, at: datetime, since: datetime) -> None:
        """All letters that are due. `since` says nothing here: letters know what is unsent."""
        if self._not_before is not None and at < self._not_before <= at + PATIENCE[1]:
            return
        asked = await Preference.filter(
            confirmed_at=None, asked_at__not_isnull=True, last_mailed_at=None, failures=0
        ).exclude(address="")
        claimed = [e for row in asked if (e := await self._claim_confirmation(row, at))]
        if not await self._deliver(claimed, at):
            return
        due = await _due(at)
        for first in range(0, len(due), AT_ONCE):
            made = [await self._claim(*one, at) for one in due[first : first + AT_ONCE]]
            if not await self._deliver([envelope for envelope in made if envelope], at):
                return

    @journal.shielded
    async def _deliver(self, envelopes: Sequence[Envelope], at: datetime) -> bool:
        """Whether it makes sense to go on: the server took letters, or refused them for good.

        A service that is stopped waits for the letters under way.
        """
        if not envelopes:
            return True
        sent = await self._post.send([envelope.letter for envelope in envelopes])
        for envelope, outcome in zip(envelopes, sent, strict=True):
            await _settle(envelope, outcome)
        put_off = sum(one.outcome is Outcome.LATER for one in sent)
        if put_off:
            self._not_before = at + self._pause
            self._pause = min(self._pause * 2, PATIENCE[1])
        else:
            self._not_before, self._pause = None, PATIENCE[0]
        return put_off < len(sent)

    async def _claim_confirmation(self, row: Preference, at: datetime) -> Envelope | None:
        claimed = await store.write(
            "UPDATE preference SET last_mailed_at = ?"
            " WHERE id = ? AND address = ? AND confirmed_at IS NULL AND last_mailed_at IS NULL",
            [at, row.id, row.address],
        )
        if not claimed or row.asked_at is None:
            return None
        community = await _community_of(row.person_id)
        ends = row.asked_at + CONFIRM_DAYS
        link = links.made(self._key, "confirm", row.id, row.address, ends)
        subject, text = letters.confirmation(
            community.name, f"{self._base}/reminders/confirm/{link}", row.language
        )
        letter = Letter(
            key=f"confirm:{row.id}:{row.asked_at.isoformat()}:{row.address}",
            to=row.address,
            subject=subject,
            text=text,
            written_at=at,
            sender_name=community.name,
        )
        return Envelope(letter=letter, preference=row.id, claimed_at=at, before=None)

    async def _claim(
        self, row: Preference, community: Community, hour: datetime, at: datetime
    ) -> Envelope | None:
        claimed = await _take(row, hour, at)
        today = at.astimezone(ZoneInfo(community.zone)).date()
        unwanted = row.unwanted.split(",")
        lines = [
            letters.Line(
                words=words_of(one.sentence, language=row.language, zone=community.zone),
                link=self._base + one.link,
            )
            for one in await _worth_telling(claimed)
            if one.kind not in unwanted and (one.due_on is None or one.due_on >= today)
        ]
        if not lines:
            return None
        letter = self._digest(row, community, hour, lines, at)
        return Envelope(
            letter=letter,
            preference=row.id,
            claimed_at=at,
            before=row.last_mailed_at,
            messages=frozenset(one.id for one in claimed),
        )

    def _digest(
        self,
        row: Preference,
        community: Community,
        hour: datetime,
        lines: Sequence[letters.Line],
        at: datetime,
    ) -> Letter:
        link = links.made(self._key, "stop", row.id, row.address, None)
        frame = letters.Frame(
            community=community.name,
            is_demonstration=community.is_demonstration,
            language=row.language,
            messages=f"{self._base}/me/messages",
            wishes=f"{self._base}/me/reminders",
            stop=f"{self._base}/reminders/stop/{link}",
        )
        return Letter(
            key=f"digest:{row.id}:{hour.isoformat()}",
            to=row.address,
            subject=letters.subject_of(frame, len(lines)),
            text=letters.text_of(frame, lines),
            written_at=at,
            sender_name=community.name,
            unsubscribe=frame.stop,
        )


async def _community_of(person: UUID) -> Community:
    found = await Person.get(id=person).select_related("community")
    return found.community


async def _due(at: datetime) -> list[tuple[Preference, Community, datetime]]:
    """Whose hour has come since their last letter, and for whom there is something unsent."""
    rows = (
        await Preference.filter(confirmed_at__not_isnull=True, failures__lt=FAILURES_ALLOWED)
        .exclude(rhythm="never")
        .exclude(address="")
        .select_related("person__community")
    )
    waiting = []
    for row in rows:
        community = row.person.community
        hour = letters.last_hour(at, ZoneInfo(community.zone), row.rhythm)
        last = row.last_mailed_at
        if last is None or last < hour or last > at + CLOCK_ASTRAY:
            waiting.append((row, community, hour))
    unsent = await store.read(
        "SELECT person_id AS id, MIN(made_at) AS first FROM message WHERE person_id AMONG ?"
        " AND made_at >= ? AND mailed_at IS NULL AND muted_at IS NULL GROUP BY person_id",
        store.listed(row.person_id for row, _community, _hour in waiting),
        at - 2 * OLDEST,
    )
    first = {store.identity(found["id"]): store.instant(found["first"]) for found in unsent}
    return [one for one in waiting if first.get(one[0].person_id, at) < one[2]]


@journal.shielded
async def _take(row: Preference, hour: datetime, at: datetime) -> list[Message]:
    """Claim what was unsent at the hour, and the hour itself; nothing if another was first."""
    async with store.transaction():
        is_ours = await store.write(
            "UPDATE preference SET last_mailed_at = ? WHERE id = ? AND address = ?"
            " AND confirmed_at IS NOT NULL AND rhythm = ?"
            " AND (last_mailed_at IS NULL OR last_mailed_at < ? OR last_mailed_at > ?)",
            [at, row.id, row.address, row.rhythm, hour, at + CLOCK_ASTRAY],
        )
        if not is_ours:
            return []
        rows = await store.read(
            "UPDATE message SET mailed_at = ? WHERE person_id = ? AND mailed_at IS NULL"
            " AND muted_at IS NULL AND made_at >= ? AND made_at < ? RETURNING id",
            at,
            row.person_id,
            hour - OLDEST,
            hour,
        )
        claimed = Message.filter(id__in=list(store.identities(rows)))
        return await claimed.order_by("due_on", "made_at", "key")


async def _worth_telling(claimed: Sequence[Message]) -> list[Message]:
    """Without ballots in which the person has voted since. It is asked when the letter is written
    and not noted: their messages are claimed like the others."""
    ballots = [one.id for one in claimed if one.kind == "ballot"]
    if not ballots:
        return list(claimed)
    rows = await store.read(_VOTED, store.listed(ballots))
    voted = store.identities(rows)
    return [one for one in claimed if one.id not in voted]


_VOTED = (
    "SELECT m.id FROM message m JOIN person p ON p.id = m.person_id"
    " JOIN ballot b ON m.subject = 'ballot:' || CAST(b.id AS TEXT)"
    " JOIN elector e ON e.electorate_id = b.electorate_id"
    " AND (e.person_id = p.id OR (e.person_id IS NULL AND e.voter_id = p.household_id))"
    " WHERE m.id AMONG ? AND (EXISTS (SELECT 1 FROM vote v WHERE v.ballot_id = b.id"
    " AND v.voter_id = e.voter_id) OR EXISTS (SELECT 1 FROM mark k"
    " WHERE k.ballot_id = b.id AND k.voter_id = e.voter_id))"
)


@journal.shielded
async def _settle(envelope: Envelope, sent: Sent) -> None:
    """Sent: done. Refused for good: counted against the address, and not sent again. Put off: all
    is unsent again, and the next try is the same letter."""
    match sent.outcome:
        case Outcome.SENT:
            await Preference.filter(id=envelope.preference).update(failures=0)
        case Outcome.REFUSED:
            await store.write(
                "UPDATE preference SET failures = failures + 1 WHERE id = ?",
                [envelope.preference],
            )
        case Outcome.LATER:
            await _give_back(envelope)


async def _give_back(envelope: Envelope) -> None:
    async with store.transaction():
        await store.write(
            "UPDATE preference SET last_mailed_at = ? WHERE id = ? AND last_mailed_at = ?",
            [envelope.before, envelope.preference, envelope.claimed_at],
        )
        if envelope.messages:
            await store.write(
                "UPDATE message SET mailed_at = NULL WHERE id AMONG ? AND mailed_at = ?",
                [store.listed(envelope.messages), envelope.claimed_at],
            )
