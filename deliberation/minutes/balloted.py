"""What the journal tells of one ballot, as a record of the minutes. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from deliberation.ballots.tally import Tally
from deliberation.journal import events as e
from deliberation.minutes.account import Account
from deliberation.minutes.document import (
    BallotRecord,
    BatchRecord,
    CorrectionRecord,
    ExtensionRecord,
    LotRecord,
    ObjectionRecord,
    SignatureRecord,
)
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Rule

NameOf: TypeAlias = Callable[[UUID], str | None]
"""A person's name as it may be published; None once the identity was erased."""


def ballot_record(
    account: Account, name_of: NameOf, at: datetime, opened: e.BallotOpened
) -> BallotRecord:
    """Opened `at`; whatever happened to it later, as far as the account goes."""
    ballot = opened.ballot
    closed = account.last_of_ballot(e.BallotClosed, ballot)
    announced = account.last_of_ballot(e.BallotAnnounced, ballot)
    voided = account.last_of_ballot(e.BallotVoided, ballot)
    extended = [event for _, event in account.of_ballot(e.BallotExtended, ballot)]
    corrected = [event for _, event in account.of_ballot(e.ElectorateChanged, ballot)]
    return BallotRecord(
        ballot=ballot,
        state=_state(closed, announced, voided),
        wording=opened.wording,
        rule=Rule.from_json(opened.rule),
        entitled=corrected[-1].entitled if corrected else opened.entitled,
        electorate_digest=opened.electorate_digest,
        opened_at=at,
        extended_to=tuple(x.deadline_at for x in extended if x.deadline_at is not None),
        closed_at=closed[0].at if closed else None,
        turnout=closed[1].turnout if closed else None,
        tally=Tally.from_json(announced[1].tally) if announced else None,
        votes_root=announced[1].votes_root if announced else None,
        void_reason=voided[1].reason if voided else None,
        question=Question.from_json(opened.question) if opened.question else MOTION,
        entitled_area=corrected[-1].entitled_area if corrected else opened.entitled_area,
        closes_at=opened.closes_at,
        extensions=_extensions(extended),
        corrections=_corrections(corrected),
        by_channel=closed[1].by_channel if closed else {},
        papers_issued=sum(x.more for _, x in account.of_ballot(e.PapersIssued, ballot)),
        batches=_batches(account, ballot),
        signatures=_signatures(account, name_of, ballot),
        lot=_lot(account, name_of, ballot),
        announced_at=announced[0].at if announced else None,
        objections_until=closed[1].objections_until if closed else None,
        provisional_until=announced[1].provisional_until if announced else None,
        certified_at=_certified_at(account, ballot),
        objections=_objections(account, ballot),
    )


def _certified_at(account: Account, ballot: UUID) -> datetime | None:
    certified = account.last_of_ballot(e.BallotCertified, ballot)
    return certified[0].at if certified else None


def _corrections(corrected: Iterable[e.ElectorateChanged]) -> tuple[CorrectionRecord, ...]:
    return tuple(
        CorrectionRecord(added=x.added, struck=x.struck, reason=x.reason) for x in corrected
    )


def _extensions(extended: Iterable[e.BallotExtended]) -> tuple[ExtensionRecord, ...]:
    """Of a window of days; a reminder in the meeting is no such thing."""
    return tuple(
        ExtensionRecord(closes_at=x.closes_at, reason=x.reason)
        for x in extended
        if x.closes_at is not None
    )


def _state(
    closed: object, announced: object, voided: object
) -> Literal["open", "closed", "announced", "voided"]:
    if voided:
        return "voided"
    if announced:
        return "announced"
    return "closed" if closed else "open"


def _batches(account: Account, ballot: UUID) -> tuple[BatchRecord, ...]:
    counted = {x.batch: x for _, x in account.of_ballot(e.BatchCounted, ballot)}
    withdrawn = {x.batch: x.reason for _, x in account.of_ballot(e.BatchWithdrawn, ballot)}
    entered = {x.batch: x for _, x in account.of_ballot(e.BatchEntered, ballot)}
    return tuple(
        BatchRecord(
            number=batch.number,
            channel=batch.channel,
            counted=done.counted if done else None,
            refused=done.refused if done else None,
            spoilt=done.spoilt if done else None,
            withdrawn_reason=withdrawn.get(id_),
        )
        for id_, batch in entered.items()
        for done in [counted.get(id_)]
    )


def _signatures(account: Account, name_of: NameOf, ballot: UUID) -> tuple[SignatureRecord, ...]:
    return tuple(
        SignatureRecord(
            name=name_of(signed.person), signed_at=t.at, digest=signed.digest, note=signed.note
        )
        for t, signed in account.of_ballot(e.BallotSigned, ballot)
    )


def _lot(account: Account, name_of: NameOf, ballot: UUID) -> LotRecord | None:
    found = account.last_of_ballot(e.LotDrawn, ballot)
    if found is None:
        return None
    t, drawn = found
    return LotRecord(
        digits=drawn.digits,
        entered_by=name_of(drawn.entered_by),
        confirmed_by=name_of(drawn.confirmed_by),
        drawn_at=t.at,
    )


def _objections(account: Account, ballot: UUID) -> tuple[ObjectionRecord, ...]:
    """Each once, since it was first raised; its words may have been replaced until the answer."""
    raised: dict[UUID, datetime] = {}
    for t, event in account.of_ballot(e.ObjectionRaised, ballot):
        raised.setdefault(event.objection, t.at)
    answers = {
        event.objection: (t.at, event.answer)
        for t, event in account.of_ballot(e.ObjectionAnswered, ballot)
    }
    return tuple(
        ObjectionRecord(raised_at=at, answered_at=answered_at, answer=answer)
        for objection, at in raised.items()
        for answered_at, answer in [answers.get(objection, (None, None))]
    )
