"""What is published of an announced ballot, in one file: list, rule, facts, root and result."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from deliberation.agendas.models import AgendaItem
from deliberation.ballots import results
from deliberation.ballots.counting import Facts
from deliberation.ballots.eligibility import BallotState
from deliberation.ballots.frozen import Frozen, frozen_of
from deliberation.ballots.models import Ballot
from deliberation.ballots.published import published_lines
from deliberation.ballots.recounting import Bundle, Lot
from deliberation.ballots.tally import Tally
from deliberation.errors import Code, Refusal
from deliberation.meetings.models import Meeting
from deliberation.rulesets import wording
from deliberation.tally.files.published import FORMAT


def is_published(ballot: Ballot) -> bool:
    """Once it is announced; where the rule keeps the count back, only if it is certified."""
    if ballot.state != BallotState.ANNOUNCED:
        return False
    return json.loads(ballot.rule).get("shown", "at-once") == "at-once" or bool(ballot.certified_at)


async def lines_of(ballot: Ballot) -> list[str]:
    """The published lines. Raises BALLOT_NOT_PUBLISHED."""
    if not is_published(ballot):
        raise Refusal(Code.BALLOT_NOT_PUBLISHED)
    return published_lines(await results.votes_of(ballot))


async def bundle_of(ballot: Ballot, community: str) -> Bundle:
    """Raises BALLOT_NOT_PUBLISHED."""
    lines = await lines_of(ballot)
    await ballot.fetch_related("electorate")
    meeting = await Meeting.get(id=ballot.meeting_id)
    item = await AgendaItem.get(id=ballot.item_id)
    frozen = frozen_of(ballot)
    tally = Tally.from_json(json.loads(ballot.tally))
    return Bundle(
        format=FORMAT,
        community=community,
        meeting=meeting.title,
        item=item.title,
        position=item.position,
        wording=ballot.wording,
        rule=frozen.rule.to_json(),
        rule_words=tuple(s.render() for s in wording.words(frozen.rule, frozen.question)),
        question=frozen.question.to_json(),
        facts=_facts(ballot, tally),
        electorate_digest=ballot.electorate.digest,
        lines=tuple(lines),
        root=ballot.votes_root,
        tally=tally.to_json(),
        lot=_lot(ballot, frozen),
        opened_at=_told(ballot.opened_at),
        closed_at=_told(ballot.closed_at),
        by_channel=await results.by_channel(ballot),
    )


def to_json(bundle: Bundle) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(bundle)
    return made


def _facts(ballot: Ballot, tally: Tally) -> Facts:
    return Facts(
        entitled=ballot.entitled + (ballot.chair_choice in ("for", "against")),
        present=tally.present,
        entitled_area=ballot.entitled_area,
        spoilt=tally.spoilt,
        spoilt_area=tally.areas.spoilt if tally.areas else 0,
    )


def _lot(ballot: Ballot, frozen: Frozen) -> Lot | None:
    if frozen.rule.tie_break == "lot" and ballot.is_lot_confirmed:
        return Lot(head=ballot.head, digits=ballot.lot_digits)
    return None


def _told(at: datetime | None) -> str:
    """RFC 3339 in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
