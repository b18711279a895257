"""Stacks of votes that two different people enter, each without seeing the other's entry, and that
are counted in one go once they agree.

A stack is entered while the ballot takes votes, and counts as cast when it was first entered: the
close waits until two have agreed on it, or until it is withdrawn with a public reason.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from deliberation import journal
from deliberation.ballots import batch_counting
from deliberation.ballots.desk import open_ballot_in, voter_named
from deliberation.ballots.desk_rules import (
    HANDS,
    LARGEST_STACK,
    PAPER,
    TEL,
    Difference,
    Lines,
    Piles,
    Read,
    Wrong,
    differences,
    read_doors,
    read_piles,
    read_serials,
    size_of,
)
from deliberation.ballots.eligibility import CHANNEL_WORDS, ChannelClass
from deliberation.ballots.frozen import Frozen, frozen_of
from deliberation.ballots.models import Ballot, Batch, Paper
from deliberation.ballots.results import BY_HANDS
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import say
from deliberation.journal.canonical import canonical
from deliberation.journal.events import BatchEntered, BatchWithdrawn
from deliberation.people.roles import Actor, Permission

Found = Mapping[str, str | int]
WAITING = ("entered", "differs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What one person found; `wrong` lines keep it from being entered."""

    channel: str
    found: Found
    wrong: Sequence[Wrong] = ()
    witness: str = ""


async def read_stack(ballot: Ballot, channel: str, text: str, *, key: bytes) -> Stack:
    """What was typed, with every door and number looked up. Raises BALLOT_CHANNEL_UNSUITABLE."""
    frozen = frozen_of(ballot)
    check_channel(frozen, channel)
    if text.count("\n") > LARGEST_STACK:
        raise Refusal(Code.FIELD_INVALID, field=N_("这一叠"))
    question, follow = frozen.question, frozen.rule.follow != "none"
    if channel == HANDS or frozen.is_secret:
        piles = read_piles(text, question, follow=follow)
        return Stack(channel=channel, found=dict(piles.piles), wrong=piles.wrong)
    if channel == TEL:
        read = read_doors(text, question, follow=follow)
        return await _by_voter(ballot, read, key)
    return await _by_serial(ballot, read_serials(text, question, follow=follow))


async def _by_serial(ballot: Ballot, read: Read) -> Stack:
    serials = [int(line.name) for line in read.lines]
    papers = await Paper.filter(ballot_id=ballot.id, serial__in=serials)
    states = {paper.serial: paper.state for paper in papers}
    for line in read.lines:
        state = states.get(int(line.name))
        words = (
            N_("第{line}行：没有{name}号纸票，或者它已经作废。")
            if state is None
            else N_("第{line}行：{name}号纸票已经录入过。")
        )
        if state != "issued":
            read.wrong.append(Wrong(line.line, say(words, line=line.line, name=line.name)))
    found = {line.name: line.choice for line in read.lines}
    return Stack(channel=PAPER, found=found, wrong=sorted(read.wrong, key=lambda w: w.line))


async def _by_voter(ballot: Ballot, read: Read, key: bytes) -> Stack:
    found: Lines = {}
    for line in read.lines:
        try:
            voter = str(await voter_named(ballot.id, line.name, key=key))
        except Refusal as refusal:
            words = (
                N_("第{line}行：“{name}”不止一户或一人，请写全门牌，或者用户卡上的码。")
                if refusal.code is Code.BALLOT_VOTER_UNCLEAR
                else N_("第{line}行：表决名册里没有“{name}”。")
            )
            read.wrong.append(Wrong(line.line, say(words, line=line.line, name=line.name)))
            continue
        if voter in found or line.choice == "spoilt":
            words = N_("第{line}行：“{name}”录了两次，或者电话票写成了废票。")
            read.wrong.append(Wrong(line.line, say(words, line=line.line, name=line.name)))
        found[voter] = line.choice
    return Stack(channel=TEL, found=found, wrong=sorted(read.wrong, key=lambda w: w.line))


def check_channel(frozen: Frozen, channel: str) -> None:
    """Hands only where the rule has them, and no area is counted; nobody tells a secret vote on
    the telephone. Raises BALLOT_CHANNEL_UNSUITABLE."""
    rule = frozen.rule
    if channel == HANDS:
        is_shown = rule.by_hands and not rule.is_by_area and not frozen.is_secret
        if not is_shown or frozen.question.shape not in ("motion", "one"):
            raise Refusal(Code.BALLOT_CHANNEL_UNSUITABLE, channel=BY_HANDS)
    elif channel not in (PAPER, TEL) or (channel == TEL and frozen.is_secret):
        words = CHANNEL_WORDS[ChannelClass.PAPER]
        raise Refusal(Code.BALLOT_CHANNEL_UNSUITABLE, channel=words)


@journal.shielded
async def enter(
    actor: Actor, meeting: UUID, ballot_id: UUID, stack: Stack, *, at: datetime
) -> UUID:
    """A first person enters a stack; returns the batch. A telephone vote needs a witness.

    Raises what `open_ballot_in`, `check_channel` and `batch_counting.check_fits` refuse.
    """
    actor.require(Permission.ENTER_PAPERS)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        ballot = await open_ballot_in(meeting, ballot_id, at=at)
        check_channel(frozen_of(ballot), stack.channel)
        _check_whole(stack)
        await batch_counting.check_fits(ballot, stack.channel, stack.found)
        batch = await Batch.create(
            ballot_id=ballot.id,
            number=await Batch.filter(ballot_id=ballot.id).count() + 1,
            channel=stack.channel,
            witness=stack.witness.strip(),
            entered_by_id=actor.present_person(),
            entered=canonical(dict(stack.found)),
            entered_at=at,
        )
        entry.tell(
            BatchEntered(
                ballot=ballot.id,
                batch=batch.id,
                number=batch.number,
                channel=batch.channel,
                votes=size_of(stack.found),
            ),
            subject=f"ballot:{ballot.id}",
        )
        entry.answer["batch"] = str(batch.id)
    return batch.id


def _check_whole(stack: Stack) -> None:
    if stack.wrong or not stack.found or size_of(stack.found) > _most(stack.channel):
        raise Refusal(Code.FIELD_INVALID, field=N_("这一叠"))
    if stack.channel == TEL and not stack.witness.strip():
        raise Refusal(Code.FIELD_MISSING, field=N_("见证人"))
    if len(stack.witness) > 120:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("见证人"), limit=120)


def _most(channel: str) -> int:
    """A hall is counted whole; a stack is what two people can still find a difference in."""
    return LARGEST_STACK * 100 if channel == HANDS else LARGEST_STACK


@journal.shielded
async def check(
    actor: Actor, meeting: UUID, batch_id: UUID, found: Found, *, at: datetime
) -> Batch:
    """A second person enters the same stack; once both agree it is counted.

    Raises BATCH_SAME_PERSON, BATCH_OTHERS, BATCH_SETTLED.
    """
    actor.require(Permission.ENTER_PAPERS)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        batch, ballot = await _waiting(meeting, batch_id)
        if actor.person == batch.entered_by_id:
            raise Refusal(Code.BATCH_SAME_PERSON)
        if batch.checked_by_id not in (None, actor.person):
            raise Refusal(Code.BATCH_OTHERS)
        batch.checked_by_id, batch.checked = actor.person, _stored(batch, found)
        await _settle(entry, ballot, batch)
    return batch


@journal.shielded
async def correct(
    actor: Actor, meeting: UUID, batch_id: UUID, found: Found, *, at: datetime
) -> Batch:
    """The first person corrects what they entered, before or after the second did.

    Raises BATCH_OTHERS, BATCH_SETTLED.
    """
    actor.require(Permission.ENTER_PAPERS)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        batch, ballot = await _waiting(meeting, batch_id)
        if actor.person != batch.entered_by_id:
            raise Refusal(Code.BATCH_OTHERS)
        batch.entered = _stored(batch, found)
        await _settle(entry, ballot, batch)
    return batch


def _stored(batch: Batch, found: Found) -> str:
    _check_whole(Stack(channel=batch.channel, found=found, witness=batch.witness))
    return canonical(dict(found))


async def _waiting(meeting: UUID, batch_id: UUID) -> tuple[Batch, Ballot]:
    batch = await Batch.get_or_none(id=batch_id)
    if batch is None:
        raise Refusal(Code.NOT_FOUND)
    ballot = await open_ballot_in(meeting, batch.ballot_id)
    if batch.state not in WAITING:
        raise Refusal(Code.BATCH_SETTLED)
    return batch, ballot


async def _settle(entry: journal.Recorder, ballot: Ballot, batch: Batch) -> None:
    """Both texts have one order only: equal stacks are equal texts."""
    if batch.checked_by_id is not None and batch.entered == batch.checked:
        await batch_counting.count(entry, ballot, batch)
    elif batch.checked_by_id is not None:
        batch.state = "differs"
    await batch.save()


@journal.shielded
async def withdraw(
    actor: Actor, meeting: UUID, batch_id: UUID, reason: str, *, at: datetime
) -> None:
    """A stack that waits is not counted, with a public reason; its papers can be entered again.

    Raises REASON_REQUIRED, BATCH_SETTLED.
    """
    actor.require(Permission.ENTER_PAPERS)
    if not reason.strip():
        raise Refusal(Code.REASON_REQUIRED)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        batch, ballot = await _waiting(meeting, batch_id)
        batch.state = "withdrawn"
        if ballot.is_secret:
            batch.entered = batch.checked = ""
        await batch.save()
        entry.tell(
            BatchWithdrawn(
                ballot=ballot.id, batch=batch.id, number=batch.number, reason=reason.strip()
            ),
            subject=f"ballot:{ballot.id}",
        )


def found_in(text: str) -> Lines | Piles:
    """A stack as it is stored; empty where nothing is."""
    return cast("Lines | Piles", json.loads(text)) if text else {}


def differences_in(batch: Batch) -> list[Difference]:
    """Line by line, for the two who entered it; nothing before both have."""
    if batch.state != "differs":
        return []
    return differences(found_in(batch.entered), found_in(batch.checked))
