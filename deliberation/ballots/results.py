"""From the rows of a closed ballot to its published list and its count."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec.structs import replace

from deliberation import store
from deliberation.ballots import counting, secret
from deliberation.ballots.choosing import count_choice
from deliberation.ballots.counting import Facts
from deliberation.ballots.electorates import present_of, voters_in
from deliberation.ballots.eligibility import class_of
from deliberation.ballots.frozen import Frozen
from deliberation.ballots.models import Ballot, Batch, Mark, Signature, Vote
from deliberation.ballots.published import PublishedVote
from deliberation.ballots.tally import Tally
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.rulesets.questions import MOTION
from deliberation.tally.ties import TieBreak, by_list, by_lot, lot_seed

HANDS = "hands"
BY_HANDS = N_("举手")


async def by_channel(ballot: Ballot) -> dict[str, int]:
    """How many voted online, on paper (or by telephone), by proxy, by show of hands."""
    table = Mark if ballot.is_secret else Vote
    channels = await table.filter(ballot_id=ballot.id).values_list("channel", flat=True)
    counted = Counter(class_of(str(channel)).value for channel in channels)
    hands = sum((await hands_of(ballot.id)).values())
    return dict(sorted(counted.items())) | ({HANDS: hands} if hands else {})


async def hands_of(ballot: UUID) -> dict[str, int]:
    """The show of hands that two people counted alike, by choice."""
    batch = await Batch.filter(ballot_id=ballot, channel=HANDS, state="counted").first()
    if batch is None:
        return {}
    counted: dict[str, int] = json.loads(batch.entered)
    return counted


async def votes_of(ballot: Ballot) -> list[PublishedVote]:
    """The list that is published with the result, which is also what is counted."""
    if ballot.is_secret:
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
        "SELECT v.receipt, v.choice, e.area_hundredths, p.name FROM vote v"
        " JOIN ballot b ON b.id = v.ballot_id JOIN elector e"
        " ON e.electorate_id = b.electorate_id AND e.voter_id = v.voter_id"
        " LEFT JOIN person p ON p.id = v.person_id WHERE v.ballot_id = ?",
        ballot.id,
    )
    is_open = json.loads(ballot.rule)["secrecy"] == "open"
    return [
        PublishedVote(
            receipt=str(row["receipt"]),
            choice=str(row["choice"]),
            voter=str(row["name"] or "") if is_open else "",
            area=int(row["area_hundredths"]) if ballot.entitled_area else 0,
        )
        for row in rows
    ]


async def check_is_complete(ballot: Ballot, frozen: Frozen) -> None:
    """Everything that the count rests on is there: papers entered twice alike, the supervisor's
    signature. Raises BALLOT_PAPERS_DIFFER, BALLOT_NOT_SIGNED."""
    if await Batch.filter(ballot_id=ballot.id, state__in=["entered", "differs"]).exists():
        raise Refusal(Code.BALLOT_PAPERS_DIFFER)
    if frozen.rule.needs_supervisor and not await Signature.exists(ballot_id=ballot.id):
        raise Refusal(Code.BALLOT_NOT_SIGNED)


async def spoilt_in(ballot: UUID) -> int:
    """Papers that were returned and say nothing that can be counted."""
    batches = await Batch.filter(ballot_id=ballot, state="counted")
    return sum(batch.spoilt for batch in batches)


async def count(ballot: Ballot, frozen: Frozen, votes: Sequence[PublishedVote]) -> Tally:
    """Raises BALLOT_LOT_NEEDED where a lot decides and was not drawn yet."""
    voters = await voters_in(ballot.electorate_id)
    present = await present_of(ballot.meeting_id, ballot.item_id, voters, frozen.rule.electorate)
    facts = Facts(
        entitled=ballot.entitled,
        present=present.voters,
        entitled_area=ballot.entitled_area,
        spoilt=await spoilt_in(ballot.id),
    )
    if frozen.question == MOTION:
        return counting.count(((v.choice, v.area) for v in votes), frozen.rule, facts)
    asked: list[Sequence[int]] = []
    tally = count_choice(
        [v.choice for v in votes],
        frozen.rule,
        frozen.question,
        facts,
        _tie_break(ballot, frozen, asked),
    )
    if asked and frozen.rule.tie_break == "lot" and not ballot.is_lot_confirmed:
        raise Refusal(Code.BALLOT_LOT_NEEDED)
    return tally


def _tie_break(ballot: Ballot, frozen: Frozen, asked: list[Sequence[int]]) -> TieBreak | None:
    """As the rule says; what it is asked is noted."""
    if frozen.rule.tie_break == "none":
        return None
    labels = (*frozen.question.options, "")
    is_drawn = frozen.rule.tie_break == "lot" and ballot.is_lot_confirmed
    inner = by_lot(lot_seed(ballot.head, ballot.lot_digits), labels) if is_drawn else by_list

    def noted(tied: Iterable[int]) -> Sequence[int]:
        options = list(tied)
        asked.append(options)
        return inner(options)

    return noted


def as_seen(tally: Tally, *, shown: str, is_certified: bool) -> Tally | None:
    """What the public sees of a provisional result: nothing but the turnout, where the rule keeps
    the count until it is certified."""
    if shown == "at-once" or is_certified:
        return tally
    return replace(tally, totals={}, count=None, steps=())
