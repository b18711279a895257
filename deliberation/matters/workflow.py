"""The five steps of a matter as data: which act leads where, and on what condition."""

from dataclasses import dataclass

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.matters.steps import (
    CONDITION_WORDS,
    INPUT_WORDS,
    Act,
    Condition,
    Input,
    MatterState,
    Resolved,
    Step,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterFacts:
    step: Step
    state: MatterState = MatterState.ACTIVE
    demands: int = 0
    was_discussed: bool = False
    """It was an item of a meeting on which the floor was opened."""
    has_wording: bool = False
    """There is a motion: a concrete act in exact words."""
    resolved: Resolved = Resolved.NONE
    """By the latest resolution since the matter last came to the decision."""
    is_assigned: bool = False
    """An organisation and a due date are named."""
    ratings: int = 0
    is_rating_over: bool = False
    """The days for rating have passed; silence then does not hold a matter open for ever."""

    def holds(self, condition: Condition) -> bool:
        match condition:
            case Condition.HAS_DEMANDS:
                return self.demands > 0
            case Condition.WAS_DISCUSSED:
                return self.was_discussed
            case Condition.HAS_WORDING:
                return self.has_wording
            case Condition.IS_ADOPTED:
                return self.resolved is Resolved.ADOPTED
            case Condition.IS_REJECTED:
                return self.resolved is Resolved.REJECTED
            case Condition.NOT_ADOPTED:
                return self.resolved is not Resolved.ADOPTED
            case Condition.IS_ASSIGNED:
                return self.is_assigned
            case Condition.IS_RATED:
                return self.ratings > 0 or self.is_rating_over


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Where an act leads."""

    step: Step
    state: MatterState = MatterState.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A line of the procedure."""

    act: Act
    leaves: Step
    arrives: Arrival
    conditions: tuple[Condition, ...] = ()
    inputs: frozenset[Input] = frozenset()


def _way(
    act: Act,
    leaves: Step,
    enters: Step,
    *conditions: Condition,
    ends: MatterState = MatterState.ACTIVE,
    inputs: frozenset[Input] = frozenset(),
) -> Way:
    arrives = Arrival(step=enters, state=ends)
    return Way(act=act, leaves=leaves, arrives=arrives, conditions=conditions, inputs=inputs)


_ASSIGNMENT = frozenset({Input.ORGANISATION, Input.DUE_ON})
_TARGET, _RATING, _REASON = (
    frozenset({needed}) for needed in (Input.TARGET, Input.RATING, Input.REASON)
)

PROCEDURE: tuple[Way, ...] = (
    _way(Act.ACCEPT, Step.RAISE, Step.DISCUSS, Condition.HAS_DEMANDS),
    _way(Act.MERGE, Step.RAISE, Step.RAISE, ends=MatterState.MERGED, inputs=_TARGET),
    _way(
        Act.PUT_TO_DECISION,
        Step.DISCUSS,
        Step.DECIDE,
        Condition.WAS_DISCUSSED,
        Condition.HAS_WORDING,
    ),
    _way(Act.MERGE, Step.DISCUSS, Step.DISCUSS, ends=MatterState.MERGED, inputs=_TARGET),
    _way(Act.ADOPT, Step.DECIDE, Step.DELIVER, Condition.IS_ADOPTED),
    _way(Act.REJECT, Step.DECIDE, Step.DECIDE, Condition.IS_REJECTED, ends=MatterState.REJECTED),
    _way(Act.DISCUSS_AGAIN, Step.DECIDE, Step.DISCUSS, Condition.NOT_ADOPTED, inputs=_REASON),
    _way(Act.ASSIGN, Step.DELIVER, Step.DELIVER, inputs=_ASSIGNMENT),
    _way(Act.REPORT_DONE, Step.DELIVER, Step.EVALUATE, Condition.IS_ASSIGNED),
    _way(Act.RATE, Step.EVALUATE, Step.EVALUATE, inputs=_RATING),
    _way(Act.CONFIRM, Step.EVALUATE, Step.EVALUATE, Condition.IS_RATED, ends=MatterState.CLOSED),
    _way(Act.SEND_BACK, Step.EVALUATE, Step.DELIVER, inputs=_REASON),
)

_ENDED = N_("这件议题已经结束")
_OTHER_STEP = N_("议题不在这一步")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An act of the matter's step; where `unmet` is not empty it cannot be done yet, and why."""

    act: Act
    unmet: tuple[Condition, ...]
    inputs: frozenset[Input]

    @property
    def reasons(self) -> tuple[Sentence, ...]:
        return tuple(say(CONDITION_WORDS[condition]) for condition in self.unmet)


def offers(facts: MatterFacts) -> list[Offer]:
    """All acts of the step, done or not yet to be done; none when the matter has ended."""
    if facts.state is not MatterState.ACTIVE:
        return []
    return [
        Offer(act=way.act, unmet=_unmet(facts, way), inputs=way.inputs)
        for way in PROCEDURE
        if way.leaves is facts.step
    ]


def available(facts: MatterFacts) -> list[Act]:
    """The acts that can be done now, given what they need."""
    return [offer.act for offer in offers(facts) if not offer.unmet]


def advance(facts: MatterFacts, act: Act, given: frozenset[Input] = frozenset()) -> Arrival:
    """Where the matter is after the act; refuses with the first thing that is missing, a msgid."""
    way = _find(facts, act)
    for condition in _unmet(facts, way):
        raise _refusal(act, CONDITION_WORDS[condition])
    for needed in Input:
        if needed in way.inputs - given:
            raise _refusal(act, INPUT_WORDS[needed])
    return way.arrives


def _find(facts: MatterFacts, act: Act) -> Way:
    if facts.state is not MatterState.ACTIVE:
        raise _refusal(act, _ENDED)
    for way in PROCEDURE:
        if way.act is act and way.leaves is facts.step:
            return way
    raise _refusal(act, _OTHER_STEP)


def _unmet(facts: MatterFacts, way: Way) -> tuple[Condition, ...]:
    return tuple(condition for condition in way.conditions if not facts.holds(condition))


def _refusal(act: Act, needs: str) -> Refusal:
    return Refusal(Code.MATTER_ACT_NOT_AVAILABLE, act=act.value, needs=needs)
