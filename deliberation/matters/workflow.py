"""The five steps of a matter: which act leads where, and on what condition. Pure."""

from dataclasses import dataclass, field

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.matters.stages import SHIPPED, Stage, Way, Workflow
from deliberation.matters.steps import (
    CONDITION_WORDS,
    EVIDENCE_WORDS,
    INPUT_WORDS,
    Act,
    Condition,
    Evidence,
    Input,
    MatterState,
    Mover,
    Resolved,
    Step,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterFacts:
    """What the procedure asks about a matter. `stage` is empty for the first part of the step."""

    step: Step
    stage: str = ""
    state: MatterState = MatterState.ACTIVE
    workflow: Workflow = SHIPPED
    demands: int = 0
    was_discussed: bool = False
    """It was an item of a meeting on which the floor was opened."""
    has_wording: bool = False
    """There is a motion: a concrete act in exact words."""
    resolved: Resolved = Resolved.NONE
    """By the latest resolution since the matter last came to the decision."""
    is_decided: bool = False
    """Some resolution adopted it, at whatever time."""
    is_assigned: bool = False
    """An organisation and a due date are named."""
    open_tasks: int = 0
    ratings: int = 0
    mean: int = 0
    """Of the ratings, in hundredths."""
    is_rating_over: bool = False
    """The days for rating have passed; silence then does not hold a matter open for ever."""
    returns: int = 0
    """How often it went back to delivery by itself."""
    waited_days: int = 0
    """Whole local days since this part of the step was entered."""
    evidence: frozenset[Evidence] = field(default_factory=frozenset)

    @property
    def here(self) -> str:
        """The key of the part of the step."""
        return self.stage or self.step.value

    @property
    def is_dissatisfied(self) -> bool:
        limits = self.workflow.limits
        return self.ratings >= max(1, limits.least_ratings) and self.mean < limits.least_mean

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
            case Condition.IS_DECIDED:
                return self.is_decided
            case Condition.IS_UNDECIDED:
                return not self.is_decided
            case Condition.TASKS_DONE:
                return self.open_tasks == 0
            case Condition.IS_DISSATISFIED:
                return self.is_dissatisfied
            case Condition.NOT_DISSATISFIED:
                return not self.is_dissatisfied
            case Condition.MAY_RETURN:
                return self.returns < self.workflow.limits.returns
            case Condition.HAS_RETURNED:
                return self.returns >= self.workflow.limits.returns


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Where an act leads."""

    step: Step
    stage: str
    state: MatterState = MatterState.ACTIVE


_ENDED = N_("这件议题已经结束")
_OTHER_STEP = N_("议题不在这一步")
_WAITING = N_("还要等{days}天")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An act of the matter's step; where `reasons` is not empty it cannot be done yet, and why."""

    way: Way
    reasons: tuple[Sentence, ...]

    @property
    def act(self) -> Act:
        return self.way.act

    @property
    def inputs(self) -> tuple[Input, ...]:
        return self.way.inputs


def offers(facts: MatterFacts) -> list[Offer]:
    """All acts of this part of the step, those that can be done and those that cannot yet; none
    when the matter has ended. Of two ways of one act the one that is open is offered."""
    if facts.state is not MatterState.ACTIVE:
        return []
    chosen: dict[Act, Offer] = {}
    for way in facts.workflow.ways:
        if way.leaves != facts.here or way.is_off:
            continue
        offer = Offer(way=way, reasons=_unmet(facts, way))
        if way.act not in chosen or (chosen[way.act].reasons and not offer.reasons):
            chosen[way.act] = offer
    return list(chosen.values())


def available(facts: MatterFacts) -> list[Act]:
    """The acts that can be done now, given what they need."""
    return [offer.act for offer in offers(facts) if not offer.reasons]


def mover_of(facts: MatterFacts, act: Act) -> Mover | None:
    """Whose the act is in this part of the step; None where it is no act of it."""
    return next((offer.way.by for offer in offers(facts) if offer.act is act), None)


def advance(facts: MatterFacts, act: Act, given: frozenset[Input] = frozenset()) -> Arrival:
    """Where the matter is after the act; refuses with the first thing that is missing."""
    offer = _find(facts, act)
    for reason in offer.reasons:
        raise _refusal(act, reason)
    for needed in Input:
        if needed in offer.inputs and needed not in given:
            raise _refusal(act, say(INPUT_WORDS[needed]))
    stage = facts.workflow.stage(offer.way.enters)
    return Arrival(step=stage.step, stage=stage.key, state=offer.way.ends)


def _find(facts: MatterFacts, act: Act) -> Offer:
    if facts.state is not MatterState.ACTIVE:
        raise _refusal(act, say(_ENDED))
    for offer in offers(facts):
        if offer.act is act:
            return offer
    raise _refusal(act, say(_OTHER_STEP))


def stage_of(facts: MatterFacts) -> Stage:
    return facts.workflow.stage(facts.here)


def _unmet(facts: MatterFacts, way: Way) -> tuple[Sentence, ...]:
    """What the way still waits for: conditions, then days, then evidence."""
    found = [say(CONDITION_WORDS[c]) for c in way.conditions if not facts.holds(c)]
    if way.is_back:
        return tuple(found)
    stage = stage_of(facts)
    if facts.waited_days < stage.wait_days:
        found.append(say(_WAITING, days=stage.wait_days - facts.waited_days))
    found += [say(EVIDENCE_WORDS[one]) for one in stage.evidence if one not in facts.evidence]
    return tuple(found)


def _refusal(act: Act, needs: Sentence) -> Refusal:
    return Refusal(Code.MATTER_ACT_NOT_AVAILABLE, act=act.value, needs=needs)
