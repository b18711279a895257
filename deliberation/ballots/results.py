"""From the rows of a closed ballot to its published list and its count."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliberation import store
from deliberation.ballots import counting, secret
from deliberation.ballots.choosing import count_choice
from deliberation.ballots.counting import Facts
from deliberation.ballots.electorates import present_of, voters_in
from deliberation.ballots.eligibility import ChannelClass, class_of
from deliberation.ballots.frozen import Frozen
from deliberation.ballots.models import Ballot, Batch, Mark, Objection, Signature, Vote
from deliberation.ballots.naming import names_in
from deliberation.ballots.published import PublishedVote
from deliberation.ballots.tally import Choice, Outcome, Tally
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.rulesets.questions import MOTION
from deliberation.tally.ties import TieBreak, by_list, by_lot, lot_seed

HANDS = "hands"
BY_HANDS = N_("举手")
CHAIR = "chair"
CHAIR_DECIDES = N_("主持人决定票")
NO_CHAIR_VOTE = "none"


async def by_channel(ballot: Ballot) -> dict[str, int]:
    """How many voted online, on paper (or by telephone), by proxy, by show of hands."""
    table = Mark if ballot.is_secret else Vote
    channels = await table.filter(ballot_id=ballot.id).values_list("channel", flat=True)
    counted = Counter(class_of(str(channel)).value for channel in channels)
    if ballot.is_secret:  # who took a paper is marked; who brought it back voted
        counted[ChannelClass.PAPER.value] = await papers_counted(ballot.id)
    counted[ChannelClass.PAPER.value] += (await spoilt_in(ballot)).papers
    counted[HANDS] += sum((await hands_of(ballot.id)).values())
    return {channel: n for channel, n in sorted(counted.items()) if n}


async def hands_of(ballot: UUID) -> dict[str, int]:
    """The show of hands that two people counted alike, by choice."""
    batch = await Batch.filter(ballot_id=ballot, channel=HANDS, state="counted").first()
    if batch is None:
        return {}
    counted: dict[str, int] = json.loads(batch.entered)
    return counted


async def votes_of(ballot: Ballot) -> list[PublishedVote]:
    """The list that is published with the result, which is also what is counted."""
    votes = await _voters_votes(ballot)
    if ballot.chair_choice not in ("", NO_CHAIR_VOTE) and ballot.announced_at is None:
        votes.append(PublishedVote(receipt=CHAIR, choice=ballot.chair_choice, voter=CHAIR_DECIDES))
    return votes


async def _voters_votes(ballot: Ballot) -> list[PublishedVote]:
    if ballot.is_secret or ballot.announced_at is not None:
        return secret.sealed(ballot)
    hands = await hands_of(ballot.id)
    if hands:
        shown = (choice for choice in sorted(hands) for _n in range(hands[choice]))
        return [
            PublishedVote(receipt=f"{HANDS}-{n:04}", choice=choice, voter=BY_HANDS)
            for n, choice in enumerate(shown, 1)
        ]
    return await _named(ballot)


async def _named(ballot: Ballot) -> list[PublishedVote]:
    """Votes that stay with their voters: areas where they count, names where the rule says so."""
    rows = await store.read(
        "SELECT v.receipt, v.choice, v.voter_id, e.area_hundredths FROM vote v"
        " JOIN ballot b ON b.id = v.ballot_id JOIN elector e"
        " ON e.electorate_id = b.electorate_id AND e.voter_id = v.voter_id"
        " WHERE v.ballot_id = ?",
        ballot.id,
    )
    is_open = json.loads(ballot.rule)["secrecy"] == "open"
    names = await names_in(ballot.electorate_id) if is_open else {}
    return [
        PublishedVote(
            receipt=str(row["receipt"]),
            choice=str(row["choice"]),
            voter=names[UUID(str(row["voter_id"]))] if is_open else "",
            area=int(row["area_hundredths"]) if ballot.entitled_area else 0,
        )
        for row in rows
    ]


async def check_is_complete(ballot: Ballot, frozen: Frozen) -> None:
    """Everything that the count rests on is there: papers entered twice alike, the supervisor's
    signature. Raises BALLOT_PAPERS_DIFFER, BALLOT_NOT_SIGNED."""
    await check_papers_agree(ballot.id)
    if frozen.rule.needs_supervisor and not await Signature.exists(ballot_id=ballot.id):
        raise Refusal(Code.BALLOT_NOT_SIGNED)


async def check_papers_agree(ballot: UUID) -> None:
    """No batch waits for its second entry. Raises BALLOT_PAPERS_DIFFER."""
    if await Batch.filter(ballot_id=ballot, state__in=["entered", "differs"]).exists():
        raise Refusal(Code.BALLOT_PAPERS_DIFFER)


async def papers_counted(ballot: UUID) -> int:
    """Votes from papers without a number, the spoilt ones not among them."""
    batches = await Batch.filter(ballot_id=ballot, channel="paper", state="counted")
    return sum(batch.counted for batch in batches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoilt:
    """Papers, with the area of who returned them (0.01 m²) where areas count."""

    papers: int
    area: int = 0


async def spoilt_in(ballot: Ballot) -> Spoilt:
    """Papers that were returned and say nothing that can be counted. One with a number does not
    keep its voter from voting after all, and then it is the vote that counts."""
    if ballot.is_secret:
        batches = await Batch.filter(ballot_id=ballot.id, state="counted")
        return Spoilt(papers=sum(batch.spoilt for batch in batches))
    rows = await store.read(
        "SELECT COUNT(*) AS n, COALESCE(SUM(e.area_hundredths), 0) AS area FROM paper p"
        " LEFT JOIN elector e ON e.electorate_id = ? AND e.voter_id = p.voter_id"
        " WHERE p.ballot_id = ? AND p.state = 'spoilt' AND NOT EXISTS (SELECT 1 FROM vote v"
        " WHERE v.ballot_id = p.ballot_id AND v.voter_id = p.voter_id)",
        ballot.electorate_id,
        ballot.id,
    )
    area = int(rows[0]["area"]) if ballot.entitled_area else 0
    return Spoilt(papers=int(rows[0]["n"]), area=area)


async def present_in(ballot: Ballot, frozen: Frozen) -> int:
    """Voters who are there now; the close keeps it, whoever leaves or comes afterwards."""
    voters = await voters_in(ballot.electorate_id)
    kind = frozen.rule.electorate
    return (await present_of(ballot.meeting_id, ballot.item_id, voters, kind)).voters


async def check_heard(ballot: Ballot, at: datetime) -> None:
    """Objections that come before the count were heard. Raises BALLOT_OBJECTIONS_OPEN."""
    if ballot.objections_until is None:
        return
    waiting = await Objection.filter(ballot_id=ballot.id, answered_at=None).exists()
    if waiting or at < ballot.objections_until:
        raise Refusal(Code.BALLOT_OBJECTIONS_OPEN)


async def count(ballot: Ballot, frozen: Frozen, votes: Sequence[PublishedVote]) -> Tally:
    """Raises BALLOT_LOT_NEEDED where a lot decides and was not drawn yet, BALLOT_TIED where who
    presided decides and has not yet. A deciding vote is one vote more, and one entitled more."""
    has_decided = any(vote.receipt == CHAIR for vote in votes)
    spoilt = await spoilt_in(ballot)
    facts = Facts(
        entitled=ballot.entitled + has_decided,
        present=ballot.present or 0,
        entitled_area=ballot.entitled_area,
        spoilt=spoilt.papers,
        spoilt_area=spoilt.area,
    )
    if frozen.question == MOTION:
        tally = counting.count(((v.choice, v.area) for v in votes), frozen.rule, facts)
        if is_for_the_chair(frozen, tally) and not ballot.chair_choice:
            raise Refusal(Code.BALLOT_TIED)
        return tally
    asked: list[Sequence[int]] = []
    tally = count_choice(
        [v.choice for v in votes],
        frozen.rule,
        frozen.question,
        facts,
        _tie_break(ballot, frozen, asked),
    )
    if asked and not ballot.is_lot_confirmed:
        raise Refusal(Code.BALLOT_LOT_NEEDED)
    return tally


def is_for_the_chair(frozen: Frozen, tally: Tally) -> bool:
    """Whether for and against are equal where enough took part, and the rule has who presides
    decide. A vote more does not undo a participation that was reached."""
    totals = tally.totals
    return tally.outcome is not Outcome.INVALID and (
        frozen.rule.chair == "breaks-ties"
        and frozen.question == MOTION
        and totals[Choice.FOR] == totals[Choice.AGAINST] > 0
    )


def _tie_break(ballot: Ballot, frozen: Frozen, asked: list[Sequence[int]]) -> TieBreak | None:
    """As the rule says; which ties a lot decides, drawn or not, is noted."""
    if frozen.rule.tie_break == "none":
        return None
    if frozen.rule.tie_break == "list":
        return by_list
    labels = (*frozen.question.options, "")
    seed = lot_seed(ballot.head, ballot.lot_digits)
    inner = by_lot(seed, labels) if ballot.is_lot_confirmed else by_list

    def noted(tied: Iterable[int]) -> Sequence[int]:
        options = list(tied)
        if len(options) > 1:  # buying by shares asks for every purchase
            asked.append(options)
        return inner(options)

    return noted
