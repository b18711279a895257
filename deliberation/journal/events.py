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
    """The community was set up, or a subdistrict or city: below its `parent`, or `above` one."""

    NAME = "community.established"
    name: str
    is_demonstration: bool
    level: str = "community"
    parent: UUID | None = None
    above: UUID | None = None


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
    """Somebody brought a demand. Its title stands in the restricted body: until somebody has
    looked at it, it may be a dispute between people. (Earlier entries have it here.)"""

    NAME = "demand.raised"
    demand: UUID
    number: str
    title: str = ""
    domain: str
    channel: str = ""
    urgency: str = ""


class DemandsSupported(Event, frozen=True, kw_only=True):
    """Households supported demands since the last such entry: demand id → how many more."""

    NAME = "demands.supported"
    more: dict[str, int]


class DemandMerged(Event, frozen=True, kw_only=True):
    """A demand was retired in favour of another."""

    NAME = "demand.merged"
    demand: UUID
    into: UUID
    asked: int = 0
    """Households that are asked whether they stand behind the other one too."""
    reason: str = ""


class SupportersAnswered(Event, frozen=True, kw_only=True):
    """A household that was asked again said whether it stands behind a demand; which is not
    told."""

    NAME = "demand.supporters_answered"
    demand: UUID
    answer: str


class DemandChanged(Event, frozen=True, kw_only=True):
    """Staff put a demand's words, domain, place or urgency right; the words themselves stand in
    the restricted body."""

    NAME = "demand.changed"
    demand: UUID
    changes: Json


class DemandTriaged(Event, frozen=True, kw_only=True):
    """It was settled where a demand goes, why, and by when it is answered."""

    NAME = "demand.triaged"
    demand: UUID
    route: str
    reason: str
    due_on: date | None = None


class DemandAnswered(Event, frozen=True, kw_only=True):
    """Those who brought a demand have their answer; with `settled` nothing is left to do."""

    NAME = "demand.answered"
    demand: UUID
    words: str
    settled: bool


class DemandHandedOver(Event, frozen=True, kw_only=True):
    """A demand was given to somebody by name: to report by a date, to mediate, to decide."""

    NAME = "demand.handed_over"
    demand: UUID
    handover: UUID
    kind: str
    to: str
    due_on: date


class HandoverAccepted(Event, frozen=True, kw_only=True):
    """Whoever asked was told that their petition is accepted, and until when it is closed."""

    NAME = "handover.accepted"
    demand: UUID
    handover: UUID
    due_on: date


class HandoverReturned(Event, frozen=True, kw_only=True):
    """What was handed over came back; the words of a dispute stay restricted."""

    NAME = "handover.returned"
    demand: UUID
    handover: UUID
    outcome: str
    words: str


class DemandDisputed(Event, frozen=True, kw_only=True):
    """Whoever raised a demand says that direct service has not settled it."""

    NAME = "demand.disputed"
    demand: UUID
    handover: UUID
    reason: str


class DemandOffered(Event, frozen=True, kw_only=True):
    """A demand was offered to all organisations."""

    NAME = "demand.offered"
    demand: UUID
    offered_on: date


class ClaimMade(Event, frozen=True, kw_only=True):
    """An organisation took a demand on, promising a day."""

    NAME = "claim.made"
    claim: UUID
    demand: UUID
    matter: UUID
    organisation: UUID
    promised_on: date
    meeting: UUID | None = None


class ClaimRefused(Event, frozen=True, kw_only=True):
    """An organisation said why it does not take a demand on."""

    NAME = "claim.refused"
    claim: UUID
    demand: UUID
    organisation: UUID
    reason: str


class ClaimReleased(Event, frozen=True, kw_only=True):
    """An organisation gave a demand back, or left; why is public."""

    NAME = "claim.released"
    claim: UUID
    demand: UUID
    organisation: UUID
    reason: str


class EscalationRaised(Event, frozen=True, kw_only=True):
    """A demand that nobody took, or a matter that is overdue or was not done well, was put on the
    list of the joint meeting of the level above."""

    NAME = "escalation.raised"
    escalation: UUID
    cause: str
    reason: str
    upper: UUID
    demand: UUID | None = None
    matter: UUID | None = None


class EscalationAssigned(Event, frozen=True, kw_only=True):
    """The joint meeting gave a duty to a department, by a date (交办)."""

    NAME = "escalation.assigned"
    escalation: UUID
    organisation: UUID
    duty: str
    due_on: date


class EscalationUnassigned(Event, frozen=True, kw_only=True):
    """Who was given a duty does not have it any more: it is on the list again."""

    NAME = "escalation.unassigned"
    escalation: UUID
    reason: str


class EscalationReviewed(Event, frozen=True, kw_only=True):
    """A periodic review said how an assignment stands (调度)."""

    NAME = "escalation.reviewed"
    escalation: UUID
    state: str
    words: str


class EscalationEnded(Event, frozen=True, kw_only=True):
    """What was escalated is done, or went back to where it came from."""

    NAME = "escalation.ended"
    escalation: UUID
    outcome: str
    words: str


class PhotoAdded(Event, frozen=True, kw_only=True):
    """A photo was added to what it shows."""

    NAME = "photo.added"
    photo: UUID
    of: str
    phase: str
    digest: str


class PhotoShown(Event, frozen=True, kw_only=True):
    """Staff looked at a photo and showed it in public."""

    NAME = "photo.shown"
    photo: UUID


class PhotoHidden(Event, frozen=True, kw_only=True):
    """A photo is not shown in public any more."""

    NAME = "photo.hidden"
    photo: UUID
    reason: str


class OrganisationJoined(Event, frozen=True, kw_only=True):
    """An organisation joined those who carry things out."""

    NAME = "organisation.joined"
    organisation: UUID
    name: str
    kind: str


class OrganisationChanged(Event, frozen=True, kw_only=True):
    """What is known of an organisation changed."""

    NAME = "organisation.changed"
    organisation: UUID
    changes: Json


class OrganisationLeft(Event, frozen=True, kw_only=True):
    """An organisation left; what it had promised was given back."""

    NAME = "organisation.left"
    organisation: UUID
    reason: str


class LiaisonNamed(Event, frozen=True, kw_only=True):
    """A person speaks for an organisation."""

    NAME = "liaison.named"
    person: UUID
    organisation: UUID


class BodyFormed(Event, frozen=True, kw_only=True):
    """A body that convenes was formed."""

    NAME = "body.formed"
    body: UUID
    name: str
    kind: str


class BodyMemberSeated(Event, frozen=True, kw_only=True):
    """A person took a seat in a body for a term."""

    NAME = "body.member_seated"
    body: UUID
    person: UUID
    office: str
    begins_on: date
    ends_on: date | None = None


class BodyMemberLeft(Event, frozen=True, kw_only=True):
    """A person left their seat before the end of the term."""

    NAME = "body.member_left"
    body: UUID
    person: UUID


class BodyDissolved(Event, frozen=True, kw_only=True):
    """A body convenes no more."""

    NAME = "body.dissolved"
    body: UUID


class VenueOpened(Event, frozen=True, kw_only=True):
    """A place for meetings was entered."""

    NAME = "venue.opened"
    venue: UUID
    name: str
    kind: str
    capacity: int


class VenueChanged(Event, frozen=True, kw_only=True):
    """What is known of a venue changed."""

    NAME = "venue.changed"
    venue: UUID
    changes: Json


class VenueClosed(Event, frozen=True, kw_only=True):
    """A place is not for meetings any more."""

    NAME = "venue.closed"
    venue: UUID


class AgreementMade(Event, frozen=True, kw_only=True):
    """A partner and the community agreed what they give each other, and until when."""

    NAME = "agreement.made"
    agreement: UUID
    organisation: UUID
    community_gives: str
    organisation_gives: str
    begins_on: date
    ends_on: date


class AgreementEnded(Event, frozen=True, kw_only=True):
    """An agreement was ended before its time."""

    NAME = "agreement.ended"
    agreement: UUID
    reason: str


class HelpNoted(Event, frozen=True, kw_only=True):
    """Staff noted that somebody helped; who is restricted."""

    NAME = "help.noted"
    participation: UUID
    happened_on: date


class HelpWithdrawn(Event, frozen=True, kw_only=True):
    """Staff took back that somebody helped: it had been noted by mistake."""

    NAME = "help.withdrawn"
    participation: UUID


class SuggestionNoted(Event, frozen=True, kw_only=True):
    """A suggestion made in a talk was noted."""

    NAME = "suggestion.noted"
    suggestion: UUID
    number: str
    words: str
    meeting: UUID | None = None


class SuggestionListed(Event, frozen=True, kw_only=True):
    """What was suggested was put on the demand list."""

    NAME = "suggestion.listed"
    suggestion: UUID
    demand: UUID


class MeasureTaken(Event, frozen=True, kw_only=True):
    """Suggestions became a measure."""

    NAME = "measure.taken"
    measure: UUID
    number: str
    title: str
    suggestions: tuple[UUID, ...]
    matter: UUID | None = None


class MeasureDone(Event, frozen=True, kw_only=True):
    """A measure was carried out."""

    NAME = "measure.done"
    measure: UUID


class ProblemSolved(Event, frozen=True, kw_only=True):
    """A measure solved a problem: a demand, or what the words say."""

    NAME = "problem.solved"
    measure: UUID
    solution: UUID
    words: str
    demand: UUID | None = None


class WorkflowAdopted(Event, frozen=True, kw_only=True):
    """The way of a matter through the five steps was changed; matters under way keep theirs."""

    NAME = "workflow.adopted"
    version: int
    workflow: Json


class SettingAdopted(Event, frozen=True, kw_only=True):
    """The community's data of a kind were changed: domains, days until an answer."""

    NAME = "setting.adopted"
    key: str
    version: int
    data: Json


class KeyIssued(Event, frozen=True, kw_only=True):
    """Another program was given a key."""

    NAME = "key.issued"
    key: UUID
    name: str
    purpose: str


class KeyRevoked(Event, frozen=True, kw_only=True):
    """A key stopped working."""

    NAME = "key.revoked"
    key: UUID


class FiguresTaken(Event, frozen=True, kw_only=True):
    """Figures of an earlier period were taken over as quoted."""

    NAME = "figures.taken"
    period: str
    source: str


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
    left_stage: str = ""
    entered_stage: str = ""
    reason: str = ""


class MatterDemandAdded(Event, frozen=True, kw_only=True):
    """A matter takes up one more demand."""

    NAME = "matter.demand_added"
    matter: UUID
    demand: UUID


class MatterCarriedOver(Event, frozen=True, kw_only=True):
    """A meeting did not reach the matter: it goes to the next, `times` so far."""

    NAME = "matter.carried_over"
    matter: UUID
    meeting: UUID
    times: int


class TaskSet(Event, frozen=True, kw_only=True):
    """An organisation has a piece of the work, by a date."""

    NAME = "task.set"
    task: UUID
    matter: UUID
    organisation: UUID
    title: str
    origin: str
    due_on: date


class PlannedMilestone(msgspec.Struct, frozen=True, kw_only=True):
    """A stage of a task as it was planned."""

    milestone: UUID
    title: str
    due_on: date


class MilestonesPlanned(Event, frozen=True, kw_only=True):
    """A task was scheduled backwards from its day."""

    NAME = "task.milestones_planned"
    task: UUID
    matter: UUID
    milestones: tuple[PlannedMilestone, ...]


class MilestoneReached(Event, frozen=True, kw_only=True):
    """A stage of a task is finished."""

    NAME = "task.milestone_reached"
    task: UUID
    matter: UUID
    milestone: UUID


class TaskPostponed(Event, frozen=True, kw_only=True):
    """A task's day was moved, with a public reason."""

    NAME = "task.postponed"
    task: UUID
    matter: UUID
    moved_from: date
    moved_to: date
    reason: str


class TaskDone(Event, frozen=True, kw_only=True):
    """A task is finished."""

    NAME = "task.done"
    task: UUID
    matter: UUID


class TaskReleased(Event, frozen=True, kw_only=True):
    """An organisation gave a task back, with a public reason."""

    NAME = "task.released"
    task: UUID
    matter: UUID
    organisation: UUID
    reason: str


class EvaluationOpened(Event, frozen=True, kw_only=True):
    """Those who asked for it are asked whether it is really done."""

    NAME = "evaluation.opened"
    evaluation: UUID
    matter: UUID
    round: int
    scope: str
    asked: int
    closes_on: date


class EvaluationClosed(Event, frozen=True, kw_only=True):
    """What they said, of how many, and what follows: closed, returned or escalated. `mean` in
    hundredths."""

    NAME = "evaluation.closed"
    evaluation: UUID
    matter: UUID
    asked: int
    rated: int
    marks: dict[str, int]
    mean: int
    outcome: str


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
    """Households rated what was done since the last such entry: mark → how many more."""

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
    kind: str = "deliberation"
    level: str = "community"
    body: UUID | None = None


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
    demand: UUID | None = None
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
    kind: str = "deliberation"
    level: str = "community"
    convener: str = ""


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
