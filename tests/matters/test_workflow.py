from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.errors import Code, Refusal
from deliberation.matters.steps import (
    ACT_WORDS,
    CONDITION_WORDS,
    GENERIC,
    INPUT_WORDS,
    Act,
    Condition,
    Input,
    MatterState,
    Resolved,
    Step,
)
from deliberation.matters.workflow import (
    PROCEDURE,
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
    ratings=st.integers(0, 2),
    is_rating_over=st.booleans(),
)


def on(step: Step) -> MatterFacts:
    return MatterFacts(step=step, demands=1)


def needs(matter: MatterFacts, act: Act, given: frozenset[Input] = EVERYTHING) -> str:
    with pytest.raises(Refusal) as refusal:
        advance(matter, act, given)
    assert refusal.value.code is Code.MATTER_ACT_NOT_AVAILABLE
    assert refusal.value.facts["act"] == act.value
    return str(refusal.value.facts["needs"])


def test_a_matter_goes_all_the_way() -> None:
    matter = on(Step.RAISE)
    way = [
        (Act.ACCEPT, {}),
        (Act.PUT_TO_DECISION, {"was_discussed": True, "has_wording": True}),
        (Act.ADOPT, {"resolved": Resolved.ADOPTED}),
        (Act.ASSIGN, {}),
        (Act.REPORT_DONE, {"is_assigned": True}),
        (Act.RATE, {}),
        (Act.CONFIRM, {"ratings": 24}),
    ]
    for act, changes in way:
        matter = replace(matter, **changes)  # type: ignore[arg-type] # each row fits its field
        arrival = advance(matter, act, EVERYTHING)
        matter = replace(matter, step=arrival.step, state=arrival.state)
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


def test_a_motion_that_failed_is_ended_or_goes_back_to_discussion() -> None:
    failed = replace(on(Step.DECIDE), resolved=Resolved.REJECTED)
    assert available(failed) == [Act.REJECT, Act.DISCUSS_AGAIN]
    assert advance(failed, Act.REJECT).state is MatterState.REJECTED
    assert advance(failed, Act.DISCUSS_AGAIN, EVERYTHING) == Arrival(step=Step.DISCUSS)


def test_what_is_not_done_well_goes_back_to_delivery() -> None:
    assert advance(on(Step.EVALUATE), Act.SEND_BACK, EVERYTHING) == Arrival(step=Step.DELIVER)


def test_silence_does_not_hold_a_matter_open_for_ever() -> None:
    quiet = replace(on(Step.EVALUATE), is_rating_over=True)
    assert advance(quiet, Act.CONFIRM).state is MatterState.CLOSED


@given(facts, st.sampled_from(Act))
def test_an_act_succeeds_exactly_when_it_is_available(matter: MatterFacts, act: Act) -> None:
    if act in available(matter):
        arrival = advance(matter, act, EVERYTHING)
        assert arrival in [way.arrives for way in PROCEDURE if way.leaves is matter.step]
    else:
        assert needs(matter, act)


@given(facts)
def test_an_offer_that_cannot_be_taken_says_why(matter: MatterFacts) -> None:
    for offer in offers(matter):
        assert (offer.act in available(matter)) is (not offer.unmet)
        assert len(offer.reasons) == len(offer.unmet)
    if matter.state is not MatterState.ACTIVE:
        assert not offers(matter)


def arrivals(step: Step) -> Iterator[Arrival]:
    return (way.arrives for way in PROCEDURE if way.leaves is step)


def reachable(start: Step) -> set[Arrival]:
    found: set[Arrival] = {Arrival(step=start)}
    frontier = [start]
    while frontier:
        for arrival in arrivals(frontier.pop()):
            if arrival not in found:
                found.add(arrival)
                if arrival.state is MatterState.ACTIVE:
                    frontier.append(arrival.step)
    return found


def test_every_step_and_every_end_is_reached_from_the_first() -> None:
    found = reachable(Step.RAISE)
    assert {arrival.step for arrival in found} == set(Step)
    assert {arrival.state for arrival in found} == set(MatterState)


@pytest.mark.parametrize("step", Step)
def test_no_step_is_a_dead_end(step: Step) -> None:
    assert any(arrival.state is not MatterState.ACTIVE for arrival in reachable(step))


@pytest.mark.parametrize(
    ("step", "resolved"), list(product([Step.DECIDE, Step.EVALUATE], Resolved))
)
def test_whatever_was_decided_something_can_be_done(step: Step, resolved: Resolved) -> None:
    assert available(replace(on(step), resolved=resolved))


def test_a_step_never_has_two_ways_for_one_act() -> None:
    ways = [(way.act, way.leaves) for way in PROCEDURE]
    assert len(ways) == len(set(ways))
    assert {way.act for way in PROCEDURE} == set(Act)


def test_everything_has_words_and_the_names_are_data() -> None:
    assert set(ACT_WORDS) == set(Act)
    assert set(CONDITION_WORDS) == set(Condition)
    assert set(INPUT_WORDS) == set(Input)
    assert [GENERIC.name(step) for step in Step] == ["民提", "民议", "民决", "民办", "民评"]
    assert "".join(GENERIC.mark(step) for step in Step) == "提议决办评"
