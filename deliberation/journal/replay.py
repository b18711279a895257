"""A meeting's state as a value: `advance(state, entry) -> state`. Pure.

A snapshot is what replaying all entries gives; a snapshot and the entries after it give the same.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from deliberation.journal import events as e
from deliberation.journal.views import (
    BallotView,
    HeardView,
    ItemView,
    MeetingState,
    SpeakingView,
    SpeechView,
)


def advance(state: MeetingState, seq: int, at: datetime, event: e.Event) -> MeetingState:
    """The state after one more entry; events that do not concern the screen only move `seq`."""
    change = _CHANGES.get(type(event))
    changed = change(state, at, event) if change else state
    return replace(changed, seq=seq, at=at)


def replay(
    happened: Iterable[tuple[int, datetime, e.Event]], state: MeetingState | None = None
) -> MeetingState:
    """The state after all of the entries."""
    made = state if state is not None else MeetingState()
    for seq, at, event in happened:
        made = advance(made, seq, at, event)
    return made


def _with_item(state: MeetingState, item: UUID, /, **changes: Any) -> MeetingState:
    items = tuple(replace(i, **changes) if i.id == item else i for i in state.items)
    return replace(state, items=items)


def _with_ballot(state: MeetingState, ballot: UUID, /, **changes: Any) -> MeetingState:
    items = tuple(
        replace(i, ballot=replace(i.ballot, **changes))
        if i.ballot is not None and i.ballot.id == ballot
        else i
        for i in state.items
    )
    return replace(state, items=items)


def _noticed(state: MeetingState, at: datetime, event: e.MeetingNoticed) -> MeetingState:
    items = tuple(
        ItemView(
            id=i.item,
            position=i.position,
            title=i.title,
            step=i.step,
            minutes=i.minutes,
            reporter=i.reporter,
            matter=i.matter,
            wording=i.wording,
            rule=i.rule,
            question=i.question,
            window_days=i.window_days,
        )
        for i in event.items
    )
    return replace(
        state,
        meeting=event.meeting,
        state="noticed",
        title=event.title,
        starts_at=event.starts_at,
        minutes=event.minutes,
        venue=event.venue,
        rule=event.rule,
        roll=event.roll,
        present_required=event.present_required,
        items=items,
    )


def _planned(state: MeetingState, at: datetime, event: e.MeetingPlanned) -> MeetingState:
    return replace(
        state,
        meeting=event.meeting,
        title=event.title,
        starts_at=event.starts_at,
        minutes=event.minutes,
        venue=event.venue,
    )


def _convened(state: MeetingState, at: datetime, event: e.MeetingConvened) -> MeetingState:
    return replace(
        state, state="convened", chair=event.chair, recorder=event.recorder, convened_at=at
    )


def _attended(state: MeetingState, at: datetime, event: e.AttendanceRecorded) -> MeetingState:
    counted = replace(state, present=event.present, hall=event.hall, remote=event.remote)
    return _stood_for(counted, at, event)


def _stood_for(state: MeetingState, at: datetime, event: e.Event) -> MeetingState:
    return replace(state, presence_told=state.presence_told + 1)


def _quorum_lost(state: MeetingState, at: datetime, event: e.QuorumLost) -> MeetingState:
    return replace(state, is_quorum_lost=True)


def _quorum_regained(state: MeetingState, at: datetime, event: e.QuorumRegained) -> MeetingState:
    return replace(state, is_quorum_lost=False)


def _item_opened(state: MeetingState, at: datetime, event: e.ItemOpened) -> MeetingState:
    opened = _with_item(state, event.item, state="open", opened_at=at)
    return replace(opened, current_id=event.item, queue=(), speaking=None)


def _item_closed(state: MeetingState, at: datetime, event: e.ItemClosed) -> MeetingState:
    closed = _with_item(state, event.item, state="closed", closed_at=at, outcome=event.outcome)
    return replace(closed, current_id=None, queue=(), speaking=None)


def _asked(state: MeetingState, at: datetime, event: e.SpeechAsked) -> MeetingState:
    speech = SpeechView(
        id=event.speech,
        item=event.item,
        person=event.person,
        side=event.side,
        channel=event.channel,
        is_first=event.is_first,
        asked_at=at,
    )
    return replace(state, queue=(*state.queue, speech))


def _without(state: MeetingState, speech: UUID) -> MeetingState:
    return replace(state, queue=tuple(s for s in state.queue if s.id != speech))


def _withdrawn(state: MeetingState, at: datetime, event: e.SpeechWithdrawn) -> MeetingState:
    return _without(state, event.speech)


def _recognised(state: MeetingState, at: datetime, event: e.SpeechRecognised) -> MeetingState:
    speech = next((s for s in state.queue if s.id == event.speech), None)
    if speech is None:
        return state
    speaking = SpeakingView(speech=speech, recognised_at=at, seconds=event.seconds)
    return replace(_without(state, event.speech), speaking=speaking)


def _finished(state: MeetingState, at: datetime, event: e.SpeechFinished) -> MeetingState:
    if state.speaking is None or state.speaking.speech.id != event.speech:
        return state
    heard = HeardView(speech=state.speaking.speech, seconds=event.seconds)
    return replace(state, speaking=None, heard=(*state.heard, heard))


def _read(state: MeetingState, at: datetime, event: e.MotionRead) -> MeetingState:
    return _with_item(state, event.item, is_read=True, wording=event.wording)


def _ballot_opened(state: MeetingState, at: datetime, event: e.BallotOpened) -> MeetingState:
    ballot = BallotView(
        id=event.ballot,
        state="open",
        wording=event.wording,
        rule=event.rule,
        entitled=event.entitled,
        opened_at=at,
        deadline_at=event.deadline_at,
        question=event.question,
        entitled_area=event.entitled_area,
        closes_at=event.closes_at,
    )
    return _with_item(state, event.item, ballot=ballot)


def _electorate_changed(
    state: MeetingState, at: datetime, event: e.ElectorateChanged
) -> MeetingState:
    return _with_ballot(
        state, event.ballot, entitled=event.entitled, entitled_area=event.entitled_area
    )


def _ballot_extended(state: MeetingState, at: datetime, event: e.BallotExtended) -> MeetingState:
    if event.closes_at is not None:
        return _with_ballot(state, event.ballot, closes_at=event.closes_at)
    return _with_ballot(state, event.ballot, deadline_at=event.deadline_at)


def _ballot_closed(state: MeetingState, at: datetime, event: e.BallotClosed) -> MeetingState:
    return _with_ballot(
        state,
        event.ballot,
        state="closed",
        turnout=event.turnout,
        by_channel=event.by_channel,
        provisional_until=event.objections_until,
        closed_at=at,
    )


def _signed(state: MeetingState, at: datetime, event: e.BallotSigned) -> MeetingState:
    item = state.ballot_item(event.ballot)
    signed = item.ballot.signatures if item and item.ballot else 0
    return _with_ballot(state, event.ballot, signatures=signed + 1)


def _drawn(state: MeetingState, at: datetime, event: e.LotDrawn) -> MeetingState:
    return _with_ballot(state, event.ballot, lot=event.digits)


def _announced(state: MeetingState, at: datetime, event: e.BallotAnnounced) -> MeetingState:
    return _with_ballot(
        state,
        event.ballot,
        state="announced",
        tally=event.tally,
        provisional_until=event.provisional_until,
        certified_at=None if event.provisional_until else at,
    )


def _certified(state: MeetingState, at: datetime, event: e.BallotCertified) -> MeetingState:
    return _with_ballot(state, event.ballot, certified_at=at)


def _voided(state: MeetingState, at: datetime, event: e.BallotVoided) -> MeetingState:
    return _with_ballot(state, event.ballot, state="voided", reason=event.reason)


def _resolved(state: MeetingState, at: datetime, event: e.ResolutionRecorded) -> MeetingState:
    return _with_item(state, event.item, resolution=event.outcome)


def _adjourned(state: MeetingState, at: datetime, event: e.MeetingAdjourned) -> MeetingState:
    return replace(state, state="adjourned", adjourned_at=at, queue=(), speaking=None)


def _cancelled(state: MeetingState, at: datetime, event: e.MeetingCancelled) -> MeetingState:
    return replace(state, state="cancelled", reason=event.reason)


_Change = Callable[[MeetingState, datetime, Any], MeetingState]

_CHANGES: Mapping[type[e.Event], _Change] = MappingProxyType(
    {
        e.MeetingPlanned: _planned,
        e.MeetingNoticed: _noticed,
        e.MeetingConvened: _convened,
        e.AttendanceRecorded: _attended,
        e.ProxyGiven: _stood_for,
        e.ProxyRevoked: _stood_for,
        e.QuorumLost: _quorum_lost,
        e.QuorumRegained: _quorum_regained,
        e.ItemOpened: _item_opened,
        e.ItemClosed: _item_closed,
        e.SpeechAsked: _asked,
        e.SpeechWithdrawn: _withdrawn,
        e.SpeechRecognised: _recognised,
        e.SpeechFinished: _finished,
        e.MotionRead: _read,
        e.BallotOpened: _ballot_opened,
        e.ElectorateChanged: _electorate_changed,
        e.BallotExtended: _ballot_extended,
        e.BallotClosed: _ballot_closed,
        e.BallotSigned: _signed,
        e.LotDrawn: _drawn,
        e.BallotAnnounced: _announced,
        e.BallotCertified: _certified,
        e.BallotVoided: _voided,
        e.ResolutionRecorded: _resolved,
        e.MeetingAdjourned: _adjourned,
        e.MeetingCancelled: _cancelled,
    }
)
