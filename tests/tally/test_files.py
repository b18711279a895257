"""Files of votes: what others write is read, and what cannot be read is said with its line."""

from fractions import Fraction
from pathlib import Path

import pytest

from deliberation.errors import Code, Refusal
from deliberation.tally.files.lines import label, labels
from deliberation.tally.files.reading import Kind, kind_of, read_votes
from deliberation.tally.profile import Paper, Profile

DATA = Path(__file__).parent / "data"


def read(text: str, kind: Kind) -> Profile:
    return read_votes(text.encode(), kind=kind)[1].profile


def refused_at(text: str, kind: Kind) -> int:
    with pytest.raises(Refusal) as refused:
        read(text, kind)
    assert refused.value.code is Code.TALLY_UNREADABLE
    assert refused.value.facts["why"]
    line = refused.value.facts["line"]
    assert isinstance(line, int)
    return line


# BLT

BOARD = """\
4 2   # candidates, seats
-3
3 1 2=4 0
1 2 - 4 0  2 4 0
(B 7) 1 0
0
"Ada"
"Bo # not a comment"
"Cy" "Di"
"The Board"
"""


def test_a_blt_file_with_everything_that_programs_write() -> None:
    for text in (BOARD, "\ufeff" + BOARD.replace("\n", "\r\n")):
        assert read(text, Kind.BLT) == Profile(
            labels=("Ada", "Bo # not a comment", "Cy", "Di"),
            papers=(
                Paper(copies=3, ranking=((0,), (1, 3))),
                Paper(copies=1, ranking=((1,), (3,))),
                Paper(copies=2, ranking=((3,),)),
                Paper(copies=1),
            ),
            seats=2,
            withdrawn=frozenset({2}),
            title="The Board",
        )


def test_without_names_candidates_are_called_by_number() -> None:
    assert read("2 1\n1 1 2 0\n0\n", Kind.BLT).labels == ("1", "2")


def test_two_candidates_of_one_name_are_told_apart() -> None:
    text = '3 1\n1 1 0\n0\n"李明"\n"李明"\n"李明 (2)"\n"楼长"\n'
    assert read(text, Kind.BLT).labels == ("李明", "李明 (2)", "李明 (2) (2)")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("4\n", 1),
        ("0 1\n0\n", 1),
        ("2 0\n0\n", 1),
        ("99999 1\n0\n", 1),
        ("2 1\n1 1 2 0\n", 2),
        ("2 1\n1 1 2\n", 2),
        ("2 1\n1 3 0\n0\n", 2),
        ("2 1\n1 1 1 0\n0\n", 2),
        ("2 1\n1 1=1 0\n0\n", 2),
        ("2 1\n\n1.5 1 0\n0\n", 3),
        ("2 1\n1 1 0\n-1\n0\n", 3),
        ('2 1\n1 1 0\n0\n"Ada"\n', 4),
        ('2 1\n1 1 0\n0\n"Ada"\n"Bo\n', 5),
        ('2 1\n1 1 0\n0\nAda\n"Bo"\n', 4),
        ("2 1\n" + "9" * 5000 + " 1 0\n0\n", 2),
    ],
)
def test_what_is_wrong_in_a_blt_file_is_said_with_its_line(text: str, line: int) -> None:
    assert refused_at(text, Kind.BLT) == line


# PrefLib

MODERN = """\
# FILE NAME: board.toi
# TITLE: The Board
# NUMBER ALTERNATIVES: 3
# NUMBER VOTERS: 8
# ALTERNATIVE NAME 1: Ada
# ALTERNATIVE NAME 2: Bo
# ALTERNATIVE NAME 6: Cy
5: 1,{2,6}
2: 6,
1:
"""

OLD = "3\n1,Ada\n2,Bo\n6,Cy\n8,8,3\n5,1,{2,6}\n2,6\n1,\n"


@pytest.mark.parametrize(("text", "title"), [(MODERN, "The Board"), (OLD, "")])
def test_orders_of_preflib_in_both_formats(text: str, title: str) -> None:
    assert read(text, Kind.PREFLIB) == Profile(
        labels=("Ada", "Bo", "Cy"),
        papers=(
            Paper(copies=5, ranking=((0,), (1, 2))),
            Paper(copies=2, ranking=((2,),)),
            Paper(copies=1),
        ),
        title=title,
    )


def test_a_file_that_has_fewer_votes_than_it_says_is_remarked_upon() -> None:
    for text in (MODERN.replace("2: 6,\n", ""), OLD.replace("\n2,6\n", "\n")):
        remarks = read_votes(text.encode(), kind=Kind.PREFLIB)[1].remarks
        assert [remark.facts["declared"] for remark in remarks] == [8]
    assert not read_votes(MODERN.encode(), kind=Kind.PREFLIB)[1].remarks


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("# TITLE: nothing\n", 1),
        (MODERN + "2: 4\n", 11),
        (MODERN + "2: 1,1\n", 11),
        (MODERN + "2: 1,{2\n", 11),
        (MODERN + "0: 1\n", 11),
        (MODERN + "many\n", 11),
        ("0\n", 1),
        ("3\n1,Ada\n", 2),
        ("2\n1,Ada\nBo\n1,1,1\n", 3),
        ("2\n1,Ada\n1,Bo\n1,1,1\n", 3),
        ("2\n1,Ada\n2,Bo\nsums\n", 4),
    ],
)
def test_what_is_wrong_in_a_preflib_file_is_said_with_its_line(text: str, line: int) -> None:
    assert refused_at(text, Kind.PREFLIB) == line


# Pabulib

PARK = """\
META
key;value
description;Park
num_votes;2
budget;1000,50
vote_type;%s
PROJECTS
project_id;cost;name
p1;500.25;"Bench; ""shady"" one"
p2;700;Bench
VOTES
voter_id;vote;points
1;p2,p1;%s
2;;
"""


@pytest.mark.parametrize("kind", ["approval", "choose-1"])
def test_approvals_of_pabulib(kind: str) -> None:
    _kind, found = read_votes((PARK % (kind, "")).encode(), "park.pb")
    assert found.profile == Profile(
        labels=("p1", "p2"),
        papers=(Paper(ranking=((0, 1),)), Paper()),
        title="Park",
        costs=(Fraction("500.25"), Fraction(700)),
        budget=Fraction("1000.5"),
    )
    assert found.names == ('Bench; "shady" one', "Bench")


def test_orders_and_points_of_pabulib() -> None:
    assert read(PARK % ("ordinal", ""), Kind.PABULIB).papers[0] == Paper(ranking=((1,), (0,)))
    for kind in ("scoring", "cumulative"):
        assert read(PARK % (kind, "1,3.0"), Kind.PABULIB).papers[0] == Paper(
            ranking=((0,), (1,)), grades=((0, 3), (1, 1))
        )
    assert read(PARK % ("scoring", "0,-1"), Kind.PABULIB).papers[0].ranking == ()


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("META", "MEAT", 1),
        ("PROJECTS\n", "", 13),
        ("VOTES\nvoter_id;vote;points\n", "", 12),
        ("budget;1000,50", "budget;much", 5),
        ("budget;1000,50\n", "", 13),
        ("ordinal", "handshake", 6),
        ("p2;700", "p1;700", 10),
        ("p2;700", ";700", 10),
        ("p2;700", "p2;-7", 10),
        ("p2;700", "p2;" + "7" * 99, 10),
        ("p2;700;Bench", "p2;700;Bench;extra", 10),
        ("1;p2,p1", "1;p2,p3", 13),
        ("1;p2,p1", "1;p2,p2", 13),
        ("voter_id;vote", "voter_id;votes", 13),
        ("2;;", '2;"', 14),
    ],
)
def test_what_is_wrong_in_a_pb_file_is_said_with_its_line(old: str, new: str, line: int) -> None:
    text = PARK % ("ordinal", "")
    assert old in text
    changed = text.replace(old, new, 1)
    if new == '2;"':
        assert read(changed, Kind.PABULIB).votes == 2  # a stray quote at the very end
    else:
        assert refused_at(changed, Kind.PABULIB) == line


def test_points_must_be_whole_and_as_many_as_the_projects() -> None:
    for points in ("1", "1,2.5", "1,x"):
        assert refused_at(PARK % ("scoring", points), Kind.PABULIB) == 13


# all of them


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("board.blt", "", Kind.BLT),
        ("00001-00000001.SOI", "", Kind.PREFLIB),
        ("park.pb", "", Kind.PABULIB),
        ("楼长.csv", "", Kind.CSV),
        ("votes.jsonl", "", Kind.PUBLISHED),
        ("-", BOARD, Kind.BLT),
        ("-", MODERN, Kind.PREFLIB),
        ("-", OLD, Kind.PREFLIB),
        ("votes.txt", "\n" + PARK, Kind.PABULIB),
        ("-", "甲,乙\n1,2\n", Kind.CSV),
        ("-", "# kind: ranking\n甲,乙\n1,2\n", Kind.CSV),
        ("-", '["7K3F-92QM","for",""]\n', Kind.PUBLISHED),
        ("-", "", Kind.CSV),
    ],
)
def test_the_kind_is_known_by_the_name_or_by_how_a_file_begins(
    name: str, text: str, kind: Kind
) -> None:
    assert kind_of(text, name) is kind


def test_what_is_no_text_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"\x89PNG\r\n\x1a\n\xff\xff", b"2 1\0", b"\xff\xfe\x00"):
        with pytest.raises(Refusal):
            read_votes(data, "board.blt")
    monkeypatch.setattr("deliberation.tally.files.lines.MOST_BYTES", 3)
    with pytest.raises(Refusal):
        read_votes(b"2 1\n", "board.blt")


def test_labels_do_not_steer_a_terminal() -> None:
    assert label(" \x1b[31m甲\x07\n乙\u202e ") == "[31m甲 乙"
    assert labels(["", "1", "1"]) == ("1", "1 (2)", "1 (3)")
