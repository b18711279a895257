"""Projects for a budget: greedy as cities do it, and the Method of Equal Shares."""

import csv
import random
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from deliberation.errors import Code, Refusal
from deliberation.tally.counted import Count
from deliberation.tally.files.reading import read_votes
from deliberation.tally.greedy import count_greedy
from deliberation.tally.profile import Paper, Profile
from deliberation.tally.shares import Completion, count_equal_shares
from deliberation.tally.ties import by_lot
from tests.tally.voting import said

DATA = Path(__file__).parent / "data"
COMPLETIONS: tuple[Completion, ...] = ("none", "add1", "add1u", "greedy")


def approved(budget: int | str, costs: list[int] | list[str], *papers: str) -> Profile:
    """ "3 AB" is three papers that approve of A and B."""
    split = [paper.partition(" ") for paper in papers]
    return Profile(
        labels=tuple("ABCDEFGH"[: len(costs)]),
        papers=tuple(
            Paper(
                copies=int(copies), ranking=(tuple(map("ABCDEFGH".index, named)),) if named else ()
            )
            for copies, _space, named in split
        ),
        costs=tuple(map(Fraction, costs)),
        budget=Fraction(budget),
    )


def funded(count: Count) -> str:
    return "".join(count.labels[n] for n in count.winners)


def cost(profile: Profile, count: Count) -> Fraction:
    return sum((profile.costs[n] for n in count.winners), Fraction(0))


def published(name: str) -> tuple[Profile, set[str]]:
    """A vote of Pabulib's, and the projects that it marks as selected."""
    data = (DATA / name).read_bytes()
    rows = csv.reader(data.decode().partition("PROJECTS\n")[2].splitlines(), delimiter=";")
    header = next(rows)
    selected = {
        row[0] for row in rows if len(row) == len(header) and row[header.index("selected")] == "1"
    }
    return read_votes(data, name)[1].profile, selected


# greedy


@pytest.mark.parametrize(
    "name",
    [
        "poland_lodz_2020_mileszki.pb",
        "poland_lodz_2020_nad-nerem.pb",
        "poland_lodz_2020_nowosolna.pb",
        "poland_warszawa_2017_plac-wojska-polskiego.pb",
    ],
)
def test_what_the_city_funded_comes_out_again(name: str) -> None:
    profile, selected = published(name)
    count = count_greedy(profile)
    assert {profile.labels[n] for n in count.winners} == selected
    assert count.seats == len(selected)


def test_a_project_that_no_longer_fits_is_passed_over() -> None:
    count = count_greedy(approved(100, [80, 50, 20], "3 A", "2 B", "1 C"))
    assert (funded(count), count.seats) == ("AC", 2)
    assert count.order == ((0,), (1,), (2,))
    assert "B（支持2，费用50）超过剩下的20，跳过" in said(count)


def test_a_tie_is_named_only_where_the_money_does_not_suffice_for_all() -> None:
    enough = count_greedy(approved(100, [50, 50], "1 AB"))
    assert (funded(enough), "一样多" in said(enough)) == ("AB", False)
    short = approved(50, [50, 50], "1 AB")
    assert funded(count_greedy(short)) == "A"
    assert "A、B得到的支持一样多（1）" in said(count_greedy(short))
    drawn = count_greedy(short, by_lot(b"2", short.labels))
    assert (funded(drawn), "抽签" in said(drawn)) == ("B", True)


def test_what_nobody_asked_for_is_not_funded() -> None:
    assert funded(count_greedy(approved(100, [10, 0], "1 A"))) == "A"


def test_points_are_added_up_and_ranks_are_worth_the_more_the_higher() -> None:
    profile = approved(30, [30, 30, 30], "1 A", "1 B")
    points = (Paper(grades=((0, 2), (1, 1))), Paper(grades=((1, 3),)))
    assert funded(count_greedy(msgspec.structs.replace(profile, papers=points))) == "B"
    ranks = (Paper(ranking=((0,), (1,), (2,))), Paper(ranking=((1,),)))
    count = count_greedy(msgspec.structs.replace(profile, papers=ranks))
    assert [figure.amount for figure in count.steps[0].figures] == ["3", "5", "1"]


def test_a_vote_without_money_is_refused() -> None:
    profile = Profile(labels=("A",), papers=(Paper(ranking=((0,),)),))
    for count in (count_greedy, count_equal_shares):
        with pytest.raises(Refusal) as refused:
            count(profile)
        assert refused.value.code is Code.TALLY_METHOD_UNSUITABLE


# equal shares


def test_every_group_gets_its_part_of_the_budget() -> None:
    """Greedy gives all to the larger group; with equal shares a third decides over a third."""
    profile = approved(90, [30, 30, 30, 30], "6 ABC", "3 D")
    assert funded(count_greedy(profile)) == "ABC"
    assert funded(count_equal_shares(profile, completion="none")) == "ABD"


def test_who_has_less_pays_all_and_the_others_share_the_rest() -> None:
    """A hand-made example: each has 10. A costs its two voters 6 each; B then takes the 4 that one
    of them has left, and 8 of the third."""
    count = count_equal_shares(approved(30, [12, 12], "1 A", "1 AB", "1 B"), completion="none")
    assert funded(count) == "AB"
    assert "买A：费用12，2人付，其中0人付完了自己的份额；每单位效用的价格0.5；预算剩18" in said(
        count
    )
    assert "买B：费用12，2人付，其中1人付完了自己的份额；每单位效用的价格2/3；预算剩6" in said(
        count
    )


def test_the_shares_grow_until_the_budget_is_reached() -> None:
    profile = approved(100, [60, 30, 50], "3 A", "3 B", "4 C")
    assert funded(count_equal_shares(profile, completion="none")) == "B"
    count = count_equal_shares(profile, completion="add1")
    assert (funded(count), "加到13" in said(count)) == ("CB", True)
    assert funded(count_equal_shares(profile, completion="add1u")) == "CB"


def test_growing_stops_after_so_many_runs_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deliberation.tally.shares.MOST_RUNS", 0)
    count = count_equal_shares(approved(100, [60, 30, 50], "3 A", "3 B", "4 C"), completion="add1")
    assert (funded(count), "份额加了0次还没有到头" in said(count)) == ("B", True)


def test_what_is_left_goes_to_the_most_supported() -> None:
    profile = approved(100, [90, 10], "9 A", "1 B", "10 ")
    assert funded(count_equal_shares(profile, completion="none")) == ""
    assert funded(count_equal_shares(profile, completion="greedy")) == "AB"


def test_a_tie_of_prices_is_named_and_broken() -> None:
    profile = approved(10, [10, 10], "1 AB")
    assert funded(count_equal_shares(profile)) == "A"
    assert "A、B的价格一样，按名单顺序先买A" in said(count_equal_shares(profile))
    assert funded(count_equal_shares(profile, by_lot(b"2", profile.labels))) == "B"


def test_what_costs_nothing_is_funded_first_if_somebody_wants_it() -> None:
    profile = approved(10, [10, 0, 0], "1 AB")
    assert funded(count_equal_shares(profile, completion="none")) == "BA"


def test_points_are_the_utility_where_votes_give_points() -> None:
    """A hand-made example: a point of B is cheaper for its voter than one of A."""
    profile = Profile(
        labels=("A", "B"),
        papers=(Paper(grades=((0, 1), (1, 5))), Paper(grades=((0, 1), (1, -2)))),
        costs=(Fraction(20), Fraction(20)),
        budget=Fraction(40),
    )
    count = count_equal_shares(profile, completion="none")
    assert (funded(count), "每单位效用的价格4" in said(count)) == ("BA", True)


def test_costs_may_have_decimals() -> None:
    profile = approved("1", ["0.50", "0.5"], "1 A", "1 B")
    count = count_equal_shares(profile)
    assert (funded(count), count.votes) == ("AB", 2)


def test_nobody_voting_funds_nothing() -> None:
    assert funded(count_equal_shares(approved(10, [10, 0]))) == ""


@pytest.mark.parametrize(
    ("name", "none", "add1"),
    [
        ("mileszki", "W128MI W107MI W065MI W050MI", "W128MI W107MI W047MI W065MI W050MI"),
        ("nad-nerem", "G030NN G042NN G021NN G081NN", "G030NN G042NN G033NN G021NN G081NN"),
        ("nowosolna", "W038NO W066NO W013NO", "W038NO W066NO W013NO"),
    ],
)
def test_shares_of_a_city_are_those_that_pabutools_counts(name: str, none: str, add1: str) -> None:
    """pabutools 1.2.3, cost satisfaction, exact fractions; `add1` from the rounded-down share as in
    the program of equalshares.net."""
    profile, _selected = published(f"poland_lodz_2020_{name}.pb")
    for completion, expected in (("none", none), ("add1", add1)):
        count = count_equal_shares(profile, completion=completion)  # type: ignore[arg-type]
        assert " ".join(profile.labels[n] for n in count.winners) == expected


def test_an_excerpt_of_cumulative_votes_is_counted_by_points() -> None:
    data = (DATA / "toulouse_2019_excerpt.pb").read_bytes()
    profile = read_votes(data, "toulouse.pb")[1].profile
    for completion in COMPLETIONS:
        assert cost(profile, count_equal_shares(profile, completion=completion)) <= 1_000_000


def test_a_long_list_of_projects_does_not_break_the_working() -> None:
    """Prices of late purchases have thousands of digits; the working shows what can be read."""
    chance = random.Random(1)  # noqa: S311  a made-up vote
    projects = 400
    profile = Profile(
        labels=tuple(map(str, range(projects))),
        papers=tuple(
            Paper(ranking=(tuple(sorted(chance.sample(range(projects), 40))),)) for _ in range(300)
        ),
        costs=tuple(Fraction(chance.randint(50, 400)) for _ in range(projects)),
        budget=Fraction(60_000),
    )
    count = count_equal_shares(profile, completion="none")
    assert "≈" in said(count)
    assert max(len(step.says.render()) for step in count.steps) < 200
