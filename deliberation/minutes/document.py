"""Minutes as a value: every fact of a meeting that a document may print, and no words of ours.

Instants are UTC; names are as they may be published. `to_json` is the exact stored form, whose
digest is what an approval fixes.
"""

import hashlib
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from deliberation.ballots.tally import Tally
from deliberation.journal.canonical import canonical
from deliberation.rulesets.exact import decode_hook, encode_hook
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Electorate, Rule

FORMAT = "deliberation.minutes/1"


class SpeechRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One time somebody had the floor. `name` is None once the identity was erased."""

    name: str | None
    side: str
    channel: str
    seconds: int | None
    """None if the item ended before the speech did."""
    note: str | None
    """What the recorder noted, only where the document was composed with notes."""


class ExtensionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A window of days that was made longer."""

    closes_at: datetime
    reason: str


class QuorumRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Fewer were left than the rule asks for, or enough again."""

    at: datetime
    is_lost: bool
    present: int
    required: int


class CorrectionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Voters added to the electorate of an open ballot, or struck from it."""

    added: int
    struck: int
    reason: str


class BatchRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Votes from paper, the telephone or a show of hands; None until two people agreed on them."""

    number: int
    channel: str
    counted: int | None
    refused: int | None
    spoilt: int | None
    withdrawn_reason: str | None


class SignatureRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A supervisor signed the reconciliation, which has this SHA-256."""

    name: str | None
    signed_at: datetime
    digest: str
    note: str


class LotRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Digits drawn in the hall, entered by two people alike."""

    digits: str
    entered_by: str | None
    confirmed_by: str | None
    drawn_at: datetime


class ObjectionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An objection to a result: its public answer; who raised it, and their words, never."""

    raised_at: datetime
    answered_at: datetime | None
    answer: str | None


class BallotRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One ballot on an item, with the rule it was opened under and its worked sum."""

    ballot: UUID
    state: Literal["open", "closed", "announced", "voided"]
    wording: str
    rule: Rule
    entitled: int
    electorate_digest: str
    opened_at: datetime
    extended_to: tuple[datetime, ...]
    """Every later reminder deadline, in order."""
    closed_at: datetime | None
    turnout: int | None
    tally: Tally | None
    votes_root: str | None
    void_reason: str | None
    question: Question = MOTION
    entitled_area: int = 0
    """In 0.01 m²."""
    closes_at: datetime | None = None
    """The end of a window of days as it was opened; None: in the meeting only."""
    extensions: tuple[ExtensionRecord, ...] = ()
    corrections: tuple[CorrectionRecord, ...] = ()
    by_channel: dict[str, int] = {}
    papers_issued: int = 0
    batches: tuple[BatchRecord, ...] = ()
    signatures: tuple[SignatureRecord, ...] = ()
    lot: LotRecord | None = None
    announced_at: datetime | None = None
    objections_until: datetime | None = None
    """Objections were heard until then before anybody knew the count."""
    provisional_until: datetime | None = None
    """The result was provisional until then, at least."""
    certified_at: datetime | None = None
    objections: tuple[ObjectionRecord, ...] = ()

    @property
    def electorate(self) -> Electorate:
        return self.rule.electorate

    @property
    def is_by_hands(self) -> bool:
        return bool(self.by_channel.get("hands"))

    @property
    def is_provisional(self) -> bool:
        return (
            self.state == "announced"
            and self.provisional_until is not None
            and self.certified_at is None
        )


class ResolutionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided; `outcome` is that of the ballot."""

    resolution: UUID
    ballot: UUID
    wording: str
    outcome: str


class AssignmentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Who carries the decision out, by when. `organisation` is None if its name is not known."""

    organisation: str | None
    due_on: date


class ItemRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A noticed item and what came of it."""

    item: UUID
    position: int
    title: str
    step: str
    reporter: str
    matter: UUID | None
    planned_minutes: int
    opened_at: datetime | None
    """None if the item was not reached: it is carried over."""
    closed_at: datetime | None
    actual_seconds: int | None
    summary: str
    """Edited prose; the only text of a document that a person writes into it."""
    speeches: tuple[SpeechRecord, ...]
    motion: str | None
    """The wording as read out, or as noticed if it was not read."""
    is_read: bool
    ballots: tuple[BallotRecord, ...]
    resolution: ResolutionRecord | None
    outcome: str
    assignment: AssignmentRecord | None

    @property
    def is_reached(self) -> bool:
        return self.opened_at is not None


class MinutesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The minutes of one meeting from the journal's entries up to `upto`."""

    format: str = FORMAT
    community: str
    is_demonstration: bool
    zone: str
    """The community's time zone, an IANA name."""
    meeting: UUID
    title: str
    venue: str
    starts_at: datetime
    planned_minutes: int
    convened_at: datetime | None
    adjourned_at: datetime | None
    cancelled_reason: str | None
    chair: str | None
    recorder: str | None
    roll: int
    present_required: int
    present: int
    hall: int
    remote: int
    present_at_end: int | None
    rule: Rule
    items: tuple[ItemRecord, ...]
    """Every noticed item exactly once, in the notice's order."""
    notice_digest: str
    upto: int
    """`seq` of the last entry of the meeting's stream that was read."""
    quorum: tuple[QuorumRecord, ...] = ()
    """When the number present fell below what the rule asks for, and when it was enough again."""
    convener: str = ""
    """The body that convened; empty: the community itself."""
    step_names: dict[str, str] = {}
    """By step: what the community called those that had names of its own."""

    @property
    def is_quorate(self) -> bool:
        return self.present >= self.present_required

    @property
    def carried_over(self) -> tuple[ItemRecord, ...]:
        """Noticed items that were not called."""
        return tuple(item for item in self.items if not item.is_reached)


def to_json(document: MinutesDocument) -> dict[str, Any]:
    """The document's own fields as canonical JSON values: instants as UTC strings, shares "1/2"."""
    made: dict[str, Any] = msgspec.to_builtins(document, enc_hook=encode_hook)
    for name in ("convener", "step_names"):
        if not made[name]:
            del made[name]  # as it was before there was one: digests stay what they are
    return made


def from_json(body: dict[str, Any]) -> MinutesDocument:
    """The stored document read back; msgspec.ValidationError if it is none."""
    return msgspec.convert(body, MinutesDocument, dec_hook=decode_hook)


def digest_input(document: MinutesDocument) -> str:
    """The one text of the document (RFC 8785); anybody can make it from the published JSON."""
    return canonical(to_json(document), field="minutes")


def digest_of(document: MinutesDocument) -> str:
    """SHA-256 of `digest_input`, in hex: what an approval fixes."""
    return hashlib.sha256(digest_input(document).encode()).hexdigest()
