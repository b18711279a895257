"""`python -m deliberation tally`: a file of votes in, a count out; nothing else is needed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deliberation.cli.commands import main
from deliberation.tally.names import Method

DATA = Path(__file__).parent / "data"
LODZ = str(DATA / "poland_lodz_2020_nad-nerem.pb")
BOARD = '3 2\n4 1 2 0\n3 2 1 0\n2 3 0\n0\n"Ada"\n"Bo"\n"Cy"\n"Board"\n'


@pytest.fixture(autouse=True)
def chinese_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def typed(*arguments: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(main, ["tally", *arguments], input=stdin)


def told(*arguments: str, stdin: str | bytes = "") -> dict[str, Any]:
    result = typed(*arguments, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    count: dict[str, Any] = json.loads(result.stdout)
    return count


def test_it_runs_without_settings_database_or_server(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("DELIBERATION_")
    }
    environment["DELIBERATION_PORT"] = "not a port"
    run = subprocess.run(
        [sys.executable, "-m", "deliberation", "tally", "-", "--json"],
        input=BOARD.encode(),
        capture_output=True,
        env={**environment, "DELIBERATION_VAR": str(tmp_path / "var")},
        cwd=Path(__file__).parents[2],
        check=True,
    )
    assert json.loads(run.stdout)["method"] == "stv"
    assert (run.stderr, list(tmp_path.iterdir())) == (b"", [])


def test_it_explains_itself() -> None:
    result = typed("--help")
    assert (result.exit_code, "--lot-seed" in result.output) == (0, True)


def test_json_has_just_what_is_promised() -> None:
    count = told("-", stdin=BOARD)
    assert list(count) == ["method", "seats", "votes", "winners", "order", "steps"]
    assert (count["seats"], count["votes"]) == (2, 9)
    assert {label for group in count["order"] for label in group} == {"Ada", "Bo", "Cy"}
    assert all(set(step) == {"says", "figures"} for step in count["steps"])


def test_labels_are_told_in_their_own_signs() -> None:
    result = typed("-", "--json", stdin="选择\n李明\n李明\n王芳\n".encode())
    assert '"winners": [\n    "李明"\n  ]' in result.stdout


@pytest.mark.parametrize(
    ("name", "text", "method"),
    [
        ("votes.blt", BOARD, "stv"),
        ("votes.soi", "2\n1,Ada\n2,Bo\n3,3,1\n3,1,2\n", "schulze"),
        ("votes.csv", "甲,乙\n5,3\n4,1\n", "rating"),
        ("votes.csv", "甲,乙,丙\nx,,x\n,x,\n", "approval"),
        ("votes.csv", "选择\n甲\n乙\n甲\n", "plurality"),
        ("votes.csv", "甲,乙,丙\n1,2,3\n2,1,3\n", "schulze"),
        ("votes.csv", "# seats: 2\n甲,乙,丙\n1,2,3\n2,1,3\n", "stv"),
    ],
)
def test_a_file_is_counted_by_what_it_holds(
    tmp_path: Path, name: str, text: str, method: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert told(str(tmp_path / name))["method"] == method


def test_projects_are_counted_by_equal_shares_unless_something_else_is_asked_for() -> None:
    shares = told(LODZ)
    assert (shares["method"], shares["seats"], shares["votes"]) == ("equal-shares", 5, 608)
    assert shares["winners"] == ["G030NN", "G042NN", "G033NN", "G021NN", "G081NN"]
    assert told(LODZ, "--completion", "none")["seats"] == 4
    assert told(LODZ, "--method", "greedy")["winners"][2] == "G032NN"


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize(
    ("text", "refused"),
    [
        (BOARD, {"rating", "majority-judgment", "greedy", "equal-shares"}),
        ("甲,乙\nx,\nx,x\n", {"rating", "majority-judgment", "greedy", "equal-shares"}),
        ("甲,乙\n5,3\n2,2\n5,\n", {"approval", "top", "greedy", "equal-shares"}),
        ((DATA / "toulouse_2019_excerpt.pb").read_text("utf-8"), set()),
    ],
)
def test_every_method_counts_every_file_that_means_something_to_it(
    method: Method, text: str, refused: set[str]
) -> None:
    result = typed("-", "--method", method.value, "--json", stdin=text)
    if method in refused:
        assert (result.exit_code, result.stdout) == (1, "")
        assert "不能用" in result.stderr
    else:
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["method"] == method


def test_seats_and_ties_are_as_the_command_says() -> None:
    tied = "选择\n甲\n乙\n"
    assert told("-", stdin=tied)["winners"] == ["甲", "乙"]
    assert told("-", "--tie-break", "list", stdin=tied)["winners"] == ["甲"]
    drawn = {
        told("-", "--tie-break", "lot", "--lot-seed", seed, stdin=tied)["winners"][0]
        for seed in "abcdef"
    }
    assert drawn == {"甲", "乙"}
    assert told("-", "--seats", "2", "--tie-break", "list", stdin=tied)["seats"] == 2


def test_people_are_told_the_method_the_result_and_the_working() -> None:
    result = typed(LODZ, "--method", "greedy")
    assert result.output.startswith(
        "Local PB in Łódź, Górna | Nad Nerem\n方法：预算，支持多的先资助\n"
    )
    assert "名额：5  票数：608" in result.output
    assert "   3  G032NN Chocianowicka" in result.output
    assert "      G030NN  217\n" in result.output
    tied = typed("-", stdin="选择\n甲\n乙\n").output
    assert "   1  甲 = 乙\n" in tied


def test_numbers_stand_below_one_another_whatever_the_signs_of_the_labels() -> None:
    output = typed("-", stdin="选择\n路灯\nab\n路灯\n").output
    assert "      路灯  2\n      ab    1\n" in output


def test_a_remark_goes_beside_the_count_and_not_into_it() -> None:
    result = typed("-", "--json", stdin="2\n1,Ada\n2,Bo\n9,9,1\n3,1,2\n")
    assert json.loads(result.stdout)["votes"] == 3
    assert "共9张票，读到的是3张" in result.stderr


def test_an_unreadable_file_is_said_with_its_line_and_code_1(tmp_path: Path) -> None:
    result = typed("-", "--json", stdin="2 1\n1 7 0\n0\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "第2行看不懂：票上有一个名单里没有的选项" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere.blt",),
        ("-", "--method", "dictator"),
        ("-", "--seats", "0"),
        ("-", "--tie-break", "lot"),
        ("-", "--lot-seed", "x"),
        ("-", "--format", "docx"),
        (),
    ],
)
def test_wrong_usage_is_code_2(arguments: tuple[str, ...]) -> None:
    result = typed(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
