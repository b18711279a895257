"""What is due, and for whom: facts in, occasions out. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from deliberation.i18n.sentences import Sentence, say
from deliberation.reminders.occasions import WORDS, Audience, Kind, Occasion, Whom

AHEAD = timedelta(days=3)
LATE = timedelta(days=30)
"""What has been overdue for longer is not told anew."""
LAST_DAY = timedelta(days=1)
KEPT = timedelta(days=14)
"""So long news without a day of its own is worth a letter."""

Phase = Literal["soon", "today", "overdue"]


def phase(due_on: date, today: date) -> Phase | None:
    """None when there is nothing to say."""
    if today < due_on <= today + AHEAD:
        return "soon"
    if due_on == today:
        return "today"
    return "overdue" if today - LATE <= due_on < today else None


def phase_ends(due_on: date, now: Phase) -> date:
    """The last day on which it is worth telling."""
    match now:
        case "soon":
            return due_on - timedelta(days=1)
        case "today":
            return due_on
        case "overdue":
            return due_on + LATE


def _say(name: str, **facts: str) -> Sentence:
    return say(WORDS[name], **facts)


def stamp_of(at: datetime) -> str:
    """An instant in a key: to the minute, in UTC."""
    return at.strftime("%Y%m%dT%H%M")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayToNotice:
    """A planned day of which no meeting is noticed; `until` is when the notice is due."""

    id: UUID
    community: UUID
    held_on: date
    until: date


def of_day(day: DayToNotice, today: date) -> Iterator[Occasion]:
    if not day.until - AHEAD <= today <= day.until:
        return
    yield Occasion(
        kind=Kind.DUTY,
        community=day.community,
        subject=f"day:{day.id}",
        what="notice",
        stamp=day.held_on.isoformat(),
        sentence=_say("notice", day=day.held_on.isoformat(), until=day.until.isoformat()),
        link="/days",
        audience=(Audience(Whom.FACILITATORS, day.community),),
        until=day.until,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingToCome:
    """Noticed or cancelled since; `reason` is the public one of a move or of cancelling."""

    id: UUID
    community: UUID
    title: str
    starts_at: datetime
    starts_on: date
    venue: str
    is_cancelled: bool
    reason: str


def of_meeting(meeting: MeetingToCome, at: datetime) -> Iterator[Occasion]:
    if meeting.starts_at <= at:
        return
    told = "cancelled" if meeting.is_cancelled else "moved" if meeting.reason else "meeting"
    yield Occasion(
        kind=Kind.MEETING,
        community=meeting.community,
        subject=f"meeting:{meeting.id}",
        what="cancelled" if meeting.is_cancelled else "noticed",
        stamp=stamp_of(meeting.starts_at),
        sentence=_say(
            told,
            title=meeting.title,
            moment=meeting.starts_at.isoformat(),
            venue=meeting.venue,
            reason=meeting.reason,
        ),
        link=f"/meetings/{meeting.id}",
        audience=(Audience(Whom.ROLL, meeting.id),),
        until=meeting.starts_on,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingBallot:
    """Takes votes for days."""

    id: UUID
    meeting: UUID
    community: UUID
    title: str
    closes_at: datetime
    closes_on: date


def of_ballot(ballot: StandingBallot, at: datetime) -> Iterator[Occasion]:
    """That it is open, and once more on its last day. Nothing says who has voted."""
    left = ballot.closes_at - at
    if left <= timedelta():
        return
    what = "last" if left <= LAST_DAY else "open"
    yield Occasion(
        kind=Kind.BALLOT,
        community=ballot.community,
        subject=f"ballot:{ballot.id}",
        what=what,
        stamp=stamp_of(ballot.closes_at),
        sentence=_say(
            "ballot_last" if what == "last" else "ballot",
            title=ballot.title,
            moment=ballot.closes_at.isoformat(),
        ),
        link=f"/meetings/{ballot.meeting}/ballots/{ballot.id}/vote",
        audience=(Audience(Whom.ELECTORS, ballot.id),),
        until=ballot.closes_on,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionalResult:
    """A result against which objections may be raised until an instant."""

    ballot: UUID
    meeting: UUID
    community: UUID
    title: str
    until: datetime
    until_on: date


def of_result(result: ProvisionalResult, at: datetime) -> Iterator[Occasion]:
    if not -KEPT <= result.until - at <= LAST_DAY:
        return
    yield Occasion(
        kind=Kind.DUTY,
        community=result.community,
        subject=f"objections:{result.ballot}",
        what="ending",
        stamp=stamp_of(result.until),
        sentence=_say("objections", title=result.title, moment=result.until.isoformat()),
        link=f"/meetings/{result.meeting}/ballots/{result.ballot}",
        audience=(Audience(Whom.FACILITATORS, result.community),),
        until=result.until_on + KEPT,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEvaluation:
    id: UUID
    matter: UUID
    community: UUID
    title: str
    closes_on: date


def of_evaluation(asked: OpenEvaluation, today: date) -> Iterator[Occasion]:
    """The invitation, and once more three days before it closes."""
    if today > asked.closes_on:
        return
    is_last = asked.closes_on - AHEAD <= today
    yield Occasion(
        kind=Kind.EVALUATION,
        community=asked.community,
        subject=f"evaluation:{asked.id}",
        what="last" if is_last else "asked",
        stamp=asked.closes_on.isoformat(),
        sentence=_say(
            "evaluation_last" if is_last else "evaluation",
            title=asked.title,
            until=asked.closes_on.isoformat(),
        ),
        link=f"/me/ratings#matter-{asked.matter}",
        audience=(Audience(Whom.ASKED, asked.id),),
        until=asked.closes_on,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A day on which something of a thing is due; `words` begins the names of its sentences."""

    kind: Kind
    words: str
    community: UUID
    subject: str
    title: str
    due_on: date
    link: str
    audience: tuple[Audience, ...]
    when_overdue: tuple[Audience, ...] = ()
    part: str = ""
    organisation: str = ""


def of_deadline(deadline: Deadline, today: date) -> Iterator[Occasion]:
    """Three days before, on the day, and once when it is overdue: to some more people then."""
    now = phase(deadline.due_on, today)
    if now is None:
        return
    yield Occasion(
        kind=deadline.kind,
        community=deadline.community,
        subject=deadline.subject,
        what=now,
        stamp=deadline.due_on.isoformat(),
        sentence=_say(
            f"{deadline.words}_{now}",
            title=deadline.title,
            until=deadline.due_on.isoformat(),
            part=deadline.part,
            organisation=deadline.organisation,
        ),
        link=deadline.link,
        audience=deadline.audience + (deadline.when_overdue if now == "overdue" else ()),
        until=phase_ends(deadline.due_on, now),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that has happened; it is told within two weeks, or as long as it is open where
    `is_lasting` says that it waits for nobody."""

    kind: Kind
    words: str
    community: UUID
    subject: str
    happened_at: datetime
    happened_on: date
    link: str
    audience: tuple[Audience, ...]
    facts: dict[str, str]
    is_lasting: bool = False
    stamp: str = ""


def of_news(news: News, today: date) -> Iterator[Occasion]:
    if news.happened_on + KEPT < today:
        return
    yield Occasion(
        kind=news.kind,
        community=news.community,
        subject=news.subject,
        what=news.words,
        stamp=news.stamp or stamp_of(news.happened_at),
        sentence=_say(news.words, **news.facts),
        link=news.link,
        audience=news.audience,
        until=None if news.is_lasting else news.happened_on + KEPT,
    )
