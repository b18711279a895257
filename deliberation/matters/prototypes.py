"""What each act of the procedure may be: whose it is, what it may wait for, where it may lead.

An edited way fits one of these, or it is none: a step that is renamed, or has more parts, stays
the step that the rest of the service knows.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import replace

from deliberation.matters.stages import SHIPPED, Way, Workflow
from deliberation.matters.steps import Act, Condition, Evidence, Input, Mover, Step

_CLERKS = (Mover.STAFF,)
_EITHER = (Mover.ORGANISATION, Mover.STAFF)
_BY_ITSELF = (Mover.SERVICE,)

MOVERS: Mapping[Act, Sequence[Mover]] = MappingProxyType(
    {
        Act.ACCEPT: _CLERKS,
        Act.MERGE: _CLERKS,
        Act.PUT_TO_DECISION: _CLERKS,
        Act.DISCUSS_AGAIN: _CLERKS,
        Act.ADOPT: _BY_ITSELF,
        Act.REJECT: _CLERKS,
        Act.ASSIGN: _CLERKS,
        Act.ADVANCE: (Mover.STAFF, Mover.SERVICE),
        Act.CLAIM: _EITHER,
        Act.OBJECT: _CLERKS,
        Act.RELEASE: _EITHER,
        Act.ESCALATE: _CLERKS,
        Act.ABANDON: _CLERKS,
        Act.REPORT_DONE: _EITHER,
        Act.RATE: (Mover.RESIDENTS,),
        Act.CONFIRM: _CLERKS,
        Act.SEND_BACK: _CLERKS,
        Act.RETURN: _BY_ITSELF,
    }
)
"""Who can do an act at all. In EVALUATE an escalation follows by itself; in DELIVER what is done
within the step may be the organisation's too."""

OPTIONAL: Mapping[tuple[Step, Act], Sequence[Condition]] = MappingProxyType(
    {
        (Step.RAISE, Act.ACCEPT): (Condition.HAS_DEMANDS,),
        (Step.RAISE, Act.CLAIM): (Condition.HAS_DEMANDS,),
        (Step.RAISE, Act.ADVANCE): (Condition.HAS_DEMANDS,),
        (Step.DISCUSS, Act.PUT_TO_DECISION): (Condition.WAS_DISCUSSED, Condition.HAS_WORDING),
        (Step.DISCUSS, Act.ADVANCE): (Condition.WAS_DISCUSSED, Condition.HAS_WORDING),
        (Step.DELIVER, Act.REPORT_DONE): (Condition.TASKS_DONE,),
        (Step.DELIVER, Act.ADVANCE): (Condition.IS_ASSIGNED, Condition.TASKS_DONE),
        (Step.EVALUATE, Act.CONFIRM): (Condition.IS_RATED,),
        (Step.EVALUATE, Act.ADVANCE): (Condition.IS_RATED,),
    }
)
"""What a community may require of an act, or waive; every other condition is what it means."""

OBTAINABLE: Mapping[Step, frozenset[Evidence]] = MappingProxyType(
    {
        Step.RAISE: frozenset({Evidence.PHOTO_BEFORE}),
        Step.DISCUSS: frozenset({Evidence.PHOTO_BEFORE, Evidence.PUBLISHED_MINUTES}),
        Step.DECIDE: frozenset({Evidence.PHOTO_BEFORE, Evidence.PUBLISHED_MINUTES}),
        Step.DELIVER: frozenset({Evidence.PHOTO_BEFORE, Evidence.PHOTO_AFTER, Evidence.PROGRESS}),
        Step.EVALUATE: frozenset({Evidence.PHOTO_BEFORE, Evidence.PHOTO_AFTER, Evidence.PROGRESS}),
    }
)
"""What somebody can bring while a matter is in the step. A matter that was claimed was on no
meeting: in its delivery nobody has minutes of it to publish."""

_ONWARD = {Step.DECIDE: Step.DELIVER}
_STEPS = tuple(Step)


def _advances() -> list[Way]:
    """Within each step; out of DECIDE, whose parts come behind the decision, also to DELIVER."""
    within = [
        Way(act=Act.ADVANCE, leaves=step.value, enters=step.value, by=Mover.SERVICE)
        for step in Step
    ]
    beyond = [replace(within[0], leaves=a.value, enters=b.value) for a, b in _ONWARD.items()]
    return within + beyond


def _adoption() -> Way:
    """The decision may lead to a further part of its own step."""
    adopt = next(way for way in SHIPPED.ways if way.act is Act.ADOPT)
    return replace(adopt, enters=adopt.leaves)


PROTOTYPES: Sequence[Way] = (
    *SHIPPED.ways,
    _adoption(),
    *_advances(),
    Way(
        act=Act.OBJECT,
        leaves=Step.DECIDE.value,
        enters=Step.DISCUSS.value,
        inputs=(Input.REASON,),
        is_back=True,
    ),
)
"""Ways between the steps themselves, of which every way of a workflow is one."""


def movers_of(step: Step, act: Act) -> Sequence[Mover]:
    """Who may be chosen to do it."""
    if (step, act) == (Step.EVALUATE, Act.ESCALATE):
        return _BY_ITSELF
    if (step, act) == (Step.DELIVER, Act.ADVANCE):
        return (Mover.STAFF, Mover.ORGANISATION, Mover.SERVICE)
    return MOVERS[act]


def optional_of(step: Step, act: Act) -> Sequence[Condition]:
    """Which conditions may be required or waived."""
    return OPTIONAL.get((step, act), ())


def step_of(workflow: Workflow, key: str) -> Step:
    """The step that a part belongs to. Raises KeyError for no part."""
    try:
        return workflow.stage(key).step
    except StopIteration:
        raise KeyError(key) from None


def prototype_of(workflow: Workflow, way: Way) -> Way | None:
    """What the way is an instance of; None for one that the service does not know."""
    leaves, enters = step_of(workflow, way.leaves), step_of(workflow, way.enters)
    waivable = set(optional_of(leaves, way.act))
    meant = replace(
        way,
        leaves=leaves.value,
        enters=enters.value,
        conditions=tuple(c for c in way.conditions if c not in waivable),
        by=Mover.STAFF,
        is_off=False,
    )
    for known in PROTOTYPES:
        bare = tuple(c for c in known.conditions if c not in waivable)
        if replace(known, conditions=bare, by=Mover.STAFF) == meant:
            return known
    return None
