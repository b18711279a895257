"""`python -m deliberation tally` counts our own published lists by the rule that is in them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deliberation.cli.commands import main
from tests.ballots.lists import any_bundle, as_json


@pytest.fixture(autouse=True)
def chinese_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def typed(body: object, folder: Path, *arguments: str, name: str = "list.json") -> Result:
    path = folder / name
    path.write_text(body if isinstance(body, str) else json.dumps(body), "utf-8")
    return CliRunner().invoke(main, ["tally", str(path), *arguments])


def counted(body: object, folder: Path, *arguments: str) -> dict[str, Any]:
    result = typed(body, folder, *arguments, "--json")
    assert result.exit_code == 0, result.output
    count: dict[str, Any] = json.loads(result.stdout)
    return count


def motion(*choices: str) -> dict[str, Any]:
    """A list of these votes, whose announced result and root are those of no votes."""
    body = as_json(any_bundle(0, "for-against-abstain"))
    lines = [json.dumps([f"R{n}", choice, ""]) for n, choice in enumerate(choices)]
    return {**body, "lines": lines, "facts": {**body["facts"], "entitled": 99}}


def test_a_list_that_agrees_says_so(tmp_path: Path) -> None:
    result = typed(as_json(any_bundle(11, "irv")), tmp_path)
    assert (result.exit_code, "重算的结果和宣布的一致" in result.stdout) == (0, True)


def test_a_list_that_differs_says_what_and_fails(tmp_path: Path) -> None:
    result = typed(motion("for", "against"), tmp_path)
    assert result.exit_code == 1
    assert "名单和树根不一致" in result.stderr
    assert "重算的结果和宣布的不一致" in result.stderr


def test_a_motion_is_told_as_every_count_is(tmp_path: Path) -> None:
    count = counted(as_json(any_bundle(5, "for-against-abstain")), tmp_path)
    assert list(count) == ["method", "seats", "votes", "winners", "order", "steps"]
    assert (count["method"], count["winners"]) in (
        ("for-against-abstain", ["for"]),
        ("for-against-abstain", []),
    )
    assert {name for group in count["order"] for name in group} == {"for", "against", "abstain"}


def test_the_same_votes_are_counted_by_another_method(tmp_path: Path) -> None:
    body = as_json(any_bundle(16, "irv"))
    assert counted(body, tmp_path, "--method", "schulze")["method"] == "schulze"
    assert counted(body, tmp_path, "--seats", "1", "--tie-break", "list")["method"] == "irv"
    assert counted(body, tmp_path, "--method", "plurality")["method"] == "plurality"


def test_a_method_that_means_nothing_to_the_votes_is_refused(tmp_path: Path) -> None:
    assert typed(as_json(any_bundle(16, "irv")), tmp_path, "--method", "greedy").exit_code == 1


def test_a_bare_list_is_counted_choice_by_choice(tmp_path: Path) -> None:
    lines = '["A","for",""]\n["B","against",""]\n["C","for",""]\n["D","abstain",""]\n'
    result = typed(lines, tmp_path, "--json", name="list.jsonl")
    count = json.loads(result.stdout)
    assert (count["winners"], count["order"], count["votes"]) == (
        ["for"],
        [["for"], ["against"]],
        4,
    )
    assert "只有票、没有规则" in result.stderr


def test_a_bare_list_of_options_is_known_by_its_content(tmp_path: Path) -> None:
    lines = '["A","2>1",""]\n["B","2>1",""]\n["C","1",""]\n'
    result = typed(lines, tmp_path, "--json", name="votes")
    assert json.loads(result.stdout)["winners"] == ["2>1"]


@pytest.mark.parametrize(
    "text",
    [
        '{"format":"deliberation.ballot/1"',
        '{"format":"deliberation.ballot/2"}',
        '{"format":"deliberation.ballot/1"}',
        '["A","for"]\n',
        '["A","for","",true]\n',
    ],
)
def test_what_is_no_published_list_is_refused_in_words(text: str, tmp_path: Path) -> None:
    result = typed(text, tmp_path, "--format", "published")
    assert (result.exit_code, bool(result.stderr), result.stdout) == (1, True, "")
    assert "Traceback" not in result.stderr
