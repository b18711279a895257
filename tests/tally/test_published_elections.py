"""Elections that were really held, or are in the literature, counted again.

The sources are named in the data files, or beside the numbers.
"""

import msgspec
import pytest

from deliberation.tally.choosing import count_plurality
from deliberation.tally.comparing import Pairs, preferring
from deliberation.tally.profile import Paper, Profile
from deliberation.tally.runoff import count_irv
from deliberation.tally.schulze import count_schulze, strongest_paths
from deliberation.tally.stv import count_stv
from tests.tally.published import published
from tests.tally.voting import Counting, stages

CITIES = ("Memphis", "Nashville", "Chattanooga", "Knoxville")


def written(labels: str | tuple[str, ...], *papers: tuple[int, str]) -> Profile:
    """Papers by the first letters of the labels, as examples in the literature have them."""
    initials = [label[0] for label in labels]
    return Profile(
        labels=tuple(labels),
        papers=tuple(
            Paper(copies=copies, ranking=tuple((initials.index(letter),) for letter in order))
            for copies, order in papers
        ),
    )


def rows(pairs: Pairs) -> list[list[int]]:
    return [list(row.values()) for row in pairs.values()]


@pytest.fixture(scope="module")
def schulze_example() -> Profile:
    """M. Schulze, example 1 of "A new monotonic, clone-independent ...": 45 papers."""
    return written(
        "ABCDE",
        (5, "ACBED"),
        (5, "ADECB"),
        (8, "BEDAC"),
        (3, "CABED"),
        (7, "CAEBD"),
        (2, "CBADE"),
        (7, "DCEBA"),
        (8, "EBADC"),
    )


def test_the_example_of_schulze_has_his_comparisons_and_paths(schulze_example: Profile) -> None:
    pairs = preferring(schulze_example)
    assert rows(pairs) == [
        [20, 26, 30, 22],
        [25, 16, 33, 18],
        [19, 29, 17, 24],
        [15, 12, 28, 14],
        [23, 27, 21, 31],
    ]
    assert rows(strongest_paths(pairs)) == [
        [28, 28, 30, 24],
        [25, 28, 33, 24],
        [25, 29, 29, 24],
        [25, 28, 28, 24],
        [25, 28, 28, 31],
    ]


def test_the_example_of_schulze_has_his_order(schulze_example: Profile) -> None:
    count = count_schulze(schulze_example)
    assert [count.labels[option] for (option,) in count.order] == ["E", "A", "C", "B", "D"]


@pytest.mark.parametrize(
    ("counting", "capital"),
    [(count_plurality, "Memphis"), (count_irv, "Knoxville"), (count_schulze, "Nashville")],
)
def test_the_capital_of_tennessee_depends_on_the_method(counting: Counting, capital: str) -> None:
    """The textbook example: everybody prefers what is nearer; 100 papers."""
    count = counting(written(CITIES, (42, "MNCK"), (26, "NCKM"), (15, "CKNM"), (17, "KCNM")))
    assert [count.labels[option] for option in count.winners] == [capital]


def test_debian_elected_in_2002_whom_schulze_elects() -> None:
    count = count_schulze(published("debian_leader_2002"))
    assert [count.labels[option] for (option,) in count.order] == [
        "Bdale Garbee",
        "Branden Robinson",
        "Raphaël Hertzog",
        "None Of The Above",
    ]


def test_the_comparisons_of_2002_are_those_debian_published() -> None:
    """But for papers with equal places: PrefLib has written the lower number first there."""
    published_rows = [[255, 178, 385], [199, 134, 406], [291, 327, 443], [68, 50, 18]]
    counted = rows(preferring(published("debian_leader_2002")))
    equal = [[5, 2, 2], [0, 6, 1], [0, 0, 1], [0, 0, 0]]
    assert counted == [
        [votes + more for votes, more in zip(*both, strict=True)]
        for both in zip(published_rows, equal, strict=True)
    ]


@pytest.fixture(scope="module")
def burlington() -> Profile:
    """Without the four papers that put two first, which the city did not count."""
    profile = published("burlington_mayor_2009")
    valid = tuple(paper for paper in profile.papers if len(paper.ranking[0]) == 1)
    assert profile.votes - sum(paper.copies for paper in valid) == 4
    return msgspec.structs.replace(profile, papers=valid)


def test_burlington_elected_in_2009_by_these_rounds(burlington: Profile) -> None:
    """The city eliminated the three weakest together, we one by one; what follows is the same."""
    count = count_irv(burlington)
    rounds = stages(count)
    assert [count.labels[option] for option in count.winners] == ["Bob Kiss"]
    assert rounds[0] == {
        "Bob Kiss": "2585",
        "Andy Montroll": "2063",
        "James Simpson": "35",
        "Dan Smith": "1306",
        "Kurt Wright": "2951",
        "Write-In": "36",
    }
    assert rounds[-2] == {"Bob Kiss": "2981", "Andy Montroll": "2554", "Kurt Wright": "3294"}
    assert rounds[-1] == {"Bob Kiss": "4313", "Kurt Wright": "4061"}


def test_burlington_would_have_elected_two_others_by_other_methods(burlington: Profile) -> None:
    one, other = count_plurality(burlington), count_schulze(burlington)
    assert [one.labels[option] for option in one.winners] == ["Kurt Wright"]
    assert [other.labels[option] for option in other.winners] == ["Andy Montroll"]


def test_the_comparisons_of_burlington_are_those_published() -> None:
    """Of all 8980 papers, as electowiki has them."""
    pairs = preferring(published("burlington_mayor_2009"))
    kiss, montroll, simpson, smith, wright, write_in = range(6)
    assert pairs[kiss] == {montroll: 3477, simpson: 5517, smith: 3946, wright: 4314, write_in: 6149}
    assert pairs[montroll] == {
        kiss: 4067,
        simpson: 6267,
        smith: 4573,
        wright: 4597,
        write_in: 6658,
    }
    assert (pairs[wright][kiss], pairs[wright][montroll]) == (4064, 3668)


def test_a_ward_in_sutherland_is_counted_as_its_returning_officer_did() -> None:
    count = count_stv(published("sutherland_ward_2017"))
    names = ("Munro", "Morrison", "Currie", "Taylor", "Bangor", "Sinclair", "Simpson", "O'Hanrahan")
    table = [
        [next(stage[label] for label in stage if name in label) for name in names]
        for stage in stages(count)
    ]
    assert table == [
        ["504", "473", "556", "557", "311", "265", "89", "52"],
        ["510", "480", "564", "561", "327", "269", "91", "0"],
        ["521", "521", "571", "565", "341", "274", "0", "0"],
        ["587", "556", "612", "622", "367", "0", "0", "0"],
        ["671", "669", "681", "658", "0", "0", "0", "0"],
        ["899", "804", "689", "0", "0", "0", "0", "0"],
    ]
    assert [count.labels[option] for option in count.winners] == [
        "Linda Munro",
        "Hugh Morrison",
        "Kirsteen Currie",
    ]


def test_surpluses_are_transferred_as_another_program_does() -> None:
    """Droop's votes at the end of its rounds 1, 2, 8, 9, 10, 11 and 12.

    Its lot for those with no votes fell otherwise, which changes nothing.
    """
    count = count_stv(published("gpus_committee_2005"))
    surnames = ("Dickinson", "Mookerjee", "Sevigny", "LaMarche", "Olsen", "Kramer")
    table = [
        [next(stage[label] for label in stage if surname in label) for surname in surnames]
        for number, stage in enumerate(stages(count))
        if number in (1, 2, 8, 9, 10, 11, 12)
    ]
    assert table == [
        ["6.84848", "3.42424", "8.42424", "22", "12.45448", "18"],
        ["7.80300", "3.56060", "9.24240", "19", "12.72720", "18.54544"],
        ["8.80300", "3.69696", "9.24240", "19", "14.57568", "19.68180"],
        ["9.01084", "3.95360", "9.45496", "19", "14.57568", "19"],
        ["9.36448", "0", "10.59132", "19", "15.61032", "19"],
        ["0", "0", "16.62204", "19", "16.59988", "19"],
        ["0", "0", "18.59172", "19", "0", "19"],
    ]
    assert [count.labels[option].split()[-1] for option in count.winners] == [
        "Rotzler",
        "LaMarche",
        "Kramer",
        "Sevigny",
    ]
