"""A matter on its way by any acts, on any days: it can always come to an end, no countdown is
skipped, and it goes back by itself only so often."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace as changed

from deliberation.matters.stages import SHIPPED, Way, Workflow
from deliberation.matters.steps import Act, Condition, Evidence, Input, MatterState, Resolved, Step
from deliberation.matters.workflow import MatterFacts, advance, available, offers, stage_of

EVERYTHING = frozenset(Input)


def with_waits(days: list[int], evidence: list[set[Evidence]]) -> Workflow:
    """The shipped way with countdowns and things that must be on record."""
    stages = [
        changed(stage, wait_days=wait, evidence=tuple(sorted(wanted)))
        for stage, wait, wanted in zip(SHIPPED.stages, days, evidence, strict=True)
    ]
    return changed(SHIPPED, stages=tuple(stages))


def with_notice(workflow: Workflow, days: int) -> Workflow:
    """A 公示 behind the decision: objections lead back, its days lead on."""
    notice = changed(workflow.stage("decide"), key="notice", name="公示", wait_days=days)
    ways = [changed(way, enters="notice") if way.act is Act.ADOPT else way for way in workflow.ways]
    ways += [
        Way(act=Act.ADVANCE, leaves="notice", enters="deliver"),
        Way(
            act=Act.OBJECT,
            leaves="notice",
            enters="discuss",
            inputs=(Input.REASON,),
            is_back=True,
        ),
    ]
    return changed(workflow, stages=(*workflow.stages, notice), ways=tuple(ways))


class OnItsWay(RuleBasedStateMachine):
    """What people can bring about changes as it likes; the acts do what the way says."""

    @initialize(
        days=st.lists(st.integers(0, 9), min_size=5, max_size=5),
        evidence=st.lists(st.sets(st.sampled_from(Evidence)), min_size=5, max_size=5),
        notice=st.integers(0, 9),
        returns=st.integers(0, 3),
    )
    def begin(
        self, days: list[int], evidence: list[set[Evidence]], notice: int, returns: int
    ) -> None:
        way = with_notice(with_waits(days, evidence), notice)
        way = changed(way, limits=changed(way.limits, returns=returns))
        self.matter = MatterFacts(step=Step.RAISE, workflow=way)

    @rule(
        demands=st.integers(0, 3),
        was_discussed=st.booleans(),
        has_wording=st.booleans(),
        resolved=st.sampled_from(Resolved),
        is_assigned=st.booleans(),
        open_tasks=st.integers(0, 2),
    )
    def people_do_something(self, **done: object) -> None:
        was_decided = self.matter.is_decided or done["resolved"] is Resolved.ADOPTED
        self.matter = replace(self.matter, is_decided=was_decided, **done)  # type: ignore[arg-type]

    @rule(
        ratings=st.integers(0, 40),
        mean=st.integers(100, 500),
        is_rating_over=st.booleans(),
        evidence=st.frozensets(st.sampled_from(Evidence)),
    )
    def residents_say_something(self, **said: object) -> None:
        self.matter = replace(self.matter, **said)  # type: ignore[arg-type]

    @rule(days=st.integers(1, 10))
    def days_pass(self, days: int) -> None:
        self.matter = replace(self.matter, waited_days=self.matter.waited_days + days)

    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        possible = available(self.matter)
        if not possible:
            return
        act = data.draw(st.sampled_from(possible))
        before = self.matter
        (offer,) = (one for one in offers(before) if one.act is act)
        arrival = advance(before, act, EVERYTHING)
        if not offer.way.is_back:
            assert before.waited_days >= stage_of(before).wait_days
            assert set(stage_of(before).evidence) <= before.evidence
        self.matter = replace(
            before,
            step=arrival.step,
            stage=arrival.stage,
            state=arrival.state,
            waited_days=0 if arrival.stage != before.here else before.waited_days,
            returns=before.returns + (act is Act.RETURN),
        )

    @invariant()
    def it_goes_back_by_itself_only_so_often(self) -> None:
        if hasattr(self, "matter"):
            assert self.matter.returns <= max(0, self.matter.workflow.limits.returns)

    @invariant()
    def what_has_ended_offers_nothing(self) -> None:
        if hasattr(self, "matter") and self.matter.state is not MatterState.ACTIVE:
            assert offers(self.matter) == []

    @invariant()
    def there_is_always_a_way_to_an_end(self) -> None:
        if hasattr(self, "matter") and self.matter.state is MatterState.ACTIVE:
            assert can_be_ended(self.matter)


def can_be_ended(matter: MatterFacts) -> bool:
    """Whether people can bring about what leads to an end, one act after another."""
    seen, frontier = set(), [matter.here]
    while frontier:
        here = frontier.pop()
        if here in seen:
            continue
        seen.add(here)
        at = replace(matter, step=matter.workflow.stage(here).step, stage=here)
        for way in matter.workflow.ways:
            if way.leaves != here or not is_possible(at, way):
                continue
            if way.ends is not MatterState.ACTIVE:
                return True
            frontier.append(way.enters)
    return False


def is_possible(matter: MatterFacts, way: Way) -> bool:
    """Whether people can make it possible: days pass, what is missing is brought; what was
    decided or sent back stays so."""
    best = replace(
        matter,
        demands=1,
        was_discussed=True,
        has_wording=True,
        is_assigned=True,
        open_tasks=0,
        waited_days=1_000,
        evidence=frozenset(Evidence),
        resolved=Resolved.REJECTED
        if Condition.IS_REJECTED in way.conditions or Condition.NOT_ADOPTED in way.conditions
        else Resolved.ADOPTED,
        ratings=1,
        mean=100 if Condition.IS_DISSATISFIED in way.conditions else 500,
    )
    return way.act in available(best)


OnItsWay.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestOnItsWay = OnItsWay.TestCase
