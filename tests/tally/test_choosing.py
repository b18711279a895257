from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.tally.choosing import count_approval, count_plurality, count_top
from deliberation.tally.counted import Count
from deliberation.tally.profile import Paper, Profile
from deliberation.tally.ties import by_list, by_lot, lot_seed
from tests.tally.voting import (
    Counting,
    by_label,
    doubled,
    one_by_one,
    order,
    profiles,
    raised,
    renumbered,
    reordered,
    said,
    stages,
    vote,
    winners,
)

METHODS = pytest.mark.parametrize("counting", [count_plurality, count_approval, count_top])


def test_the_option_put_first_by_most_wins() -> None:
    count = count_plurality(vote("4 甲>乙", "3 乙", "2 丙>乙", of=3))
    assert (winners(count), order(count)) == ("甲", "甲>乙>丙")
    assert stages(count) == [{"甲": "4", "乙": "3", "丙": "2"}]


def test_a_paper_that_puts_two_first_is_invalid_and_a_step_says_so() -> None:
    count = count_plurality(vote("2 甲", "3 乙丙", "1", of=3))
    assert stages(count) == [{"甲": "2", "乙": "0", "丙": "0"}]
    assert "收到 6 票：有效 2，空白 1，无效 3。" in said(count)
    assert "3 张票的首选不是一个选项，无效。" in said(count)


@METHODS
def test_a_withdrawn_option_gets_no_vote_and_is_not_in_the_order(counting: Counting) -> None:
    count = counting(vote("3 甲", "2 乙", "1 丙", of=3, withdrawn="甲"))
    assert (winners(count), order(count)) == ("乙", "乙>丙")
    assert "空白 3" in said(count)


def test_the_next_choice_counts_where_the_first_has_withdrawn() -> None:
    count = count_plurality(vote("3 甲>丙", "2 乙", "1 甲丙", of=3, withdrawn="甲"))
    assert stages(count) == [{"乙": "2", "丙": "4"}]


def test_an_approval_counts_for_all_it_names() -> None:
    count = count_approval(vote("3 甲乙", "2 乙丙", "1 丙", of=3, seats=2))
    assert stages(count) == [{"甲": "3", "乙": "5", "丙": "3"}]


def test_of_two_groups_that_name_everybody_only_the_first_is_approved() -> None:
    count = count_approval(vote("3 甲乙>丙丁", of=4))
    assert stages(count) == [{"甲": "3", "乙": "3", "丙": "0", "丁": "0"}]


@pytest.mark.parametrize("ordered", ["3 甲>乙>丙", "3 甲>乙丙"])
def test_any_other_order_approves_of_all_it_names(ordered: str) -> None:
    count = count_approval(vote(ordered, of=4))
    assert stages(count) == [{"甲": "3", "乙": "3", "丙": "3", "丁": "0"}]


def test_a_withdrawal_does_not_turn_an_order_into_an_approval_of_its_first_group() -> None:
    count = count_approval(vote("3 甲>乙>丙", of=3, withdrawn="乙"))
    assert stages(count) == [{"甲": "3", "丙": "3"}]


def test_of_those_approved_in_two_groups_the_withdrawn_are_left_out() -> None:
    count = count_approval(vote("3 甲乙>丙", "1 甲>乙丙", of=3, withdrawn="甲"))
    assert stages(count) == [{"乙": "3", "丙": "0"}]
    assert "空白 1" in said(count)


def test_who_chooses_more_than_there_are_seats_has_cast_an_invalid_paper() -> None:
    count = count_top(vote("3 甲乙", "2 甲乙丙", "1 丙", of=3, seats=2))
    assert stages(count) == [{"甲": "3", "乙": "3", "丙": "1"}]
    assert "2 张票选了超过 2 项，无效。" in said(count)


def test_of_an_order_the_first_places_are_chosen_as_far_as_they_are_clear() -> None:
    count = count_top(vote("3 甲>乙>丙", "2 丙>甲>乙", "1 乙>甲丙", of=3, seats=2))
    assert stages(count) == [{"甲": "5", "乙": "4", "丙": "2"}]


def test_how_many_may_be_chosen_can_differ_from_the_seats() -> None:
    count = count_top(vote("3 甲乙", "2 甲乙丙", of=3, seats=1), max_named=3)
    assert stages(count) == [{"甲": "5", "乙": "5", "丙": "2"}]


@METHODS
def test_without_a_rule_all_tied_at_the_last_seat_win_and_a_step_says_so(
    counting: Counting,
) -> None:
    count = counting(vote("3 甲", "2 乙", "2 丙", "1 丁", of=4, seats=2))
    assert winners(count) == "甲乙丙"
    assert "乙、丙 并列，只余 1 个名额；没有规定如何打破并列，全部列为当选。" in said(count)


def test_a_tie_at_the_last_seat_is_broken_by_the_list_and_named() -> None:
    count = count_plurality(vote("3 甲", "2 丙", "2 乙", "1 丁", of=4, seats=2), by_list)
    assert (winners(count), order(count)) == ("甲乙", "甲>乙丙>丁")
    assert "乙、丙 并列，只余 1 个名额；按名单次序，当选的是 乙。" in said(count)


def test_a_tie_at_the_last_seat_is_broken_by_the_lot_that_was_declared() -> None:
    profile = vote("3 甲", "2 丙", "2 乙", "2 丁", of=4, seats=3)
    drawn = by_lot(lot_seed("ab", "123"), profile.labels)
    count = count_plurality(profile, drawn)
    assert count.winners == (0, *tuple(drawn([1, 2, 3]))[:2])
    assert "按事先声明的抽签" in said(count)


def test_a_tie_that_leaves_nobody_out_needs_no_rule() -> None:
    count = count_plurality(vote("2 乙", "2 甲", "1 丙", of=3, seats=2), by_list)
    assert winners(count) == "甲乙"
    assert "并列" not in said(count)


@METHODS
def test_none_of_these_is_counted_but_takes_no_seat(
    counting: Callable[..., Count],
) -> None:
    profile = vote("4 甲", "3 丁", "3 乙", "2 丙", of=4, seats=3)
    count = counting(profile, none_of_these=3)
    assert (winners(count), order(count)) == ("甲", "甲>乙丁>丙")
    assert "「丁」得 3 票；得票不多于它的选项不当选。" in said(count)


def test_nobody_wins_whom_none_of_these_beats() -> None:
    count = count_plurality(vote("4 丙", "3 甲", "2 乙", of=3), none_of_these=2)
    assert winners(count) == ""
    assert said(count).endswith("无人当选。")


def test_none_of_these_is_not_counted_when_it_was_taken_off_the_list() -> None:
    profile = vote("4 丙", "3 甲", "2 乙", of=3, withdrawn="丙")
    assert winners(count_plurality(profile, none_of_these=2)) == "甲"


@given(profile=profiles())
@METHODS
def test_the_order_of_the_papers_does_not_matter(counting: Counting, profile: Profile) -> None:
    assert counting(reordered(profile)) == counting(profile)


@given(profile=profiles())
@METHODS
def test_papers_may_be_bundled_or_not(counting: Counting, profile: Profile) -> None:
    assert counting(one_by_one(profile)) == counting(profile)


@given(profile=profiles())
@METHODS
def test_if_everybody_voted_twice_every_sum_would_double(
    counting: Counting, profile: Profile
) -> None:
    once, twice = counting(profile), counting(doubled(profile))
    assert (twice.winners, twice.order) == (once.winners, once.order)
    assert stages(twice) == [
        {label: str(2 * int(amount)) for label, amount in stage.items()} for stage in stages(once)
    ]


@given(profile=profiles(), data=st.data())
def test_whom_one_more_paper_puts_first_still_wins(profile: Profile, data: st.DataObject) -> None:
    winner = data.draw(st.sampled_from(count_plurality(profile).winners))
    assert winner in count_plurality(_changed(profile, data, raised, winner)).winners


@given(profile=profiles(), data=st.data())
def test_whom_one_more_paper_approves_of_still_wins(profile: Profile, data: st.DataObject) -> None:
    approvals = tuple(
        msgspec.structs.replace(paper, ranking=(paper.named,)) for paper in profile.papers
    )
    profile = msgspec.structs.replace(profile, papers=approvals)
    winner = data.draw(st.sampled_from(count_approval(profile).winners))
    assert winner in count_approval(_changed(profile, data, _approving, winner)).winners


def _approving(paper: Paper, option: int) -> Paper:
    return msgspec.structs.replace(paper, ranking=(tuple({*paper.named, option}),))


def _changed(
    profile: Profile, data: st.DataObject, change: Callable[[Paper, int], Paper], option: int
) -> Profile:
    papers = list(profile.papers)
    number = data.draw(st.integers(0, len(papers) - 1))
    papers[number] = change(papers[number], option)
    return msgspec.structs.replace(profile, papers=tuple(papers))


@given(profile=profiles(), data=st.data())
@METHODS
def test_the_order_of_the_list_does_not_matter(
    counting: Counting, profile: Profile, data: st.DataObject
) -> None:
    numbers = data.draw(st.permutations(range(len(profile.labels))))
    again = counting(renumbered(profile, numbers))
    assert by_label(again) == by_label(counting(profile))
    assert set(winners(again)) == set(winners(counting(profile)))
