"""Tables of votes, our own plain form of CSV."""

import pytest

from deliberation.tally.files.lines import MOST_OPTIONS
from deliberation.tally.files.reading import Kind, read_votes
from deliberation.tally.profile import Paper, Profile
from tests.tally.test_files import read, refused_at


@pytest.mark.parametrize(
    ("text", "papers"),
    [
        (
            "甲,乙,丙\n1,2,3\n2,1,\n",
            (Paper(ranking=((0,), (1,), (2,))), Paper(ranking=((1,), (0,)))),
        ),
        ("# kind: ranking\n甲,乙,丙\n7,1,1\n", (Paper(ranking=((1, 2), (0,))),)),
        ("票数,甲,乙,丙\n3,x,,√\n2,,,\n", (Paper(copies=3, ranking=((0, 2),)), Paper(copies=2))),
        ("甲;乙;丙\n5;3;\n5;3;\n", (Paper(copies=2, grades=((0, 5), (1, 3))),)),
        ("# kind: grades\n甲\t乙\t丙\n1\t2\t3\n", (Paper(grades=((0, 1), (1, 2), (2, 3))),)),
    ],
)
def test_tables_whose_header_names_the_options(text: str, papers: tuple[Paper, ...]) -> None:
    assert read(text, Kind.CSV) == Profile(labels=("甲", "乙", "丙"), papers=papers)


@pytest.mark.parametrize(
    "text",
    ["rank1,rank2\n乙,甲\n乙,\n", "第1名,第2名\n乙,甲\n乙,\n", "rank 1;rank 2\n乙;甲\n乙\n"],
)
def test_tables_whose_cells_name_the_options(text: str) -> None:
    assert read(text, Kind.CSV) == Profile(
        labels=("乙", "甲"), papers=(Paper(ranking=((0,), (1,))), Paper(ranking=((0,),)))
    )


def test_a_single_column_is_a_choice() -> None:
    text = "# seats：2，title：楼长\n选择\n乙\n\n甲\n乙\n"
    assert read(text, Kind.CSV) == Profile(
        labels=("乙", "甲"),
        papers=(Paper(copies=2, ranking=((0,),)), Paper(ranking=((1,),))),
        seats=2,
        title="楼长",
    )
    assert read("甲\nx\n\n", Kind.CSV).labels == ("甲",)


def test_tables_as_spreadsheets_in_china_save_them() -> None:
    text = "票数,李明,王芳\r\n12,1,2\r\n"
    for data in (text.encode("gb18030"), text.encode("utf-8-sig"), text.encode("utf-16")):
        profile = read_votes(data, "楼长.csv")[1].profile
        assert (profile.labels, profile.votes) == (("李明", "王芳"), 12)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("甲,甲\n", 1),
        ("甲,\n", 1),
        ("# kind: poem\n甲,乙\n", 1),
        ("# seats: 0\n甲,乙\n", 1),
        ("甲,乙\n1,2,3\n", 2),
        ("# kind: approval\n甲,乙\nx,perhaps\n", 3),
        ("# kind: ranking\n甲,乙\n1,0\n", 3),
        ("票数,甲,乙\n,1,2\n", 2),
        ("甲,乙\n1,x2\n", 2),
        ("rank1,rank2\n甲,甲\n", 2),
        ("选择\n", 1),
        (",".join(map(str, range(MOST_OPTIONS + 1))), 1),
    ],
)
def test_what_is_wrong_in_a_table_is_said_with_its_line(text: str, line: int) -> None:
    assert refused_at(text, Kind.CSV) == line
