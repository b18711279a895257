"""All situations that a matter can come into under a workflow, and which of them lead to an end.

What people can bring about is taken as brought about: days pass, meetings are held, evidence of a
kind that can be had is had. What they cannot choose (a decision, dissatisfaction) is tried both
ways. Pure.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeVar

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.matters.prototypes import OBTAINABLE, movers_of
from deliberation.matters.stages import Way, Workflow
from deliberation.matters.steps import Act, MatterState, Resolved, Step
from deliberation.matters.workflow import MatterFacts, offers

_Node = TypeVar("_Node")
_LONG = 1_000_000
"""Days after which every countdown is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where a matter stands, and what it has behind it; `stage` is empty when it has ended."""

    stage: str
    resolved: Resolved = Resolved.NONE
    is_decided: bool = False
    is_assigned: bool = False
    is_dissatisfied: bool = False
    has_returned: bool = False
    end: MatterState = MatterState.ACTIVE

    @property
    def told(self) -> Sentence:
        """What is the matter with it, for who looks for the fault."""
        if self.resolved is Resolved.REJECTED:
            return say(N_("表决没有通过的"))
        if self.is_dissatisfied:
            return say(N_("退回过还不满意的") if self.has_returned else N_("评价不满意的"))
        if self.is_decided and not self.is_assigned:
            return say(N_("表决通过还没有交办的"))
        if self.is_decided or self.resolved is Resolved.ADOPTED:
            return say(N_("表决通过的"))
        return say(N_("议题到了这里"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """All situations under way; those from which some end is reached; those that can still be
    closed as done (or were voted down, and are not to be)."""

    situations: frozenset[Situation]
    ending: frozenset[Situation]
    closing: frozenset[Situation]


def walk(workflow: Workflow) -> Walked:
    """Try everything, from the first part on."""
    leads: dict[Situation, set[Situation]] = {}
    frontier = [Situation(stage=Step.RAISE.value)]
    while frontier:
        here = frontier.pop()
        if here not in leads:
            leads[here] = set(_onward(workflow, here)) if here.stage else set()
            frontier += leads[here]
    ended = {one for one in leads if not one.stage}
    closed = {one for one in ended if one.end is MatterState.CLOSED}
    under_way = frozenset(leads) - ended
    back = _backwards(leads)
    refused = {one for one in under_way if one.resolved is Resolved.REJECTED}
    ending: set[Situation] = reached_from(back, ended)
    closing: set[Situation] = reached_from(back, closed) | refused
    return Walked(situations=under_way, ending=under_way & ending, closing=under_way & closing)


def _backwards(
    leads: Mapping[Situation, Collection[Situation]],
) -> Mapping[Situation, set[Situation]]:
    made: defaultdict[Situation, set[Situation]] = defaultdict(set)
    for left, entered in leads.items():
        for one in entered:
            made[one].add(left)
    return made


def reached_from(leads: Mapping[_Node, Collection[_Node]], start: Iterable[_Node]) -> set[_Node]:
    """All that is reached over any number of steps, the start itself included."""
    found: set[_Node] = set()
    frontier = list(start)
    while frontier:
        node = frontier.pop()
        if node not in found:
            found.add(node)
            frontier += leads.get(node, ())
    return found


def facts_in(workflow: Workflow, here: Situation) -> MatterFacts:
    """The situation as the procedure asks about it, when all was brought that can be."""
    limits, step = workflow.limits, workflow.stage(here.stage).step
    return MatterFacts(
        step=step,
        stage=here.stage,
        workflow=workflow,
        demands=1,
        was_discussed=True,
        has_wording=True,
        resolved=here.resolved,
        is_decided=here.is_decided,
        is_assigned=here.is_assigned,
        ratings=max(1, limits.least_ratings) if here.is_dissatisfied else 0,
        mean=0,
        is_rating_over=True,
        returns=limits.returns if here.has_returned else 0,
        waited_days=_LONG,
        evidence=OBTAINABLE[step],
    )


def _onward(workflow: Workflow, here: Situation) -> Iterator[Situation]:
    step = workflow.stage(here.stage).step
    if here.stage == Step.DECIDE.value and here.resolved is Resolved.NONE:
        yield from (replace(here, resolved=one) for one in Resolved)  # by another ballot
    for offer in offers(facts_in(workflow, here)):
        if not offer.reasons and offer.way.by in movers_of(step, offer.act):
            yield from _after(workflow, here, offer.way)


def _after(workflow: Workflow, here: Situation, way: Way) -> Iterator[Situation]:
    """Where the way leads: one situation, or one for each thing that nobody can choose."""
    if way.ends is not MatterState.ACTIVE:
        yield Situation(stage="", end=way.ends)
        return
    step = workflow.stage(way.enters).step
    entered = replace(
        here,
        stage=way.enters,
        is_decided=here.is_decided or way.act is Act.ADOPT,
        is_assigned=_assigned(here, way),
    )
    if step is workflow.stage(here.stage).step:
        yield entered
        return
    fresh = replace(entered, resolved=Resolved.NONE, is_dissatisfied=False)
    if step is Step.DECIDE:
        yield from (replace(fresh, resolved=one) for one in Resolved)
    elif step is Step.EVALUATE:
        yield from (replace(fresh, is_dissatisfied=one) for one in (False, True))
    elif way.act is Act.RETURN:
        known = product((False, True), (False, True))
        yield from (replace(fresh, is_assigned=a, has_returned=b) for a, b in known)
    else:
        yield fresh


def _assigned(here: Situation, way: Way) -> bool:
    if way.act in (Act.ASSIGN, Act.CLAIM):
        return True
    return here.is_assigned and way.act is not Act.RELEASE
