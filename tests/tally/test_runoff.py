from hypothesis import assume, given
from hypothesis import strategies as st

from deliberation.tally.profile import Profile
from deliberation.tally.runoff import count_irv
from tests.tally.voting import (
    by_label,
    doubled,
    one_by_one,
    order,
    profiles,
    renumbered,
    reordered,
    said,
    stages,
    took_a_rule,
    vote,
    winners,
)


def test_who_has_more_than_half_at_once_wins_without_any_elimination() -> None:
    count = count_irv(vote("5 甲>乙", "3 乙", "1 丙", of=3))
    assert (winners(count), order(count)) == ("甲", "甲>乙>丙")
    assert len(stages(count)) == 1


def test_exactly_half_is_no_majority() -> None:
    count = count_irv(vote("4 甲", "3 乙", "1 丙>乙", of=3))
    assert stages(count)[1] == {"甲": "4", "乙": "4"}


def test_the_last_is_eliminated_and_its_papers_go_to_their_next_choice() -> None:
    count = count_irv(vote("4 甲", "3 乙", "2 丙>乙", of=3))
    assert (winners(count), order(count)) == ("乙", "乙>甲>丙")
    assert stages(count) == [{"甲": "4", "乙": "3", "丙": "2"}, {"甲": "4", "乙": "5"}]
    assert "淘汰 丙，其票转给下一选择。" in said(count)


def test_the_majority_is_of_the_papers_that_still_choose() -> None:
    count = count_irv(vote("4 甲", "3 乙", "2 丙", "1", of=3))
    assert winners(count) == "甲"
    assert "收到 10 票：有效 9，空白 1。" in said(count)
    assert "第 2 阶段：计 7 票，半数为 3.5；已无可选的 2 票。" in said(count)


def test_a_paper_is_shared_between_those_it_puts_equal_and_that_continue() -> None:
    count = count_irv(vote("4 甲", "3 乙", "2 甲乙丙", "1 丙>乙", of=3))
    assert stages(count) == [
        {"甲": "14/3", "乙": "11/3", "丙": "5/3"},
        {"甲": "5", "乙": "5"},
        {"甲": "6"},
    ]


def test_a_tie_for_the_last_place_looks_back_to_the_round_in_which_they_differed() -> None:
    count = count_irv(vote("5 甲", "4 乙", "2 丙", "2 丁>丙", of=4))
    assert "乙、丙 票数相同；按第 1 阶段的票数决定：丙。" in said(count)
    assert order(count) == "甲>乙>丙>丁"


def test_a_tie_at_all_rounds_is_broken_by_the_list_and_named() -> None:
    count = count_irv(vote("3 甲", "2 丙", "2 乙", of=3))
    assert "乙、丙 票数相同，以前各阶段也相同；按名单次序决定：丙。" in said(count)
    assert order(count) == "甲>乙>丙"


def test_looking_back_may_leave_some_of_the_tied_to_the_rule() -> None:
    count = count_irv(vote("8 甲", "3 乙", "2 丙", "2 丁", "2 戊>丙丁", of=5))
    assert stages(count)[1] == {"甲": "8", "乙": "3", "丙": "3", "丁": "3"}
    assert "乙、丙、丁 票数相同，以前各阶段分不出 丙、丁；按名单次序决定：丁。" in said(count)


def test_a_declared_rule_prefers_the_first_of_the_tied() -> None:
    count = count_irv(vote("3 甲", "2 丙", "2 乙", of=3), lambda tied: sorted(tied, reverse=True))
    assert "按事先声明的抽签决定：乙。" in said(count)


def test_for_several_seats_options_are_eliminated_until_only_those_are_left() -> None:
    count = count_irv(vote("6 甲>乙", "3 乙", "2 丙", "2 丁>丙", of=4, seats=2))
    assert (winners(count), order(count)) == ("甲丙", "甲>丙>乙>丁")


def test_with_no_more_options_than_seats_all_win() -> None:
    assert winners(count_irv(vote("2 乙", "1 甲", of=2, seats=3))) == "乙甲"


def test_a_withdrawn_option_leaves_its_papers_to_the_next_choice() -> None:
    count = count_irv(vote("5 甲>乙", "3 丙", of=3, withdrawn="甲"))
    assert stages(count) == [{"乙": "5", "丙": "3"}]


def test_nobody_is_left_to_win_when_all_have_withdrawn() -> None:
    count = count_irv(vote("5 甲", of=2, withdrawn="甲乙"))
    assert (count.winners, count.order) == ((), ())
    assert said(count).endswith("无人当选。")


@given(profile=profiles())
def test_the_order_of_the_papers_does_not_matter(profile: Profile) -> None:
    assert count_irv(reordered(profile)) == count_irv(profile)


@given(profile=profiles())
def test_papers_may_be_bundled_or_not(profile: Profile) -> None:
    assert count_irv(one_by_one(profile)) == count_irv(profile)


@given(profile=profiles())
def test_if_everybody_voted_twice_the_same_would_win(profile: Profile) -> None:
    once, twice = count_irv(profile), count_irv(doubled(profile))
    assert (twice.winners, twice.order) == (once.winners, once.order)


@given(profile=profiles(), data=st.data())
def test_the_order_of_the_list_matters_only_where_a_step_says_so(
    profile: Profile, data: st.DataObject
) -> None:
    count = count_irv(profile)
    assume(not took_a_rule(count))
    numbers = data.draw(st.permutations(range(len(profile.labels))))
    assert by_label(count_irv(renumbered(profile, numbers))) == by_label(count)


@given(profile=profiles(equal=False, seats=1))
def test_whom_more_than_half_put_first_wins(profile: Profile) -> None:
    ranked = [paper for paper in one_by_one(profile).papers if paper.ranking]
    firsts = [paper.ranking[0][0] for paper in ranked]
    for option in range(len(profile.labels)):
        if 2 * firsts.count(option) > len(firsts):
            assert count_irv(profile).winners == (option,)


@given(profile=profiles(seats=5))
def test_as_many_win_as_there_are_seats_or_options(profile: Profile) -> None:
    count = count_irv(profile)
    assert len(count.winners) == min(profile.seats, len(profile.labels))
    assert sorted(n for group in count.order for n in group) == list(range(len(profile.labels)))
