"""Opening a ballot: everything that decides it is frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import journal
from deliberation.agendas.votes import check_countable
from deliberation.ballots import eligibility
from deliberation.ballots.electorates import Present, Voter, freeze, present_of, voters_for
from deliberation.ballots.eligibility import BallotState, OpeningFacts
from deliberation.ballots.models import Ballot
from deliberation.journal.canonical import canonical
from deliberation.journal.events import BallotOpened
from deliberation.journal.views import ItemView, MeetingState
from deliberation.meetings.attending import tell_arrivals
from deliberation.meetings.rules import ItemState
from deliberation.meetings.rules import MeetingState as Stage
from deliberation.meetings.service import require_meeting
from deliberation.meetings.standing import require_current
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """What is frozen with the opening."""

    rule: Rule
    question: Question
    voters: Sequence[Voter]
    deadline_at: datetime | None
    closes_at: datetime | None

    @property
    def area(self) -> int:
        return sum(voter.area for voter in self.voters) if self.rule.is_by_area else 0


@journal.shielded
async def open_ballot(actor: Actor, meeting: UUID, *, seconds: int | None, at: datetime) -> UUID:
    """Open the vote on the item in hand; `seconds` is how long the screens count down. Where the
    notice gave it a window of days, it stands open until the last of them.

    Rule, question, wording and electorate are frozen here. Returns the ballot's id.
    """
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        state = await journal.state_of(meeting)
        item = require_current(state)
        await tell_arrivals(entry, meeting)
        rule = Rule.from_json(state.rule_of(item))
        question = Question.from_json(item.question) if item.question else MOTION
        rule.check_usable(await _day_of(meeting, at))
        check_countable(rule, question)
        voters = await voters_for(meeting, rule.electorate)
        present = await present_of(meeting, item.id, voters, rule.electorate)
        eligibility.may_open(_opening_facts(state, item, rule, present, voters))
        window = timedelta(days=item.window_days) if item.window_days else None
        opening = _Opening(
            rule=rule,
            question=question,
            voters=voters,
            deadline_at=at + timedelta(seconds=seconds) if seconds and not window else None,
            closes_at=at + window if window else None,
        )
        ballot = await _open(entry, meeting, item, opening, chair=state.chair)
        entry.answer["ballot"] = str(ballot.id)
    return ballot.id


async def _day_of(meeting: UUID, at: datetime) -> date:
    """The day in the community's zone: a meeting may have been moved since its notice."""
    row = await require_meeting(meeting)
    community = await Community.get(id=row.community_id)
    return at.astimezone(ZoneInfo(community.zone)).date()


async def _open(
    entry: journal.Recorder, meeting: UUID, item: ItemView, opening: _Opening, chair: UUID | None
) -> Ballot:
    rule, electorate = opening.rule, await freeze(meeting, opening.voters)
    question = opening.question.to_json() if opening.question != MOTION else None
    ballot = await Ballot.create(
        meeting_id=meeting,
        item_id=item.id,
        electorate_id=electorate.id,
        wording=item.wording,
        rule=canonical(rule.to_json()),
        question=canonical(question) if question else "",
        may_change=rule.may_change,
        is_secret=rule.secrecy == "secret",
        precedence=rule.precedence,
        silent_id=chair if rule.chair != "votes" else None,
        entitled=electorate.size,
        entitled_area=opening.area,
        opened_at=entry.at,
        deadline_at=opening.deadline_at,
        closes_at=opening.closes_at,
    )
    opened = BallotOpened(
        ballot=ballot.id,
        item=item.id,
        wording=ballot.wording,
        rule=rule.to_json(),
        question=question,
        entitled=electorate.size,
        entitled_area=opening.area,
        electorate_digest=electorate.digest,
        deadline_at=ballot.deadline_at,
        closes_at=ballot.closes_at,
    )
    entry.tell(opened, subject=f"ballot:{ballot.id}")
    return ballot


def _opening_facts(
    state: MeetingState, item: ItemView, rule: Rule, present: Present, voters: Sequence[Voter]
) -> OpeningFacts:
    return OpeningFacts(
        item=item.position,
        meeting=Stage(state.state),
        state=ItemState(item.state),
        is_noticed=True,
        wording=item.wording or "",
        is_read=item.is_read,
        is_someone_speaking=state.speaking is not None,
        ballot=BallotState(item.ballot.state) if item.ballot else None,
        roll=len(voters),
        present=present.voters,
        roll_area=sum(voter.area for voter in voters),
        present_area=present.area,
        entitled=len(voters),
        rule=rule,
    )
