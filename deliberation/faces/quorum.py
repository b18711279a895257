"""Who of the voters of the item in hand is there, against what its own rule asks for.

It is asked at every change of a room. What was found is remembered until the journal tells of other
people there, and whom the roll names for a minute; the opening of a ballot reads everything anew.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar
from uuid import UUID

from deliberation.ballots.electorates import Voter, present_of, voters_for
from deliberation.ballots.tally import area_text
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.journal.views import ItemView, MeetingState
from deliberation.meetings.rules import present_required
from deliberation.rulesets.rules import Electorate, Rule
from deliberation.rulesets.wording import UNITS

Key = TypeVar("Key")
Found = TypeVar("Found")

REMEMBERED = 50
FRESH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """Heads, and areas in 0.01 m² where the rule asks for an area; `by_proxy` of the heads through
    who holds their mandate. What is required is 0 where the rule asks for nothing."""

    rule: Rule
    roll: int
    present: int
    by_proxy: int
    required: int
    area: int
    present_area: int
    required_area: int

    @property
    def is_reached(self) -> bool:
        return self.present >= self.required and self.present_area >= self.required_area

    @property
    def missing(self) -> Sentence | None:
        """What is short of opening a ballot, in words."""
        if self.present < self.required:
            unit = say(UNITS[self.rule.electorate])
            text = N_("到会还差{n}{unit}，不能表决。")
            return say(text, n=self.required - self.present, unit=unit)
        if self.present_area < self.required_area:
            missing = area_text(self.required_area - self.present_area)
            return say(N_("到会面积还差{area}平方米，不能表决。"), area=missing)
        return None


class _Remembered(Generic[Key, Found]):
    """What was read less than `FRESH` ago; the oldest of many is forgotten."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, tuple[datetime, Found]] = OrderedDict()

    async def get(self, key: Key, now: datetime, read: Callable[[], Awaitable[Found]]) -> Found:
        known = self._known.get(key)
        if known is not None and timedelta(0) <= now - known[0] < FRESH:
            return known[1]
        found = await read()
        self._known[key] = (now, found)
        self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found


_VOTERS: _Remembered[tuple[UUID, Electorate], list[Voter]] = _Remembered()
_FOUND: _Remembered[tuple[UUID, UUID, int], Quorum] = _Remembered()


async def quorum_of(state: MeetingState, now: datetime) -> Quorum | None:
    """None where no ballot is to be opened next: between items, and once it is open."""
    item = state.current
    if state.meeting is None or item is None or not _is_before_ballot(item):
        return None
    rule = Rule.from_json(state.rule_of(item))
    voters = await _VOTERS.get(
        (state.meeting, rule.electorate), now, partial(voters_for, state.meeting, rule.electorate)
    )
    return await _FOUND.get(
        (state.meeting, item.id, state.presence_told),
        now,
        partial(_measured, state.meeting, item.id, rule, voters),
    )


async def _measured(meeting: UUID, item: UUID, rule: Rule, voters: Sequence[Voter]) -> Quorum:
    there = await present_of(meeting, item, voters, rule.electorate)
    area = sum(voter.area for voter in voters)
    asked = rule.attendance_area
    return Quorum(
        rule=rule,
        roll=len(voters),
        present=there.voters,
        by_proxy=there.by_proxy,
        required=present_required(rule, len(voters)),
        area=area,
        present_area=there.area,
        required_area=asked.required(area) if asked is not None else 0,
    )


def _is_before_ballot(item: ItemView) -> bool:
    return item.step == "decide" and (item.ballot is None or item.ballot.state == "voided")
