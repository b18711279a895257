"""The journal of a meeting gives its minutes: every fact once, nobody recognisable."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.journal import events as e
from deliberation.minutes.compose import NameFacts, compose
from deliberation.minutes.document import (
    ItemRecord,
    MinutesDocument,
    digest_input,
    digest_of,
    from_json,
    to_json,
)
from deliberation.minutes.markdown import to_markdown
from deliberation.minutes.telling import narrate
from tests.minutes import a_day


def the_minutes(**more: Any) -> MinutesDocument:
    return compose(
        a_day.the_day(), a_day.NAMES, a_day.PLACE, followed=a_day.what_followed(), **more
    )


def lamps(document: MinutesDocument) -> ItemRecord:
    return next(item for item in document.items if item.item == a_day.LAMPS)


def test_the_head_says_who_met_where_and_whether_enough_came() -> None:
    made = the_minutes()
    assert (made.title, made.venue) == ("示例社区2026年12月议事日", "党群服务中心二楼议事厅")
    assert (made.chair, made.recorder) == ("周示例", "吴示例")
    assert (made.roll, made.present, made.hall, made.remote) == (120, 91, 64, 27)
    assert made.is_quorate
    assert made.present_at_end == 88


def test_items_stand_in_the_notices_order_and_the_unreached_is_carried_over() -> None:
    made = the_minutes()
    assert [item.item for item in made.items] == [a_day.GATE, a_day.LAMPS, a_day.SHED]
    assert [item.item for item in made.carried_over] == [a_day.SHED]


def test_planned_and_actual_time_stand_beside_each_other() -> None:
    item = lamps(the_minutes())
    assert (item.planned_minutes, item.actual_seconds) == (30, 20 * 60)


def test_residents_are_masked_and_officials_in_clear() -> None:
    speeches = lamps(the_minutes()).speeches
    assert [(s.name, s.side, s.seconds) for s in speeches] == [
        ("欧阳**", "for", 150),
        ("郑演示", "question", 60),
        (None, "against", 45),
    ]


def test_a_request_that_was_taken_back_is_no_speech() -> None:
    assert len(lamps(the_minutes()).speeches) == 3


def test_what_was_said_is_left_out_unless_it_is_asked_for() -> None:
    assert [s.note for s in lamps(the_minutes()).speeches] == [None, None, None]
    noted = lamps(the_minutes(with_notes=True)).speeches
    assert [s.note for s in noted] == ["灯太暗，老人看不清台阶。", None, None]


def test_a_voided_ballot_stays_in_the_record_with_its_reason() -> None:
    voided, counted = lamps(the_minutes()).ballots
    assert (voided.state, voided.void_reason, voided.tally) == ("voided", "宣读有误", None)
    assert len(voided.extended_to) == 1
    assert (counted.state, counted.turnout, counted.votes_root) == ("announced", 91, "22" * 32)
    assert counted.tally is not None
    assert counted.tally.totals == {"for": 68, "against": 17, "abstain": 6}


def test_a_decision_names_its_ballot_and_who_carries_it_out_by_when() -> None:
    item = lamps(the_minutes())
    assert item.resolution is not None
    assert (item.resolution.ballot, item.resolution.outcome) == (a_day.COUNTED, "adopted")
    assert item.resolution.wording == a_day.WORDING
    assert item.assignment is not None
    assert item.assignment.organisation == "示例物业服务中心"


def test_a_speech_cut_off_by_the_end_of_its_item_has_no_length() -> None:
    speech = UUID(int=61)
    entries = a_day.told(
        a_day.notice(a_day.noticed(a_day.LAMPS, 1, "楼道灯")),
        e.ItemOpened(item=a_day.LAMPS),
        a_day.asked(61, a_day.NEIGHBOUR, "for"),
        e.SpeechRecognised(speech=speech, seconds=180),
        e.ItemClosed(item=a_day.LAMPS, outcome=""),
    )
    (item,) = compose(entries, a_day.NAMES, a_day.PLACE).items
    assert [s.seconds for s in item.speeches] == [None]


def test_an_item_called_twice_counts_both_times() -> None:
    again = (e.ItemOpened(item=a_day.GATE), e.ItemClosed(item=a_day.GATE, outcome=""))
    agenda = a_day.notice(a_day.noticed(a_day.GATE, 1, "上月事项回报"))
    (item,) = compose(a_day.told(agenda, *again, *again), {}, a_day.PLACE).items
    assert item.actual_seconds == 2 * 60


def test_prose_joins_its_item_and_never_an_item_that_was_not_noticed() -> None:
    made = the_minutes(prose={str(a_day.LAMPS): " 会议听取了说明。\r\n\x07多数赞成。 "})
    assert lamps(made).summary == "会议听取了说明。\n多数赞成。"
    with pytest.raises(ValueError, match="not noticed"):
        the_minutes(prose={str(UUID(int=99)): "别的事"})


def test_prose_changes_no_fact() -> None:
    plain = to_json(the_minutes())
    edited = to_json(the_minutes(prose={str(a_day.LAMPS): "改写过的摘要"}))
    for item in (*plain["items"], *edited["items"]):
        item.pop("summary")
    assert plain == edited


def test_without_a_notice_there_are_no_minutes() -> None:
    with pytest.raises(ValueError, match="noticed"):
        compose(a_day.told(e.MeetingCancelled(reason="停电")), {}, a_day.PLACE)


def test_the_same_journal_gives_the_same_digest_and_another_gives_another() -> None:
    assert digest_of(the_minutes()) == digest_of(the_minutes())
    other = compose(a_day.the_day(outcome="别的结果"), a_day.NAMES, a_day.PLACE)
    assert digest_of(other) != digest_of(the_minutes())


def test_a_stored_document_is_read_back_as_it_was() -> None:
    made = the_minutes(with_notes=True)
    assert from_json(to_json(made)) == made
    assert digest_input(from_json(to_json(made))) == digest_input(made)


HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@given(surname=HAN, own=st.text(HAN, min_size=2, max_size=4))
def test_no_residents_given_name_gets_into_the_document(surname: str, own: str) -> None:
    names = a_day.NAMES | {a_day.NEIGHBOUR: NameFacts(name=surname + own, in_clear=False)}
    made = compose(a_day.the_day(), names, a_day.PLACE)
    shown = lamps(made).speeches[0].name or ""
    assert shown.endswith("**")
    assert own not in shown
    assert surname + own not in digest_input(made)


@given(st.permutations(range(5)), st.sets(st.integers(0, 4)))
def test_every_noticed_item_appears_exactly_once(order: list[int], reached: set[int]) -> None:
    ids = [UUID(int=100 + n) for n in range(5)]
    items = [a_day.noticed(ids[n], n + 1, f"第{n + 1}件") for n in order]
    called = [
        event
        for n in sorted(reached)
        for event in (e.ItemOpened(item=ids[n]), e.ItemClosed(item=ids[n], outcome=""))
    ]
    made = compose(a_day.told(a_day.notice(*items), *called), {}, a_day.PLACE)
    assert [item.item for item in made.items] == ids
    assert {item.item for item in made.carried_over} == {
        ids[n] for n in range(5) if n not in reached
    }


def test_who_left_was_there_and_the_minutes_say_when_too_few_were_left() -> None:
    came, left = a_day.the_day(), len(a_day.the_day())
    events = [
        e.AttendanceRecorded(more=0, present=58, hall=31, remote=27),
        e.QuorumLost(present=58, required=61),
        e.AttendanceRecorded(more=4, present=62, hall=35, remote=27),
        e.QuorumRegained(present=62, required=61),
    ]
    later = [replace(entry, seq=left + n) for n, entry in enumerate(a_day.told(*events), 1)]
    made = compose([*came, *later], a_day.NAMES, a_day.PLACE, followed=a_day.what_followed())
    assert (made.present, made.hall) == (91, 64)
    assert [(one.is_lost, one.present) for one in made.quorum] == [(True, 58), (False, 62)]
    text = to_markdown(narrate(made))
    assert "剩58户，不足须到的61户" in text
    assert "有62户，又够须到的61户" in text
