"""What does not change about a ballot once it is open, kept at hand by its id: casting asks it of
every vote, and reads it from the database once in a process."""

import json
from collections import OrderedDict
from uuid import UUID

import msgspec

from deliberation.ballots.models import Ballot
from deliberation.people.roles import Actor
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Rule

KEPT = 256


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """The rule and the question of a ballot that was opened."""

    ballot: UUID
    meeting: UUID
    item: UUID
    rule: Rule
    question: Question

    @property
    def is_secret(self) -> bool:
        return self.rule.secrecy == "secret"

    def choice_from(self, text: str) -> str:
        """Raises BALLOT_CHOICE_UNKNOWN."""
        return self.question.choice_from(text, follow=self.rule.follow != "none")

    def voter_of(self, actor: Actor) -> UUID | None:
        """For whom the actor votes as themselves; None where they are nobody's voter."""
        return actor.household if self.rule.electorate == "households" else actor.person


_kept: OrderedDict[UUID, Frozen] = OrderedDict()


def at_hand(ballot: UUID) -> Frozen | None:
    """What was read before, without waiting."""
    return _kept.get(ballot)


async def frozen(ballot: UUID) -> Frozen | None:
    """None for a ballot that there is not."""
    found = _kept.get(ballot)
    if found is None:
        row = await Ballot.get_or_none(id=ballot)
        if row is None:
            return None
        found = frozen_of(row)
        _kept[ballot] = found
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def frozen_of(row: Ballot) -> Frozen:
    return Frozen(
        ballot=row.id,
        meeting=row.meeting_id,
        item=row.item_id,
        rule=Rule.from_json(json.loads(row.rule)),
        question=Question.from_json(json.loads(row.question)) if row.question else MOTION,
    )
