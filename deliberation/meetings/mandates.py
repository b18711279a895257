"""Who may have another vote for them (委托), and until when they may take it back. Pure.

A mandate is of one voter's own vote, in one item or in the whole meeting. It cannot be passed on:
only who casts the vote themselves gives it. Who has given their own vote away may still hold the
votes of others, because these are not theirs; and may still vote in person, which counts if it
comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from deliberation.errors import Code, Refusal
from deliberation.journal.views import ItemView, MeetingState
from deliberation.meetings.rules import MeetingState as Stage
from deliberation.rulesets.rules import Electorate, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a mandate is for: `item`, or the whole meeting where it is None; the `rules` are those
    of the items in it that are still to be voted on."""

    item: UUID | None
    position: int
    """Of the item, for the words; 0 for the whole meeting."""
    rules: tuple[Rule, ...]

    @property
    def electorate(self) -> Electorate:
        """Whose vote it is. Raises PROXY_NOT_ALLOWED where nothing is left to vote on."""
        if not self.rules:
            raise Refusal(Code.PROXY_NOT_ALLOWED)
        return self.rules[0].electorate

    @property
    def limit(self) -> int:
        """How many voters one person may stand for; the least of the items' rules."""
        return min((rule.proxies for rule in self.rules), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivingFacts:
    """What is true of a mandate that is to be given."""

    scope: Scope
    giver: UUID
    holder: UUID
    chair: UUID | None
    voter: UUID | None
    """For whom the giver casts the vote; None: they cast none in the scope."""
    may_hold: bool
    """The holder belongs to a household of the roll, or owns a unit of it."""
    has_voted: bool
    """In the item's ballot, which is open."""
    is_given: bool
    """A mandate of the same voter is in force in the scope, or in a part of it."""
    held: int
    """Voters for whom the holder stands already in the scope, or in a part of it."""


def scope_of(state: MeetingState, item: UUID | None) -> Scope:
    """From the replayed state. Raises ITEM_NOT_ON_AGENDA, PROXY_TOO_LATE for an item that was voted
    on, and what the meeting's stage refuses."""
    _check_stage(state)
    if item is None:
        check_sits(state)
        left = [i for i in state.items if is_voted_on(i) and not is_over(i)]
        return Scope(item=None, position=0, rules=tuple(_rule(state, i) for i in left))
    found = state.item(item)
    if found is None:
        raise Refusal(Code.ITEM_NOT_ON_AGENDA)
    if not is_voted_on(found):
        raise Refusal(Code.PROXY_NOT_ALLOWED)
    if is_over(found):
        raise Refusal(Code.PROXY_TOO_LATE, item=found.position)
    if not _is_open(found):
        check_sits(state)
    return Scope(item=item, position=found.position, rules=(_rule(state, found),))


def scopes_of(state: MeetingState) -> list[Scope]:
    """All in which mandates may be given now: the whole meeting first, where that is possible."""
    found: list[Scope] = []
    for item in (None, *(i.id for i in state.items)):
        try:
            scope = scope_of(state, item)
            check_scope(scope)
        except Refusal:
            continue
        found.append(scope)
    return found


def is_voted_on(item: ItemView) -> bool:
    return item.step == "decide" or bool(item.wording)


def is_over(item: ItemView) -> bool:
    """Nothing is voted on it any more: a ballot in a window goes on when the item is left."""
    if item.ballot is not None and item.ballot.state in ("closed", "announced"):
        return True
    return item.state == "closed" and not _is_open(item)


def _is_open(item: ItemView) -> bool:
    return item.ballot is not None and item.ballot.state == "open"


def _rule(state: MeetingState, item: ItemView) -> Rule:
    return Rule.from_json(state.rule_of(item))


def _check_stage(state: MeetingState) -> None:
    if state.state == Stage.PLANNED:
        raise Refusal(Code.MEETING_NOT_NOTICED)
    if state.state == Stage.CANCELLED:
        raise Refusal(Code.MEETING_CANCELLED)


def check_sits(state: MeetingState) -> None:
    """Raises MEETING_ALREADY_ADJOURNED: from then on only an open ballot is voted in."""
    if state.state == Stage.ADJOURNED:
        raise Refusal(Code.MEETING_ALREADY_ADJOURNED)


def check_scope(scope: Scope) -> None:
    """The rule allows mandates; the whole meeting only where one mandate means the same in all of
    its items. Raises PROXY_NOT_ALLOWED, PROXY_ITEM_BY_ITEM."""
    allowing = [r for r in scope.rules if r.proxies and r.secrecy != "secret"]
    if not allowing:
        raise Refusal(Code.PROXY_NOT_ALLOWED)
    electorates = {rule.electorate for rule in scope.rules}
    if len(allowing) < len(scope.rules) or len(electorates) > 1:
        raise Refusal(Code.PROXY_ITEM_BY_ITEM)


def check_may_give(facts: GivingFacts) -> UUID:
    """Returns the voter whose vote is given."""
    check_scope(facts.scope)
    if facts.voter is None:
        raise Refusal(Code.PROXY_NO_VOTE)
    if facts.giver == facts.chair and _silences_chair(facts.scope.rules):
        raise Refusal(Code.BALLOT_CHAIR_SILENT)
    _check_holder(facts)
    if facts.has_voted:
        raise Refusal(Code.PROXY_VOTED_ALREADY, item=facts.scope.position)
    if facts.is_given:
        raise Refusal(Code.PROXY_GIVEN_ALREADY)
    if facts.held >= facts.scope.limit:
        raise Refusal(Code.PROXY_HOLDER_FULL, limit=facts.scope.limit)
    return facts.voter


def _silences_chair(rules: Sequence[Rule]) -> bool:
    return any(rule.chair != "votes" for rule in rules)


def _check_holder(facts: GivingFacts) -> None:
    if facts.holder == facts.giver:
        raise Refusal(Code.PROXY_TO_ONESELF)
    if facts.holder == facts.chair:
        raise Refusal(Code.PROXY_TO_CHAIR)
    if not facts.may_hold:
        raise Refusal(Code.PROXY_HOLDER_UNSUITABLE)


def check_may_revoke(state: str, *, is_used: bool) -> None:
    """Until the holder has voted. Raises PROXY_ENDED, PROXY_USED."""
    if state != "given":
        raise Refusal(Code.PROXY_ENDED)
    if is_used:
        raise Refusal(Code.PROXY_USED)
