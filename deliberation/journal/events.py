"""Everything that can happen, in one place: the glossary of the journal.

An event is the public body of an entry. Persons appear as opaque ids; private text travels in
the entry's restricted body, never here. Names on the wire are in `EVENTS`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

import msgspec

Json = dict[str, Any]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all events."""

    NAME: ClassVar[str] = ""


# ---------------------------------------------------------------- community stream


class CommunityEstablished(Event, frozen=True, kw_only=True):
    """The community was set up."""

    NAME = "community.established"
    name: str
    is_demonstration: bool


class DayRuleChanged(Event, frozen=True, kw_only=True):
    """The rule of the deliberation day was set (a date each month or an nth weekday)."""

    NAME = "day.rule_changed"
    rule: Json


class RuleSetAdopted(Event, frozen=True, kw_only=True):
    """A rule set by which residents vote was adopted, or a new version of one."""

    NAME = "rules.adopted"
    key: str
    rule: Json


class DayPlanned(Event, frozen=True, kw_only=True):
    """A deliberation day was put into the calendar."""

    NAME = "day.planned"
    day: UUID
    on: date


class DayMoved(Event, frozen=True, kw_only=True):
    """A deliberation day was moved, with a public reason."""

    NAME = "day.moved"
    day: UUID
    moved_from: date
    moved_to: date
    reason: str


class DayCancelled(Event, frozen=True, kw_only=True):
    """A deliberation day will not be held, with a public reason."""

    NAME = "day.cancelled"
    day: UUID
    on: date
    reason: str


class PeopleImported(Event, frozen=True, kw_only=True):
    """Households and residents were taken over from a file."""

    NAME = "people.imported"
    intake: UUID
    added: int
    changed: int
    unchanged: int


class OwnershipChanged(Event, frozen=True, kw_only=True):
    """Owners of a unit were added or removed, or another of them casts its vote.

    Who, and of which unit, stands in the restricted body.
    """

    NAME = "ownership.changed"
    added: int = 0
    removed: int = 0
    chosen: int = 0


class RoleGranted(Event, frozen=True, kw_only=True):
    """A person was given a role."""

    NAME = "role.granted"
    person: UUID
    role: str


class RoleWithdrawn(Event, frozen=True, kw_only=True):
    """A person lost a role."""

    NAME = "role.withdrawn"
    person: UUID
    role: str


class PasswordReset(Event, frozen=True, kw_only=True):
    """A person's password was replaced by an administrator; their devices were signed out."""

    NAME = "password.reset"
    person: UUID


class CardIssued(Event, frozen=True, kw_only=True):
    """A person got a card; an older one of theirs stopped working."""

    NAME = "card.issued"
    person: UUID


class DemandsImported(Event, frozen=True, kw_only=True):
    """A demand list was taken over from a file."""

    NAME = "demands.imported"
    intake: UUID
    added: int
    changed: int
    unchanged: int


class DemandRaised(Event, frozen=True, kw_only=True):
    """Somebody brought a demand."""

    NAME = "demand.raised"
    demand: UUID
    number: str
    title: str
    domain: str


class DemandsSupported(Event, frozen=True, kw_only=True):
    """Households supported demands since the last such entry: demand id → how many more."""

    NAME = "demands.supported"
    more: dict[str, int]


class DemandMerged(Event, frozen=True, kw_only=True):
    """A demand was retired in favour of another."""

    NAME = "demand.merged"
    demand: UUID
    into: UUID


class MatterOpened(Event, frozen=True, kw_only=True):
    """Demands were taken up for deliberation."""

    NAME = "matter.opened"
    matter: UUID
    number: str
    title: str
    step: str
    demands: tuple[UUID, ...]


class MatterStepped(Event, frozen=True, kw_only=True):
    """A matter went from one step to another by an explicit act."""

    NAME = "matter.stepped"
    matter: UUID
    left: str
    entered: str
    act: str


class MatterAssigned(Event, frozen=True, kw_only=True):
    """An organisation was named to carry a decision out, by a date."""

    NAME = "matter.assigned"
    matter: UUID
    organisation: UUID
    due_on: date


class MatterProgressed(Event, frozen=True, kw_only=True):
    """Progress was reported; `done` when the work is said to be finished."""

    NAME = "matter.progressed"
    matter: UUID
    note: str
    done: bool


class MatterRated(Event, frozen=True, kw_only=True):
    """Households rated what was done since the last such entry: rating → how many more."""

    NAME = "matter.rated"
    matter: UUID
    more: dict[str, int]


# ---------------------------------------------------------------- meeting stream


class MeetingPlanned(Event, frozen=True, kw_only=True):
    """A meeting was called for a day."""

    NAME = "meeting.planned"
    meeting: UUID
    title: str
    starts_at: datetime
    minutes: int
    venue: str


class AgendaProposed(Event, frozen=True, kw_only=True):
    """An agenda was drawn from the demand list by the published rule."""

    NAME = "agenda.proposed"
    rule: Json
    ranking: tuple[Json, ...]


class AgendaItemAdded(Event, frozen=True, kw_only=True):
    """An item was put on the agenda; against the ranking only with a reason."""

    NAME = "agenda.item_added"
    item: UUID
    title: str
    step: str
    minutes: int
    matter: UUID | None = None
    reason: str | None = None


class AgendaItemChanged(Event, frozen=True, kw_only=True):
    """Minutes, reporter, title or wording of an item were changed before the notice."""

    NAME = "agenda.item_changed"
    item: UUID
    changes: Json


class AgendaItemMoved(Event, frozen=True, kw_only=True):
    """An item was given another place in the order."""

    NAME = "agenda.item_moved"
    item: UUID
    position: int
    reason: str | None = None


class AgendaItemRemoved(Event, frozen=True, kw_only=True):
    """An item was taken off the agenda; against the ranking only with a reason."""

    NAME = "agenda.item_removed"
    item: UUID
    reason: str | None = None


class NoticedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item as the notice froze it."""

    item: UUID
    position: int
    title: str
    step: str
    minutes: int
    reporter: str
    matter: UUID | None = None
    wording: str | None = None
    rule: Json | None = None
    """The rule set it is voted by; None: the meeting's own."""
    question: Json | None = None
    """What is asked where it is no motion."""
    window_days: int = 0
    """How many days its ballot stands open; 0: in the meeting only."""


class MeetingNoticed(Event, frozen=True, kw_only=True):
    """The notice was published: from here the agenda, the wordings and the roll are frozen."""

    NAME = "meeting.noticed"
    meeting: UUID
    title: str
    starts_at: datetime
    minutes: int
    venue: str
    rule: Json
    roll: int
    present_required: int
    items: tuple[NoticedItem, ...]
    notice_digest: str


class MeetingConvened(Event, frozen=True, kw_only=True):
    """The chair opened the meeting."""

    NAME = "meeting.convened"
    chair: UUID
    recorder: UUID | None = None


class AttendanceRecorded(Event, frozen=True, kw_only=True):
    """Households signed in since the last such entry; who they are is restricted."""

    NAME = "attendance.recorded"
    more: int
    present: int
    hall: int
    remote: int


class QuorumLost(Event, frozen=True, kw_only=True):
    """Households left, and fewer are present than the rule asks for."""

    NAME = "quorum.lost"
    present: int
    required: int


class QuorumRegained(Event, frozen=True, kw_only=True):
    """Enough are present again."""

    NAME = "quorum.regained"
    present: int
    required: int


class ProxyGiven(Event, frozen=True, kw_only=True):
    """A voter had another person vote; who they are, and how they are to vote, is restricted."""

    NAME = "proxy.given"
    proxy: UUID
    item: UUID | None = None


class ProxyRevoked(Event, frozen=True, kw_only=True):
    """A mandate was taken back before the holder had voted."""

    NAME = "proxy.revoked"
    proxy: UUID


class ItemOpened(Event, frozen=True, kw_only=True):
    """An item of the agenda was called."""

    NAME = "item.opened"
    item: UUID


class ItemClosed(Event, frozen=True, kw_only=True):
    """An item was finished; `outcome` says in one sentence what came of it."""

    NAME = "item.closed"
    item: UUID
    outcome: str


class SpeechAsked(Event, frozen=True, kw_only=True):
    """Somebody asked for the floor."""

    NAME = "speech.asked"
    speech: UUID
    item: UUID
    person: UUID
    side: str
    channel: str
    is_first: bool


class SpeechWithdrawn(Event, frozen=True, kw_only=True):
    """A request for the floor was taken back."""

    NAME = "speech.withdrawn"
    speech: UUID


class SpeechRecognised(Event, frozen=True, kw_only=True):
    """The chair gave the floor, for so many seconds."""

    NAME = "speech.recognised"
    speech: UUID
    seconds: int


class SpeechFinished(Event, frozen=True, kw_only=True):
    """A speech ended. What was said is in the restricted body, if the recorder noted it."""

    NAME = "speech.finished"
    speech: UUID
    seconds: int


class MotionRead(Event, frozen=True, kw_only=True):
    """The exact wording was read out; it does not change any more."""

    NAME = "motion.read"
    item: UUID
    wording: str


class BallotOpened(Event, frozen=True, kw_only=True):
    """A ballot was opened: rule in full, electorate frozen under a salted digest."""

    NAME = "ballot.opened"
    ballot: UUID
    item: UUID
    wording: str
    rule: Json
    entitled: int
    electorate_digest: str
    deadline_at: datetime | None = None
    question: Json | None = None
    """What is asked where it is no motion."""
    entitled_area: int = 0
    """In 0.01 m²."""
    closes_at: datetime | None = None
    """The end of a window of days."""


class ElectorateChanged(Event, frozen=True, kw_only=True):
    """A voter was added to an open ballot's electorate or struck from it, with a public reason; who
    it is, is restricted."""

    NAME = "electorate.changed"
    ballot: UUID
    added: int
    struck: int
    entitled: int
    entitled_area: int
    electorate_digest: str
    reason: str


class BallotExtended(Event, frozen=True, kw_only=True):
    """An open ballot was given more time: the reminder of one in the meeting, or the window of one
    that stands open for days, with a public reason."""

    NAME = "ballot.extended"
    ballot: UUID
    deadline_at: datetime | None = None
    closes_at: datetime | None = None
    reason: str = ""


class PapersIssued(Event, frozen=True, kw_only=True):
    """Paper ballots were handed out; to whom is restricted."""

    NAME = "papers.issued"
    ballot: UUID
    more: int


class BatchEntered(Event, frozen=True, kw_only=True):
    """Votes from paper, the telephone or a show of hands were entered by a first person."""

    NAME = "batch.entered"
    ballot: UUID
    batch: UUID
    number: int
    channel: str
    votes: int


class BatchCounted(Event, frozen=True, kw_only=True):
    """A second person entered the same votes, so they count; `refused` had voted already."""

    NAME = "batch.counted"
    ballot: UUID
    batch: UUID
    number: int
    channel: str
    counted: int
    refused: int
    spoilt: int


class BatchWithdrawn(Event, frozen=True, kw_only=True):
    """Votes that were entered are not counted, with a public reason."""

    NAME = "batch.withdrawn"
    ballot: UUID
    batch: UUID
    number: int
    reason: str


class BallotClosed(Event, frozen=True, kw_only=True):
    """A ballot was closed; how many voted, by channel too, not how."""

    NAME = "ballot.closed"
    ballot: UUID
    turnout: int
    by_channel: dict[str, int] = {}
    present: int | None = None
    """Voters who were there at the close, themselves or through who holds their mandate."""
    objections_until: datetime | None = None
    """Until then objections may be raised before anybody knows the count."""


class BallotSigned(Event, frozen=True, kw_only=True):
    """A supervisor signed the reconciliation, which has this digest."""

    NAME = "ballot.signed"
    ballot: UUID
    person: UUID
    digest: str
    note: str = ""


class TieBroken(Event, frozen=True, kw_only=True):
    """For and against were equal, and who presided gave the deciding vote the rule allows, or
    none."""

    NAME = "tie.broken"
    ballot: UUID
    choice: str


class LotDrawn(Event, frozen=True, kw_only=True):
    """Digits for a lot were drawn in the hall, entered by two people alike."""

    NAME = "lot.drawn"
    ballot: UUID
    digits: str
    entered_by: UUID
    confirmed_by: UUID


class BallotAnnounced(Event, frozen=True, kw_only=True):
    """The result was announced, as a worked sum, with the root of the published list."""

    NAME = "ballot.announced"
    ballot: UUID
    tally: Json
    votes_root: str
    provisional_until: datetime | None = None
    """Until then objections may be raised; None: the result is final."""


class ObjectionRaised(Event, frozen=True, kw_only=True):
    """Somebody objected to a provisional result; who and why is restricted."""

    NAME = "objection.raised"
    ballot: UUID
    objection: UUID


class ObjectionAnswered(Event, frozen=True, kw_only=True):
    """An objection was answered, in public."""

    NAME = "objection.answered"
    ballot: UUID
    objection: UUID
    answer: str


class BallotCertified(Event, frozen=True, kw_only=True):
    """A provisional result became final."""

    NAME = "ballot.certified"
    ballot: UUID


class BallotVoided(Event, frozen=True, kw_only=True):
    """A ballot was declared void, with a public reason; its votes do not count."""

    NAME = "ballot.voided"
    ballot: UUID
    reason: str


class ResolutionRecorded(Event, frozen=True, kw_only=True):
    """What was decided."""

    NAME = "resolution.recorded"
    resolution: UUID
    item: UUID
    ballot: UUID
    wording: str
    outcome: str
    matter: UUID | None = None


class MeetingAdjourned(Event, frozen=True, kw_only=True):
    """The chair closed the meeting."""

    NAME = "meeting.adjourned"
    present: int


class MeetingCancelled(Event, frozen=True, kw_only=True):
    """The meeting will not take place, with a public reason."""

    NAME = "meeting.cancelled"
    reason: str


class MinutesDrafted(Event, frozen=True, kw_only=True):
    """Minutes were drafted from the journal up to an entry."""

    NAME = "minutes.drafted"
    minutes: UUID
    version: int
    upto: int


class MinutesEdited(Event, frozen=True, kw_only=True):
    """The summaries of items were rewritten in a draft; the facts cannot be."""

    NAME = "minutes.edited"
    minutes: UUID
    items: tuple[UUID, ...]


class MinutesApproved(Event, frozen=True, kw_only=True):
    """A version of the minutes was approved; its text does not change any more."""

    NAME = "minutes.approved"
    minutes: UUID
    version: int
    digest: str


class MinutesPublished(Event, frozen=True, kw_only=True):
    """Approved minutes were published."""

    NAME = "minutes.published"
    minutes: UUID
    version: int


def _kinds(base: type[Event]) -> list[type[Event]]:
    return [kind for kind in base.__subclasses__() if kind.NAME]


EVENTS: Mapping[str, type[Event]] = MappingProxyType({kind.NAME: kind for kind in _kinds(Event)})


def body_of(event: Event) -> Json:
    """The event as JSON values: ids and instants become strings."""
    made: Json = msgspec.to_builtins(event)
    return made


def event_from(name: str, body: Json) -> Event:
    """The event of an entry read back."""
    return msgspec.convert(body, EVENTS[name])
