import msgspec
from hypothesis import given
from hypothesis import strategies as st

from deliberation.tally.comparing import Pairs, preferring
from deliberation.tally.profile import Profile
from deliberation.tally.schulze import count_schulze
from deliberation.tally.ties import by_list
from tests.tally.voting import (
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


def test_options_a_paper_does_not_name_stand_below_and_equal() -> None:
    assert preferring(vote("2 乙", "1 甲丙", of=4)) == {
        0: {1: 1, 2: 0, 3: 1},
        1: {0: 2, 2: 2, 3: 2},
        2: {0: 0, 1: 1, 3: 1},
        3: {0: 0, 1: 0, 2: 0},
    }


def test_the_weakest_majority_of_a_cycle_gives_way() -> None:
    count = count_schulze(vote("7 甲>乙>丙", "5 乙>丙>甲", "4 丙>甲>乙", of=3))
    assert (winners(count), order(count)) == ("甲", "甲>乙>丙")


def test_the_working_shows_comparisons_then_paths_then_the_order() -> None:
    count = count_schulze(vote("7 甲>乙>丙", "5 乙>丙>甲", "4 丙>甲>乙", of=3))
    assert stages(count) == [
        {"乙": "11", "丙": "7"},
        {"甲": "5", "丙": "12"},
        {"甲": "9", "乙": "4"},
        {"乙": "11", "丙": "11"},
        {"甲": "9", "丙": "12"},
        {"甲": "9", "乙": "9"},
    ]
    assert "从 丙 到各选项最强路径的强度：\n名次：甲 > 乙 > 丙\n当选：甲。" in said(count)


def test_a_withdrawn_option_is_compared_with_nobody() -> None:
    count = count_schulze(vote("7 甲>乙>丙", "5 乙>丙>甲", "4 丙>甲>乙", of=3, withdrawn="甲"))
    assert order(count) == "乙>丙"
    assert stages(count)[:2] == [{"丙": "12"}, {"乙": "4"}]


def test_a_tie_is_broken_only_at_the_last_seat_and_named() -> None:
    profile = vote("2 丙>甲>丁>乙", "2 丙>乙>丁>甲", of=4, seats=2)
    assert winners(count_schulze(profile)) == "丙甲乙丁"
    count = count_schulze(profile, by_list)
    assert (winners(count), order(count)) == ("丙甲", "丙>甲乙丁")
    assert "甲、乙、丁 并列，只余 1 个名额；按名单次序，当选的是 甲。" in said(count)


def test_blank_papers_leave_all_tied() -> None:
    assert order(count_schulze(vote("3", of=3))) == "甲乙丙"


@given(profile=profiles())
def test_the_order_of_the_papers_does_not_matter(profile: Profile) -> None:
    assert count_schulze(reordered(profile)) == count_schulze(profile)


@given(profile=profiles())
def test_papers_may_be_bundled_or_not(profile: Profile) -> None:
    assert count_schulze(one_by_one(profile)) == count_schulze(profile)


@given(profile=profiles())
def test_if_everybody_voted_twice_nothing_but_the_sums_would_change(profile: Profile) -> None:
    once, twice = count_schulze(profile), count_schulze(doubled(profile))
    assert (twice.winners, twice.order) == (once.winners, once.order)
    assert stages(twice) == [
        {label: str(2 * int(amount)) for label, amount in stage.items()} for stage in stages(once)
    ]


@given(profile=profiles(), data=st.data())
def test_the_order_of_the_list_does_not_matter(profile: Profile, data: st.DataObject) -> None:
    numbers = data.draw(st.permutations(range(len(profile.labels))))
    again = count_schulze(renumbered(profile, numbers))
    assert by_label(again) == by_label(count_schulze(profile))


@given(profile=profiles(seats=1))
def test_who_beats_everybody_wins_alone(profile: Profile) -> None:
    pairs = preferring(profile)
    for option, row in pairs.items():
        if all(votes > pairs[other][option] for other, votes in row.items()):
            assert count_schulze(profile).winners == (option,)


@given(profile=profiles(seats=1))
def test_nobody_wins_from_outside_the_smallest_group_that_beats_all_others(
    profile: Profile,
) -> None:
    assert set(count_schulze(profile).winners) <= _smith_set(preferring(profile))


def _smith_set(pairs: Pairs) -> set[int]:
    """Whoever does not lose to a member belongs to it; it grows from whoever loses least often."""
    losses = {a: sum(pairs[b][a] > votes for b, votes in row.items()) for a, row in pairs.items()}
    inside = {min(losses, key=losses.__getitem__)}
    while True:
        outside = set(pairs) - inside
        more = {a for a in outside if any(pairs[a][b] >= pairs[b][a] for b in inside)}
        if not more:
            return inside
        inside |= more


@given(profile=profiles(seats=1), data=st.data())
def test_whom_one_more_paper_puts_first_still_wins(profile: Profile, data: st.DataObject) -> None:
    winner = data.draw(st.sampled_from(count_schulze(profile).winners))
    papers = list(profile.papers)
    changed = data.draw(st.integers(0, len(papers) - 1))
    papers[changed] = raised(papers[changed], winner)
    after = count_schulze(msgspec.structs.replace(profile, papers=tuple(papers)))
    assert winner in after.winners


@given(profile=profiles(seats=1, complete=True), data=st.data())
def test_a_clone_changes_nothing_for_the_others(profile: Profile, data: st.DataObject) -> None:
    """Every paper puts the clone right behind the option it is a clone of."""
    cloned, clone = data.draw(st.integers(0, len(profile.labels) - 1)), len(profile.labels)
    papers = tuple(
        msgspec.structs.replace(
            paper,
            ranking=tuple(
                group
                for (option,) in paper.ranking
                for group in ([(option,), (clone,)] if option == cloned else [(option,)])
            ),
        )
        for paper in profile.papers
    )
    both = msgspec.structs.replace(profile, labels=(*profile.labels, "己"), papers=papers)
    assert set(count_schulze(both).winners) - {clone} == set(count_schulze(profile).winners)
