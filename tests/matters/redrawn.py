"""Workflows as communities may come to draw them, and a search that knows nothing of the check."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import strategies as st

from deliberation.matters import redrawing
from deliberation.matters.prototypes import OBTAINABLE, movers_of
from deliberation.matters.stages import SHIPPED, Workflow
from deliberation.matters.steps import (
    Act,
    Condition,
    Evidence,
    Input,
    MatterState,
    Mover,
    Resolved,
    Step,
)
from deliberation.matters.workflow import MatterFacts, advance, available

EVERYTHING = frozenset(Input)


@st.composite
def edited(draw: st.DrawFn, workflow: Workflow) -> Workflow:
    """One edit more, of whatever kind."""
    keys = st.sampled_from([stage.key for stage in workflow.stages])
    further = [s.key for s in workflow.stages if s.key != s.step.value]
    index = draw(st.integers(0, len(workflow.ways) - 1))
    kind = draw(st.sampled_from(["add", "add", "rename", "wait", "evidence", "way", "part"]))
    match kind:
        case "rename":
            return redrawing.rename(workflow, draw(keys), f"名{draw(st.integers(0, 999))}")
        case "wait":
            return redrawing.set_wait(workflow, draw(keys), draw(st.integers(0, 30)))
        case "evidence":
            chosen = draw(st.sets(st.sampled_from(Evidence)))
            return redrawing.set_evidence(workflow, draw(keys), chosen)
        case "way":
            return draw(rerouted(workflow, index))
        case "part" if further:
            key = draw(st.sampled_from(further))
            if draw(st.booleans()):
                return redrawing.remove_part(workflow, key)
            return redrawing.move_part(workflow, key, earlier=draw(st.booleans()))
    return draw(with_part(workflow))


@st.composite
def rerouted(draw: st.DrawFn, workflow: Workflow, index: int) -> Workflow:
    if draw(st.booleans()):
        return redrawing.switch(workflow, index, is_off=draw(st.booleans()))
    if draw(st.booleans()):
        return redrawing.set_mover(workflow, index, draw(st.sampled_from(Mover)))
    return redrawing.require(workflow, index, draw(st.sets(st.sampled_from(Condition))))


@st.composite
def with_part(draw: st.DrawFn, workflow: Workflow) -> Workflow:
    return redrawing.add_part(
        workflow,
        draw(st.sampled_from(Step)),
        name=f"分{draw(st.integers(0, 999))}",
        wait_days=draw(st.integers(0, 30)),
        by=draw(st.sampled_from([Mover.STAFF, Mover.SERVICE])),
    )


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """The generic one after some edits; it need not be sound."""
    workflow = SHIPPED
    for _ in range(draw(st.integers(0, 6))):
        workflow = draw(edited(workflow))
    return workflow


def brought(facts: MatterFacts) -> Iterator[MatterFacts]:
    """What people can do for a matter besides its acts, and what may befall it."""
    if facts.waited_days == 0:
        evidence = OBTAINABLE[facts.step]
        yield replace(facts, waited_days=9_999, evidence=evidence, demands=1, open_tasks=0)
    if facts.step is Step.DISCUSS and not facts.has_wording:
        yield replace(facts, was_discussed=True, has_wording=True)
    if facts.here == Step.DECIDE and facts.resolved is Resolved.NONE:
        yield replace(facts, resolved=Resolved.ADOPTED)
        yield replace(facts, resolved=Resolved.REJECTED)
    if facts.step is Step.EVALUATE and not facts.is_rating_over:
        many = facts.workflow.limits.least_ratings or 1
        yield replace(facts, is_rating_over=True)
        yield replace(facts, is_rating_over=True, ratings=many, mean=100)
        yield replace(facts, is_rating_over=True, ratings=many, mean=500)


def acted(facts: MatterFacts) -> Iterator[MatterFacts]:
    """Where the acts lead that somebody may do."""
    for act in available(facts):
        arrival = advance(facts, act, EVERYTHING)
        moved = replace(
            facts,
            step=arrival.step,
            stage=arrival.stage,
            state=arrival.state,
            waited_days=facts.waited_days if arrival.stage == facts.here else 0,
            is_decided=facts.is_decided or act is Act.ADOPT,
            is_assigned=act in (Act.ASSIGN, Act.CLAIM)
            or (facts.is_assigned and act is not Act.RELEASE),
            returns=facts.returns + (act is Act.RETURN),
        )
        yield moved if arrival.step is facts.step else afresh(moved)


def afresh(facts: MatterFacts) -> MatterFacts:
    return replace(facts, resolved=Resolved.NONE, ratings=0, mean=0, is_rating_over=False)


def leads_of(workflow: Workflow) -> dict[MatterFacts, list[MatterFacts]]:
    """Every state of a matter from the first on, and what it leads to."""
    leads: dict[MatterFacts, list[MatterFacts]] = {}
    frontier = [MatterFacts(step=Step.RAISE, workflow=workflow, open_tasks=1)]
    while frontier:
        facts = frontier.pop()
        if facts not in leads:
            going = facts.state is MatterState.ACTIVE
            leads[facts] = [*brought(facts), *acted(facts)] if going else []
            frontier += leads[facts]
    return leads


def stuck_in(workflow: Workflow) -> set[str]:
    """The parts in which some matter can come to no end."""
    leads = leads_of(workflow)
    ending = {facts for facts in leads if facts.state is not MatterState.ACTIVE}
    grown = True
    while grown:
        more = {f for f, to in leads.items() if f not in ending and not ending.isdisjoint(to)}
        grown = bool(more)
        ending |= more
    return {facts.here for facts in leads if facts not in ending}


def is_gone_by_somebody(workflow: Workflow) -> bool:
    return all(
        way.by in movers_of(workflow.stage(way.leaves).step, way.act) for way in workflow.ways
    )
