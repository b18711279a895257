from hypothesis import assume, given
from hypothesis import strategies as st

from deliberation.tally.counted import Count, Step
from deliberation.tally.profile import Profile
from deliberation.tally.stv import VOTE, count_stv
from deliberation.tally.ties import by_list
from tests.tally.voting import (
    by_label,
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


def test_the_quota_is_the_least_that_only_as_many_as_the_seats_can_reach() -> None:
    assert "当选商数为 8。" in said(count_stv(vote("15 甲", "14 乙", of=2, seats=3)))
    assert "当选商数为 8。" in said(count_stv(vote("15 甲", "16 乙", of=2, seats=3)))
    assert "当选商数为 9。" in said(count_stv(vote("15 甲", "17 乙", of=2, seats=3)))


def test_a_surplus_goes_on_at_five_decimals_with_the_remainder_ignored() -> None:
    count = count_stv(vote("7 甲>乙", "3 乙", "2 丙", of=3, seats=2))
    assert stages(count)[1] == {"甲": "5", "乙": "4.99997", "丙": "2"}
    assert "转移 甲 超过商数的 2 票，每张的值乘以 2 再除以 7，取五位小数。" in said(count)
    assert "不可转移 0.00003 票，累计 0.00003 票。" in said(count)


def test_papers_that_were_transferred_go_on_at_the_value_they_have() -> None:
    count = count_stv(vote("12 甲>乙>丙", "4 乙>丙", "5 丙", "3 丁", of=4, seats=3))
    assert stages(count) == [
        {"甲": "12", "乙": "4", "丙": "5", "丁": "3"},
        {"甲": "7", "乙": "8.99992", "丙": "5", "丁": "3"},
        {"甲": "7", "乙": "7", "丙": "6.99980", "丁": "3"},
        {"甲": "7", "乙": "7", "丙": "6.99980", "丁": "0"},
    ]
    assert winners(count) == "甲乙丙"


def test_all_papers_of_a_surplus_share_it_also_those_received() -> None:
    """Weighted inclusive: 12 papers at 0.41666 and 4 at 1 go on at 1.99992/8.99992 of that."""
    count = count_stv(vote("12 甲>乙>丙", "4 乙>丙", "5 丙", "3 丁", of=4, seats=3))
    first, received = 100_000 * 199_992 // 899_992, 41_666 * 199_992 // 899_992
    assert stages(count)[2]["丙"] == f"6.{4 * first + 12 * received - VOTE:05}"


def test_the_largest_surplus_is_transferred_first() -> None:
    count = count_stv(vote("8 甲>丙", "10 乙>丙", "1 丙", "1 丁", of=4, seats=3))
    assert stages(count)[1]["乙"] == "6"
    assert stages(count)[1]["甲"] == "8"


def test_of_equal_surpluses_the_one_who_had_more_before_goes_first() -> None:
    count = count_stv(vote("10 甲>乙", "6 乙>丙", "8 丁>丙", "1 丙", "1 戊", of=5, seats=3))
    assert stages(count)[1] == {"甲": "7", "乙": "9", "丙": "1", "丁": "8", "戊": "1"}
    tied = count_stv(vote("9 甲>乙", "7 丁>丙", "5 乙>丙", "2 丙", "1 戊", of=5, seats=3))
    assert stages(tied)[1] == {"甲": "7", "乙": "6.99998", "丙": "2", "丁": "7", "戊": "1"}


def test_surpluses_equal_at_all_stages_are_left_to_the_rule_and_named() -> None:
    profile = vote("5 甲>丙", "5 乙>丁", "1 丙", "1 丁", of=4, seats=3)
    count = count_stv(profile)
    assert "甲、乙 票数相同，以前各阶段也相同；按名单次序决定：甲。" in said(count)
    assert stages(count)[1]["甲"] == "4"
    other = count_stv(profile, lambda tied: sorted(tied, reverse=True))
    assert stages(other)[1]["乙"] == "4"


def test_with_no_surplus_left_the_last_is_excluded() -> None:
    count = count_stv(vote("5 甲", "4 乙", "2 丙>乙", of=3))
    assert stages(count) == [{"甲": "5", "乙": "4", "丙": "2"}, {"甲": "5", "乙": "6", "丙": "0"}]
    assert (winners(count), order(count)) == ("乙", "乙>甲>丙")


def test_of_those_tied_for_the_last_place_the_one_who_had_less_before_is_excluded() -> None:
    """J. Lundell's Droop, test/blt/scotland/weak-defeat.blt."""
    count = count_stv(vote("1 甲>乙", "2 乙", "3 丙", "4 丁", "5 戊", of=5, seats=2))
    assert "乙、丙 票数相同；按第 1 阶段的票数决定：乙。" in said(count)


def test_a_surplus_of_nothing_is_not_transferred() -> None:
    """J. Lundell's Droop, test/blt/scotland/weak-surplus.blt, without its stages of 0 votes."""
    profile = vote("10 甲>丙", "8 乙", "6 丙", "5 丁", "3 戊>丁", "3 己>丁", of=6, seats=4)
    count = count_stv(profile, lambda tied: sorted(tied, reverse=True))
    assert [list(stage.values()) for stage in stages(count)] == [
        ["10", "8", "6", "5", "3", "3"],
        ["8", "8", "8", "5", "3", "3"],
        ["8", "8", "8", "8", "0", "3"],
    ]
    assert winners(count) == "甲乙丙丁"


def test_when_as_many_continue_as_there_are_vacancies_they_are_elected_at_once() -> None:
    count = count_stv(vote("6 甲", "2 乙", "1 丙", of=3, seats=3))
    assert len(stages(count)) == 1
    assert "余下的选项不多于余下的名额而当选：乙、丙。" in said(count)


def test_nothing_more_is_transferred_once_all_seats_are_taken() -> None:
    count = count_stv(vote("6 甲>丙", "5 乙>丙", "1 丙", of=3, seats=2))
    assert len(stages(count)) == 1
    assert order(count) == "甲>乙>丙"


def test_a_paper_counts_up_to_the_place_where_two_stand_equal() -> None:
    count = count_stv(vote("5 甲", "4 乙", "2 丙>甲乙", of=3))
    assert stages(count)[1] == {"甲": "5", "乙": "4", "丙": "0"}
    assert "不可转移 2 票，累计 2 票。" in said(count)


def test_a_paper_with_two_first_is_invalid_and_not_part_of_the_quota() -> None:
    count = count_stv(vote("5 甲", "4 乙", "9 甲乙>丙", "2", of=3, seats=2))
    assert "收到 20 票：有效 9，空白 2，首选不是一个选项而无效 9。" in said(count)
    assert "当选商数为 4。" in said(count)


def test_a_withdrawn_option_leaves_its_place_to_the_next_one() -> None:
    count = count_stv(vote("5 甲>乙", "4 甲丙", "1 丁", of=4, withdrawn="甲"))
    assert stages(count) == [
        {"乙": "5", "丙": "4", "丁": "1"},
        {"乙": "5", "丙": "4", "丁": "0"},
        {"乙": "5", "丙": "0", "丁": "0"},
    ]


def test_papers_worth_nothing_any_more_may_still_move() -> None:
    """One vote of surplus on 200002 papers is less than 0.00001 each."""
    count = count_stv(vote("200002 甲>乙>丙", "199999 丙", "199999 丁", of=4, seats=2))
    assert [list(stage.values()) for stage in stages(count)] == [
        ["200002", "0", "199999", "199999"],
        ["200001", "0", "199999", "199999"],
        ["200001", "0", "199999", "199999"],
        ["200001", "0", "199999", "0"],
    ]
    assert "不可转移 1 票，累计 1 票。" in said(count)
    assert winners(count) == "甲丙"


def test_with_no_votes_the_rule_alone_decides() -> None:
    assert winners(count_stv(vote("3", of=4, seats=2))) == "甲乙"


@given(profile=profiles())
def test_the_order_of_the_papers_does_not_matter(profile: Profile) -> None:
    assert count_stv(reordered(profile)) == count_stv(profile)


@given(profile=profiles())
def test_papers_may_be_bundled_or_not(profile: Profile) -> None:
    assert count_stv(one_by_one(profile)) == count_stv(profile)


@given(profile=profiles())
def test_every_stage_adds_up_to_the_valid_papers(profile: Profile) -> None:
    count = count_stv(profile)
    valid = next(step.says.facts["valid"] for step in count.steps)
    for step in _stages(count):
        lost = _units(str(step.says.facts.get("total", "0")))
        assert (
            sum(_units(figure.amount) for figure in step.figures) + lost == int(str(valid)) * VOTE
        )


@given(profile=profiles())
def test_votes_are_lost_only_and_never_come_back(profile: Profile) -> None:
    lost = [_units(str(s.says.facts.get("total", "0"))) for s in _stages(count_stv(profile))]
    assert lost == sorted(lost)


def _stages(count: Count) -> list[Step]:
    return [step for step in count.steps if step.figures]


def _units(amount: str) -> int:
    whole, _, rest = amount.partition(".")
    return int(whole) * VOTE + int(rest or 0)


@given(profile=profiles(seats=5))
def test_as_many_win_as_there_are_seats_or_options(profile: Profile) -> None:
    count = count_stv(profile, by_list)
    assert len(count.winners) == min(profile.seats, len(profile.labels))
    assert sorted(n for group in count.order for n in group) == list(range(len(profile.labels)))


@given(profile=profiles(), data=st.data())
def test_the_order_of_the_list_matters_only_where_a_step_says_so(
    profile: Profile, data: st.DataObject
) -> None:
    count = count_stv(profile)
    assume(not took_a_rule(count))
    numbers = data.draw(st.permutations(range(len(profile.labels))))
    again = count_stv(renumbered(profile, numbers))
    assert set(winners(again)) == set(winners(count))
    assert stages(again) == stages(count)


@given(profile=profiles(equal=False, seats=1))
def test_whom_more_than_half_put_first_wins_the_only_seat(profile: Profile) -> None:
    firsts = [p.ranking[0][0] for p in one_by_one(profile).papers if p.ranking]
    for option in range(len(profile.labels)):
        if 2 * firsts.count(option) > len(firsts):
            assert count_stv(profile).winners == (option,)


@given(profile=profiles(equal=False))
def test_a_group_whose_papers_fill_a_quota_each_wins_as_many_seats(profile: Profile) -> None:
    """Proportionality: papers that put the same one first by a quota elect it."""
    firsts = [p.ranking[0][0] for p in one_by_one(profile).papers if p.ranking]
    quota = len(firsts) // (profile.seats + 1) + 1
    solid = {n for n in range(len(profile.labels)) if firsts.count(n) >= quota}
    assert solid <= set(count_stv(profile).winners)


def test_the_order_tells_apart_only_those_who_won_or_were_excluded() -> None:
    count = count_stv(vote("6 甲", "2 乙", "2 丙", of=3))
    assert order(count) == "甲>乙丙"
    assert by_label(count) == [{"甲"}, {"乙", "丙"}]
