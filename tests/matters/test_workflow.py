from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_stage

from deliberation.errors import Code, Refusal
from deliberation.i18n.catalogs import translations_for, words_for
from deliberation.i18n.sentences import Sentence
from deliberation.matters.stages import SHIPPED, Workflow
from deliberation.matters.steps import (
    ACT_WORDS,
    CONDITION_WORDS,
    GENERIC,
    INPUT_WORDS,
    Act,
    Condition,
    Evidence,
    Input,
    MatterState,
    Resolved,
    Step,
)
from deliberation.matters.workflow import (
    Arrival,
    MatterFacts,
    advance,
    available,
    offers,
)

EVERYTHING = frozenset(Input)

facts = st.builds(
    MatterFacts,
    step=st.sampled_from(Step),
    state=st.sampled_from(MatterState),
    demands=st.integers(0, 2),
    was_discussed=st.booleans(),
    has_wording=st.booleans(),
    resolved=st.sampled_from(Resolved),
    is_assigned=st.booleans(),
    is_decided=st.booleans(),
    open_tasks=st.integers(0, 2),
    ratings=st.integers(0, 2),
    mean=st.integers(100, 500),
    is_rating_over=st.booleans(),
    returns=st.integers(0, 2),
)


def on(step: Step) -> MatterFacts:
    return MatterFacts(step=step, demands=1)


def needs(matter: MatterFacts, act: Act, given: frozenset[Input] = EVERYTHING) -> str:
    with pytest.raises(Refusal) as refusal:
        advance(matter, act, given)
    assert refusal.value.code is Code.MATTER_ACT_NOT_AVAILABLE
    assert refusal.value.facts["act"] == act.value
    needed = refusal.value.facts["needs"]
    assert isinstance(needed, Sentence)
    return needed.render()


def test_a_matter_goes_all_the_way() -> None:
    matter = on(Step.RAISE)
    way = [
        (Act.ACCEPT, {}),
        (Act.PUT_TO_DECISION, {"was_discussed": True, "has_wording": True}),
        (Act.ADOPT, {"resolved": Resolved.ADOPTED}),
        (Act.ASSIGN, {}),
        (Act.REPORT_DONE, {"is_assigned": True}),
        (Act.RATE, {}),
        (Act.CONFIRM, {"ratings": 24, "mean": 480}),
    ]
    for act, changes in way:
        matter = replace(matter, **changes)  # type: ignore[arg-type] # each row fits its field
        arrival = advance(matter, act, EVERYTHING)
        matter = replace(matter, step=arrival.step, stage=arrival.stage, state=arrival.state)
    assert matter.state is MatterState.CLOSED


@pytest.mark.parametrize(
    ("matter", "act", "missing"),
    [
        (MatterFacts(step=Step.RAISE), Act.ACCEPT, "要先有需求"),
        (on(Step.DISCUSS), Act.PUT_TO_DECISION, "要先在会上讨论过"),
        (
            replace(on(Step.DISCUSS), was_discussed=True),
            Act.PUT_TO_DECISION,
            "要先写好决议文字",
        ),
        (on(Step.DECIDE), Act.ADOPT, "要先表决通过"),
        (replace(on(Step.DECIDE), resolved=Resolved.REJECTED), Act.ADOPT, "要先表决通过"),
        (on(Step.DECIDE), Act.REJECT, "要先表决，而且没有通过"),
        (replace(on(Step.DECIDE), resolved=Resolved.ADOPTED), Act.DISCUSS_AGAIN, "已经表决通过"),
        (on(Step.DELIVER), Act.REPORT_DONE, "要先定下办理单位和期限"),
        (on(Step.EVALUATE), Act.CONFIRM, "要先有人评价，或者评价期已过"),
        (on(Step.RAISE), Act.ADOPT, "议题不在这一步"),
        (replace(on(Step.RAISE), state=MatterState.MERGED), Act.ACCEPT, "这件议题已经结束"),
    ],
)
def test_an_act_too_early_is_refused_with_what_it_needs(
    matter: MatterFacts, act: Act, missing: str
) -> None:
    assert needs(matter, act) == missing


@pytest.mark.parametrize(
    ("step", "act", "given", "missing"),
    [
        (Step.DELIVER, Act.ASSIGN, {Input.DUE_ON}, "要写明办理单位"),
        (Step.DELIVER, Act.ASSIGN, {Input.ORGANISATION}, "要写明办理期限"),
        (Step.EVALUATE, Act.SEND_BACK, set(), "要写明理由"),
        (Step.DECIDE, Act.DISCUSS_AGAIN, set(), "要写明理由"),
        (Step.RAISE, Act.MERGE, set(), "要选好并入哪一件议题"),
        (Step.EVALUATE, Act.RATE, set(), "要选一个评价"),
    ],
)
def test_an_act_without_what_must_be_given_is_refused(
    step: Step, act: Act, given: set[Input], missing: str
) -> None:
    assert needs(on(step), act, frozenset(given)) == missing


def arrived(step: Step, state: MatterState = MatterState.ACTIVE) -> Arrival:
    return Arrival(step=step, stage=step.value, state=state)


def test_a_motion_that_failed_is_ended_or_goes_back_to_discussion() -> None:
    failed = replace(on(Step.DECIDE), resolved=Resolved.REJECTED)
    assert available(failed) == [Act.REJECT, Act.DISCUSS_AGAIN]
    assert advance(failed, Act.REJECT).state is MatterState.REJECTED
    assert advance(failed, Act.DISCUSS_AGAIN, EVERYTHING) == arrived(Step.DISCUSS)


def test_a_claim_goes_straight_to_delivery_and_its_release_back_to_the_list() -> None:
    assert advance(on(Step.RAISE), Act.CLAIM, EVERYTHING) == arrived(Step.DELIVER)
    assert advance(on(Step.DELIVER), Act.RELEASE, EVERYTHING) == arrived(Step.RAISE)


def test_what_was_decided_stays_in_delivery_when_it_is_given_back() -> None:
    decided = replace(on(Step.DELIVER), is_decided=True)
    assert advance(decided, Act.RELEASE, EVERYTHING) == arrived(Step.DELIVER)


def test_a_matter_is_not_reported_done_while_a_task_is_open() -> None:
    working = replace(on(Step.DELIVER), is_assigned=True, open_tasks=1)
    assert needs(working, Act.REPORT_DONE) == "还有任务没有办完"
    assert Act.REPORT_DONE in available(replace(working, open_tasks=0))


def test_what_is_not_done_well_goes_back_by_itself_once_and_then_to_the_joint_meeting() -> None:
    bad = replace(on(Step.EVALUATE), ratings=3, mean=233)
    assert available(bad) == [Act.RATE, Act.SEND_BACK, Act.RETURN]
    assert advance(bad, Act.RETURN) == arrived(Step.DELIVER)
    again = replace(bad, returns=1)
    assert available(again) == [Act.RATE, Act.SEND_BACK, Act.ESCALATE]
    assert needs(again, Act.RETURN) == "已经退回过，要上报联席会议"
    assert needs(bad, Act.CONFIRM) == "评价低于要求，不能确认办好"


def test_a_mean_at_the_threshold_is_satisfied() -> None:
    just = replace(on(Step.EVALUATE), ratings=1, mean=SHIPPED.limits.least_mean)
    assert not just.is_dissatisfied
    assert replace(just, mean=just.mean - 1).is_dissatisfied


def test_silence_does_not_hold_a_matter_open_for_ever() -> None:
    quiet = replace(on(Step.EVALUATE), is_rating_over=True)
    assert advance(quiet, Act.CONFIRM).state is MatterState.CLOSED


def waiting(days: int, *evidence: Evidence) -> Workflow:
    """The shipped way with a countdown, and what must be on record, in the discussion."""
    stages = tuple(
        replace_stage(stage, wait_days=days, evidence=evidence)
        if stage.key == Step.DISCUSS
        else stage
        for stage in SHIPPED.stages
    )
    return replace_stage(SHIPPED, stages=stages)


def test_a_countdown_blocks_what_leads_onward_and_says_how_long() -> None:
    matter = MatterFacts(
        step=Step.DISCUSS,
        workflow=waiting(7),
        was_discussed=True,
        has_wording=True,
        waited_days=4,
    )
    assert needs(matter, Act.PUT_TO_DECISION) == "还要等3天"
    assert Act.ABANDON in available(matter)
    assert Act.PUT_TO_DECISION in available(replace(matter, waited_days=7))


def test_what_must_be_on_record_is_asked_for_by_name() -> None:
    matter = MatterFacts(
        step=Step.DISCUSS,
        workflow=waiting(0, Evidence.PUBLISHED_MINUTES),
        was_discussed=True,
        has_wording=True,
    )
    assert needs(matter, Act.PUT_TO_DECISION) == "要先公布会议纪要"
    shown = replace(matter, evidence=frozenset({Evidence.PUBLISHED_MINUTES}))
    assert Act.PUT_TO_DECISION in available(shown)


def test_what_is_missing_is_said_in_the_readers_language() -> None:
    with pytest.raises(Refusal) as refusal:
        advance(on(Step.DISCUSS), Act.PUT_TO_DECISION)
    words = words_for(refusal.value.code, refusal.value.facts, translations_for("en"))
    assert not any("\u4e00" <= one <= "\u9fff" for one in words)


@given(facts, st.sampled_from(Act))
def test_an_act_succeeds_exactly_when_it_is_available(matter: MatterFacts, act: Act) -> None:
    if act in available(matter):
        arrival = advance(matter, act, EVERYTHING)
        ways = [way for way in SHIPPED.ways if way.leaves == matter.step and way.act is act]
        assert (arrival.stage, arrival.state) in [(way.enters, way.ends) for way in ways]
    else:
        assert needs(matter, act)


@given(facts)
def test_an_offer_that_cannot_be_taken_says_why(matter: MatterFacts) -> None:
    for offer in offers(matter):
        assert (offer.act in available(matter)) is (not offer.reasons)
    if matter.state is not MatterState.ACTIVE:
        assert not offers(matter)


@pytest.mark.parametrize(
    ("step", "resolved"), list(product([Step.DECIDE, Step.EVALUATE], Resolved))
)
def test_whatever_was_decided_something_can_be_done(step: Step, resolved: Resolved) -> None:
    assert available(replace(on(step), resolved=resolved))


def test_all_acts_are_on_the_way_but_those_of_parts_that_a_community_adds() -> None:
    assert {way.act for way in SHIPPED.ways} == set(Act) - {Act.ADVANCE, Act.OBJECT}


def test_everything_has_words_and_the_names_are_data() -> None:
    assert set(ACT_WORDS) == set(Act)
    assert set(CONDITION_WORDS) == set(Condition)
    assert set(INPUT_WORDS) == set(Input)
    assert [GENERIC.name(step) for step in Step] == ["民提", "民议", "民决", "民办", "民评"]
    assert "".join(GENERIC.mark(step) for step in Step) == "提议决办评"
