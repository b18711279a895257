from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from deliberation.errors import Code, Refusal
from deliberation.i18n.sentences import say
from deliberation.matters import redrawing, soundness
from deliberation.matters.soundness import check, require_sound
from deliberation.matters.stages import SHIPPED, Limits, Stage, Way, Workflow
from deliberation.matters.steps import (
    Act,
    Condition,
    Evidence,
    Mover,
    Resolved,
    Step,
)
from deliberation.matters.wording import LIMIT_HINTS, LIMITS, differences
from deliberation.matters.workflow import MatterFacts, advance, available
from tests.matters.redrawn import (
    EVERYTHING,
    is_gone_by_somebody,
    leads_of,
    stuck_in,
    with_part,
    workflows,
)


def index_of(workflow: Workflow, act: Act, leaves: str) -> int:
    return next(i for i, way in enumerate(workflow.ways) if way.act is act and way.leaves == leaves)


def without(workflow: Workflow, act: Act, leaves: str) -> Workflow:
    return redrawing.switch(workflow, index_of(workflow, act, leaves), is_off=True)


def words(workflow: Workflow) -> str:
    return "".join(problem.words.render() for problem in check(workflow))


def test_what_comes_with_the_service_is_sound() -> None:
    assert check(SHIPPED) == []
    assert set(LIMITS) == set(LIMIT_HINTS) == {f.name for f in structs.fields(Limits)}


def test_a_public_notice_behind_the_decision_holds_up_what_was_adopted() -> None:
    noticed = redrawing.add_part(SHIPPED, Step.DECIDE, name="公示", wait_days=7)
    assert check(noticed) == []
    decided = MatterFacts(step=Step.DECIDE, workflow=noticed, resolved=Resolved.ADOPTED)
    arrival = advance(decided, Act.ADOPT)
    assert (arrival.step, arrival.stage) == (Step.DECIDE, "decide_b")
    in_notice = replace(decided, stage=arrival.stage)
    with pytest.raises(Refusal) as refusal:
        advance(in_notice, Act.ADVANCE)
    assert refusal.value.facts["needs"] == say("还要等{days}天", days=7)
    assert available(in_notice) == [Act.OBJECT]
    assert advance(in_notice, Act.OBJECT, EVERYTHING).step is Step.DISCUSS
    over = replace(in_notice, waited_days=7)
    assert advance(over, Act.ADVANCE).stage == "deliver"
    with pytest.raises(Refusal):
        advance(over, Act.OBJECT)  # not without a reason


def test_parts_in_a_row_are_gone_through_one_after_the_other() -> None:
    twice = redrawing.add_part(SHIPPED, Step.DELIVER, name="验收", by=Mover.ORGANISATION)
    twice = redrawing.add_part(twice, Step.DELIVER, name="移交", by=Mover.STAFF)
    assert check(twice) == []
    facts = MatterFacts(step=Step.DELIVER, workflow=twice, is_assigned=True)
    assert Act.REPORT_DONE not in available(facts)
    seen = [facts.here]
    for act in (Act.ADVANCE, Act.ADVANCE, Act.REPORT_DONE):
        arrival = advance(facts, act)
        facts = replace(facts, step=arrival.step, stage=arrival.stage)
        seen.append(facts.here)
    assert seen == ["deliver", "deliver_b", "deliver_c", "evaluate"]


@pytest.mark.parametrize("act", [Act.ASSIGN, Act.RELEASE, Act.ESCALATE, Act.ABANDON])
def test_what_may_be_done_at_any_time_may_be_done_in_every_part(act: Act) -> None:
    checked = redrawing.add_part(SHIPPED, Step.DELIVER, name="验收")
    facts = MatterFacts(step=Step.DELIVER, stage="deliver_b", workflow=checked, is_decided=True)
    assert act in available(facts)
    assert advance(facts, act, EVERYTHING).stage == "deliver_b"


def test_a_claim_takes_a_matter_straight_to_delivery_from_every_part() -> None:
    sorted_first = redrawing.add_part(SHIPPED, Step.RAISE, name="分类")
    for stage in ("", "raise_b"):
        facts = MatterFacts(step=Step.RAISE, stage=stage, workflow=sorted_first, demands=1)
        assert advance(facts, Act.CLAIM, EVERYTHING).step is Step.DELIVER


@settings(max_examples=50)
@given(workflows().flatmap(lambda w: st.tuples(st.just(w), with_part(w))))
def test_what_is_added_and_removed_again_leaves_no_trace(pair: tuple[Workflow, Workflow]) -> None:
    before, after = pair
    (added,) = {s.key for s in after.stages} - {s.key for s in before.stages}
    assert redrawing.remove_part(after, added) == before


@settings(max_examples=50)
@given(workflows(), st.data())
def test_what_is_moved_and_moved_back_is_as_it_was(workflow: Workflow, data: Any) -> None:
    further = [s.key for s in workflow.stages if s.key != s.step.value]
    if not further:
        return
    key = data.draw(st.sampled_from(further))
    moved = redrawing.move_part(workflow, key, earlier=True)
    if moved == workflow:
        return
    back = redrawing.move_part(moved, key, earlier=False)
    assert back.stages == workflow.stages
    assert sorted(map(repr, back.ways)) == sorted(map(repr, workflow.ways))
    assert [p.is_dead_end for p in check(moved)] == [p.is_dead_end for p in check(workflow)]


@settings(max_examples=40)
@given(workflows())
def test_no_matter_is_ever_stuck_in_a_workflow_that_passes_the_check(workflow: Workflow) -> None:
    found = check(workflow)
    stuck = stuck_in(workflow)
    if not found:
        assert not stuck
        reached = {facts.here for facts in leads_of(workflow)}
        assert reached == {stage.key for stage in workflow.stages}
    if stuck and is_gone_by_somebody(workflow):
        assert stuck <= {problem.stage for problem in found if problem.is_dead_end}


@settings(max_examples=40)
@given(st.lists(st.sampled_from(Step), max_size=4), st.integers(0, 365))
def test_parts_are_never_a_dead_end_by_themselves(steps: list[Step], days: int) -> None:
    workflow = SHIPPED
    for number, step in enumerate(steps):
        workflow = redrawing.add_part(workflow, step, name=f"第{number}部分", wait_days=days)
    assert check(workflow) == []


@pytest.mark.parametrize(
    ("act", "leaves", "said"),
    [
        (Act.ADOPT, "decide", "“民决”是死路：表决通过的，就走不到头。"),
        (Act.ASSIGN, "deliver", "从“民办”走不到办结：表决通过还没有交办的，只能中止。"),
        (Act.CONFIRM, "evaluate", "从“民评”走不到办结"),
        (Act.REPORT_DONE, "deliver", "走不到“民评”：前面没有一步能进来。"),
        (Act.PUT_TO_DECISION, "discuss", "走不到“民决”：前面没有一步能进来。"),
        (Act.RATE, "evaluate", "“民评”里的“评价”不能停用"),
    ],
)
def test_a_way_that_nothing_replaces_cannot_be_switched_off(
    act: Act, leaves: str, said: str
) -> None:
    assert said in words(without(SHIPPED, act, leaves))
    with pytest.raises(Refusal):
        require_sound(without(SHIPPED, act, leaves))


def test_one_of_two_ways_may_be_switched_off_and_on_again() -> None:
    kept = without(SHIPPED, Act.REJECT, "decide")
    assert check(kept) == []
    neither = without(kept, Act.DISCUSS_AGAIN, "decide")
    assert "“民决”是死路：表决没有通过的，就走不到头。" in words(neither)
    for act in (Act.RETURN, Act.ESCALATE):
        kept = without(kept, act, "evaluate")
    assert check(kept) == []
    assert "“民评”是死路：评价不满意的" in words(without(kept, Act.SEND_BACK, "evaluate"))
    for index in range(len(kept.ways)):
        kept = redrawing.switch(kept, index, is_off=False)
    assert kept == SHIPPED


def test_evidence_that_nobody_can_bring_is_a_dead_end() -> None:
    waiting = redrawing.set_evidence(SHIPPED, "deliver", {Evidence.PUBLISHED_MINUTES})
    assert "“民办”等的材料（公布了的会议纪要）在这一步没有人能提供。" in words(waiting)
    assert "从“民办”走不到办结" in words(waiting)
    photos = redrawing.set_evidence(SHIPPED, "deliver", {Evidence.PHOTO_AFTER})
    assert check(photos) == []


def test_what_turns_round_by_itself_is_refused() -> None:
    noticed = redrawing.add_part(SHIPPED, Step.DECIDE, name="公示")
    extra = Way(act=Act.ADVANCE, leaves="decide_b", enters="decide", by=Mover.SERVICE)
    round_ = structs.replace(
        noticed,
        ways=(
            *(w for w in noticed.ways if (w.act, w.leaves) != (Act.ADVANCE, "decide_b")),
            extra,
        ),
    )
    assert "“公示”会自动转圈，停不下来。" in words(round_)
    with pytest.raises(Refusal) as refusal:
        require_sound(round_)
    assert refusal.value.code is Code.WORKFLOW_DEAD_END


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"act": Act.RETURN, "leaves": "evaluate", "enters": "raise"}, "不能这样走"),
        ({"act": Act.ACCEPT, "leaves": "raise", "enters": "evaluate"}, "不能这样走"),
        ({"act": Act.ACCEPT, "leaves": "raise", "enters": "nowhere"}, "一头不在流程里"),
        ({"act": Act.CONFIRM, "leaves": "raise", "enters": "raise"}, "不能这样走"),
        ({"act": Act.REJECT, "leaves": "decide", "enters": "decide"}, "不能这样走"),
    ],
)
def test_a_way_that_the_service_does_not_know_is_refused(
    changes: dict[str, Any], said: str
) -> None:
    odd = structs.replace(SHIPPED, ways=(*SHIPPED.ways, Way(**changes)))
    assert said in words(odd)


def test_a_way_by_somebody_who_cannot_go_it_is_refused() -> None:
    index = index_of(SHIPPED, Act.CONFIRM, "evaluate")
    assert "不能由居民来做" in words(redrawing.set_mover(SHIPPED, index, Mover.RESIDENTS))
    index = index_of(SHIPPED, Act.REPORT_DONE, "deliver")
    assert check(redrawing.set_mover(SHIPPED, index, Mover.STAFF)) == []


def test_a_condition_without_which_the_act_means_nothing_stays() -> None:
    adopt, put = (
        index_of(SHIPPED, Act.ADOPT, "decide"),
        index_of(SHIPPED, Act.PUT_TO_DECISION, "discuss"),
    )
    assert redrawing.require(SHIPPED, adopt, ()) == SHIPPED
    waived = redrawing.require(SHIPPED, put, {Condition.HAS_WORDING, Condition.IS_RATED})
    assert waived.ways[put].conditions == (Condition.HAS_WORDING,)
    assert check(waived) == []
    both = {Condition.HAS_WORDING, Condition.WAS_DISCUSSED}
    assert redrawing.require(waived, put, both) == SHIPPED


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "名称要写"),
        ("很" * 21, "最多20个字"),
        ("公\n示", "不能换行"),
        ("{100%}", "不能有百分号和花括号"),
        ("民议", "有两个部分都叫"),
    ],
)
def test_a_name_is_there_short_and_its_own(name: str, said: str) -> None:
    assert said in words(redrawing.rename(SHIPPED, "decide", name))


def test_numbers_out_of_bounds_are_named() -> None:
    assert "0到365天" in words(redrawing.set_wait(SHIPPED, "decide", 366))
    assert "0到365天" in words(redrawing.set_wait(SHIPPED, "decide", -1))
    odd = redrawing.set_limits(SHIPPED, Limits(returns=11, least_mean=600))
    assert "自动退回重办几次" in words(odd)
    assert "100到500" in words(odd)


def test_what_is_no_workflow_at_all_is_said_before_anything_else() -> None:
    twice = structs.replace(SHIPPED, stages=(*SHIPPED.stages, SHIPPED.stages[0]))
    assert "代号“raise”不对" in words(twice)
    headless = structs.replace(SHIPPED, stages=SHIPPED.stages[1:])
    assert "“民提”没有第一部分" in words(headless)
    shouting = Stage(key="Decide2", step=Step.DECIDE, name="公示")
    assert "代号" in words(structs.replace(SHIPPED, stages=(*SHIPPED.stages, shouting)))
    unreached = Stage(key="decide_b", step=Step.DECIDE, name="公示")
    odd = structs.replace(SHIPPED, stages=(*SHIPPED.stages, unreached))
    assert "走不到“公示”" in words(odd)


def test_the_parts_of_a_step_are_few() -> None:
    many = SHIPPED
    for number in range(soundness.MOST_PARTS):
        many = redrawing.add_part(many, Step.RAISE, name=f"第{number}")
    assert "一步最多分成6个部分" in words(many)


def test_the_first_part_of_a_step_is_the_step_and_stays() -> None:
    edits: list[Callable[[], Workflow]] = [
        lambda: redrawing.remove_part(SHIPPED, "decide"),
        lambda: redrawing.remove_part(SHIPPED, "nowhere"),
        lambda: redrawing.rename(SHIPPED, "nowhere", "众决"),
        lambda: redrawing.switch(SHIPPED, 99, is_off=True),
    ]
    for edit in edits:
        with pytest.raises(Refusal) as refusal:
            edit()
        assert refusal.value.code is Code.NOT_FOUND


def test_what_was_changed_is_told() -> None:
    after = redrawing.rename(SHIPPED, "decide", "众决")
    after = redrawing.add_part(
        after, Step.DECIDE, name="公示", wait_days=7, evidence=[Evidence.PUBLISHED_MINUTES]
    )
    after = without(after, Act.CLAIM, "raise")
    after = redrawing.set_mover(after, index_of(after, Act.REPORT_DONE, "deliver"), Mover.STAFF)
    after = redrawing.require(after, index_of(after, Act.ACCEPT, "raise"), ())
    after = redrawing.set_limits(after, Limits(rating_days=14))
    after = redrawing.entitle(after, name="本社区的五步", source="演示：居民会议通过")
    assert [one.render() for one in differences(SHIPPED, after)] == [
        "流程改叫“本社区的五步”。",
        "依据改成“演示：居民会议通过”。",
        "“民决”改叫“众决”。",
        "“众决”里增加“公示”。",
        "“公示”等的天数从0天改成7天。",
        "“公示”要有公布了的会议纪要才能往下走。",
        "“民提”里的“受理，进入讨论”不再要求有需求。",
        "“民提”里的“认领，直接办理”停用。",
        "“民办”里的“报办结”改由居委会来做。",
        "“评价期几天”从30改成14。",
    ]
    assert differences(after, after) == []
    back = [one.render() for one in differences(after, redrawing.remove_part(after, "decide_b"))]
    assert back == ["去掉“公示”。"]


def test_the_names_of_a_community_are_its_own() -> None:
    names = redrawing.names_of(redrawing.rename(SHIPPED, "decide", "众决 "))
    assert names.own == {"decide": "众决"}
    assert names.mark(Step.DECIDE) == "决"
    assert redrawing.names_of(SHIPPED).own == {}
