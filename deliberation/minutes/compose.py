"""From the journal to a document: the same entries give the same minutes. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from deliberation.journal import events as e
from deliberation.minutes.account import Account, Told
from deliberation.minutes.balloted import ballot_record
from deliberation.minutes.document import (
    AssignmentRecord,
    BallotRecord,
    ItemRecord,
    MinutesDocument,
    QuorumRecord,
    ResolutionRecord,
    SpeechRecord,
)
from deliberation.people.masking import mask_name
from deliberation.rulesets.rules import Rule


class NameFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A person's or organisation's name. In clear: officials, staff and organisations."""

    name: str
    in_clear: bool

    @property
    def published(self) -> str:
        return self.name if self.in_clear else mask_name(self.name)


class MeetingPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Whose meeting it was: what the meeting's stream does not say."""

    community: str
    zone: str
    is_demonstration: bool
    step_names: dict[str, str] = {}
    """Where they were not the generic ones."""


def compose(
    entries: Sequence[Told],
    names: Mapping[UUID, NameFacts],
    place: MeetingPlace,
    *,
    prose: Mapping[str, str] | None = None,
    followed: Sequence[Told] = (),
    with_notes: bool = False,
) -> MinutesDocument:
    """The minutes of a noticed meeting.

    `entries` are the meeting's stream in order; `followed` what other streams say of its matters.
    `prose` is the edited summary by item id. `with_notes` puts in what the recorder noted of
    speeches: for the raw record, or when the speakers have reviewed it.

    Raises ValueError without a notice, and for prose of an item that was not noticed.
    """
    account = Account(entries)
    noticed = account.last(e.MeetingNoticed)
    if noticed is None:
        raise ValueError("only a noticed meeting has minutes")
    notice = noticed[1]
    written = dict(prose or {})
    if foreign := written.keys() - {str(item.item) for item in notice.items}:
        raise ValueError(f"prose of items that were not noticed: {sorted(foreign)}")
    composer = _Composer(account, Account(followed), names, written, with_notes)
    return _document(account, notice, place, composer, upto=max(entry.seq for entry in entries))


def _document(
    account: Account,
    notice: e.MeetingNoticed,
    place: MeetingPlace,
    composer: "_Composer",
    *,
    upto: int,
) -> MinutesDocument:
    convened = account.last(e.MeetingConvened)
    adjourned = account.last(e.MeetingAdjourned)
    cancelled = account.last(e.MeetingCancelled)
    attended = max(account.of(e.AttendanceRecorded), key=lambda told: told.present, default=None)
    return MinutesDocument(
        community=place.community,
        is_demonstration=place.is_demonstration,
        zone=place.zone,
        meeting=notice.meeting,
        title=notice.title,
        venue=notice.venue,
        starts_at=notice.starts_at,
        planned_minutes=notice.minutes,
        convened_at=convened[0].at if convened else None,
        adjourned_at=adjourned[0].at if adjourned else None,
        cancelled_reason=cancelled[1].reason if cancelled else None,
        chair=composer.official(convened[1].chair if convened else None),
        recorder=composer.official(convened[1].recorder if convened else None),
        roll=notice.roll,
        present_required=notice.present_required,
        present=attended.present if attended else 0,
        hall=attended.hall if attended else 0,
        remote=attended.remote if attended else 0,
        present_at_end=adjourned[1].present if adjourned else None,
        rule=Rule.from_json(notice.rule),
        items=tuple(composer.item(i) for i in sorted(notice.items, key=lambda i: i.position)),
        notice_digest=notice.notice_digest,
        upto=upto,
        quorum=_quorum(account),
        convener=notice.convener,
        step_names=place.step_names,
    )


def _quorum(account: Account) -> tuple[QuorumRecord, ...]:
    told: list[tuple[Told, e.QuorumLost | e.QuorumRegained]] = [
        *account.told(e.QuorumLost),
        *account.told(e.QuorumRegained),
    ]
    return tuple(
        QuorumRecord(
            at=entry.at,
            is_lost=isinstance(event, e.QuorumLost),
            present=event.present,
            required=event.required,
        )
        for entry, event in sorted(told, key=lambda one: one[0].seq)
    )


class _Composer:
    """What is needed to write one item down."""

    def __init__(
        self,
        account: Account,
        followed: Account,
        names: Mapping[UUID, NameFacts],
        prose: Mapping[str, str],
        with_notes: bool,
    ) -> None:
        self._account = account
        self._names = names
        self._prose = prose
        self._with_notes = with_notes
        self._finished = {event.speech: (t, event) for t, event in account.told(e.SpeechFinished)}
        self._assigned = {
            event.matter: event
            for source in (account, followed)
            for event in source.of(e.MatterAssigned)
        }

    def official(self, person: UUID | None) -> str | None:
        """Chair and recorder act in office: in clear."""
        known = self._names.get(person) if person is not None else None
        return known.name if known else None

    def item(self, noticed: e.NoticedItem) -> ItemRecord:
        opened = [
            t.at for t, event in self._account.told(e.ItemOpened) if event.item == noticed.item
        ]
        closed = [
            (t.at, event.outcome)
            for t, event in self._account.told(e.ItemClosed)
            if event.item == noticed.item
        ]
        read = [r.wording for r in self._account.of(e.MotionRead) if r.item == noticed.item]
        is_over = bool(closed) and len(closed) == len(opened)
        return ItemRecord(
            item=noticed.item,
            position=noticed.position,
            title=noticed.title,
            step=noticed.step,
            reporter=noticed.reporter,
            matter=noticed.matter,
            planned_minutes=noticed.minutes,
            opened_at=opened[0] if opened else None,
            closed_at=closed[-1][0] if is_over else None,
            actual_seconds=_seconds(opened, [at for at, _ in closed]) if is_over else None,
            summary=_plain(self._prose.get(str(noticed.item), "")),
            speeches=self._speeches(noticed.item),
            motion=read[-1] if read else noticed.wording,
            is_read=bool(read),
            ballots=self._ballots(noticed.item),
            resolution=self._resolution(noticed.item),
            outcome=closed[-1][1] if closed else "",
            assignment=self._assignment(noticed.matter) if opened else None,
        )

    def _speeches(self, item: UUID) -> tuple[SpeechRecord, ...]:
        """Those who had the floor, in the order in which they got it."""
        asked = {event.speech: event for event in self._account.of(e.SpeechAsked)}
        given = [event.speech for event in self._account.of(e.SpeechRecognised)]
        heard = [asked[speech] for speech in given if speech in asked]
        return tuple(self._speech(event) for event in heard if event.item == item)

    def _speech(self, asked: e.SpeechAsked) -> SpeechRecord:
        entry, finished = self._finished.get(asked.speech, (None, None))
        restricted = (entry.restricted if entry else None) or {}
        note = restricted.get("note") if self._with_notes else None
        return SpeechRecord(
            name=self._name(asked.person),
            side=asked.side,
            channel=asked.channel,
            seconds=finished.seconds if finished else None,
            note=note if isinstance(note, str) and note else None,
        )

    def _ballots(self, item: UUID) -> tuple[BallotRecord, ...]:
        opened = self._account.told(e.BallotOpened)
        return tuple(
            ballot_record(self._account, self._name, t.at, event)
            for t, event in opened
            if event.item == item
        )

    def _name(self, person: UUID) -> str | None:
        known = self._names.get(person)
        return known.published if known else None

    def _resolution(self, item: UUID) -> ResolutionRecord | None:
        found = [r for r in self._account.of(e.ResolutionRecorded) if r.item == item]
        if not found:
            return None
        last = found[-1]
        return ResolutionRecord(
            resolution=last.resolution,
            ballot=last.ballot,
            wording=last.wording,
            outcome=last.outcome,
        )

    def _assignment(self, matter: UUID | None) -> AssignmentRecord | None:
        assigned = self._assigned.get(matter) if matter is not None else None
        if assigned is None:
            return None
        known = self._names.get(assigned.organisation)
        return AssignmentRecord(organisation=known.name if known else None, due_on=assigned.due_on)


def _seconds(opened: Sequence[datetime], closed: Sequence[datetime]) -> int:
    """How long the item was open in all; it may have been called again."""
    spans = zip(opened, closed, strict=True)
    return sum(round((end - start).total_seconds()) for start, end in spans)


def _plain(text: str) -> str:
    """Prose as the journal would take it: NFC, no control characters but line ends."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    kept = (c for c in lines if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept).strip()
