"""The page of a published list, its files, and the page that counts it again."""

import ast
import json
import re
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace

from deliberation.ballots.counting import Facts, count
from deliberation.ballots.figures import bars_of
from deliberation.ballots.models import Ballot
from deliberation.ballots.published import PublishedVote, merkle_root
from deliberation.ballots.tally import Tally
from deliberation.journal.canonical import canonical
from deliberation.rendering import rendered
from deliberation.rulesets.shipped import OWNERS_HALF
from deliberation.web.recounting import LINES, msgids_of_script, page_of
from tests.ballots.announcing import FIELDS, RANKED, RULE, House, house
from tests.ballots.lists import any_bundle

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def ranked(tmp_path: Path, sqlite_url: str) -> AsyncIterator[House]:
    async with house(tmp_path, sqlite_url, RANKED, question=FIELDS) as opened:
        yield opened


async def got(opened: House, path: str) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=opened.url, trust_env=False, timeout=60) as client:
        return await client.get(opened.path + path)


async def test_anybody_reads_the_result_the_rule_and_the_list(ranked: House) -> None:
    text = (await got(ranked, "")).text
    assert "结果：已选出" in text
    assert "意向征询，不代替业主大会表决。" in text
    assert "计票办法：排序，逐轮淘汰。" in text
    assert text.count("<tr id=") == len(RANKED)
    assert "修路灯 &gt; 换门禁" in text


async def test_the_files_hold_what_the_root_was_made_of(ranked: House) -> None:
    body = json.loads((await got(ranked, "/list.json")).text)
    lines = (await got(ranked, "/list.jsonl")).text.splitlines()
    assert body["format"] == "deliberation.ballot/1"
    assert lines == body["lines"]
    assert merkle_root(lines) == body["root"]


async def test_the_holder_of_a_receipt_finds_the_vote_however_it_is_typed(ranked: House) -> None:
    body = json.loads((await got(ranked, "/list.json")).text)
    receipt = json.loads(body["lines"][2])[0]
    for typed in (receipt, receipt.lower(), receipt.replace("-", " ")):
        text = (await got(ranked, f"?receipt={typed}")).text
        assert f'id="{receipt}" class="is-found"' in text
    assert "名单里没有这个回执" in (await got(ranked, "?receipt=2222-2222")).text


async def test_the_recount_page_needs_nothing_from_elsewhere(ranked: House) -> None:
    answer = await got(ranked, "/recount")
    sources = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert all(source.startswith(("/", "#")) for source in sources)
    assert "python -m deliberation tally list.json" in answer.text
    assert f'data-recount="{ranked.path}/list.json"' in answer.text


async def test_nothing_is_told_of_a_ballot_under_another_meeting(ranked: House) -> None:
    other = f"/../{ranked.voting.community}"
    async with httpx2.AsyncClient(base_url=ranked.url, trust_env=False) as client:
        answer = await client.get(f"/meetings/{ranked.voting.community}/ballots/{ranked.ballot}")
    assert (answer.status_code, other in answer.text) == (404, False)


@pytest.mark.parametrize("state", ["open", "closed", "voided"])
async def test_before_the_announcing_only_that_is_said(ranked: House, state: str) -> None:
    await Ballot.filter(id=ranked.ballot).update(state=state)
    text = (await got(ranked, "")).text
    assert ("<tr id=" in text, 'class="empty"' in text) == (False, True)
    for path in ("/list.json", "/list.jsonl", "/recount"):
        assert (await got(ranked, path)).status_code == 404


async def test_a_count_kept_back_is_not_shown_before_it_is_certified(
    tmp_path: Path, sqlite_url: str
) -> None:
    rule = replace(RULE, objection_days=3, shown="certified")
    choices = ["for", "against"]
    async with house(tmp_path, sqlite_url, choices, rule=rule, is_announced=False) as opened:
        text = (await got(opened, "")).text
        assert "异议期内，名单还没有公布。" in text
        assert "赞成1" not in text
        assert (await got(opened, "/list.json")).status_code == 404


async def test_a_motion_is_shown_with_its_sum(tmp_path: Path, sqlite_url: str) -> None:
    async with house(tmp_path, sqlite_url, ["for", "for", "against"]) as opened:
        text = (await got(opened, "")).text
    assert "赞成2，反对1，弃权0，共投票3" in text
    assert "结果：通过" in text


async def test_a_vote_of_persons_is_shown_with_its_sum_too(tmp_path: Path, sqlite_url: str) -> None:
    rule = canonical(replace(RULE, electorate="persons").to_json())
    async with house(tmp_path, sqlite_url, ["for", "against"]) as opened:
        await Ballot.filter(id=opened.ballot).update(rule=rule)
        text = (await got(opened, "")).text
    assert ('class="sum' in text, "人数" in text) == (True, True)


def test_too_little_area_is_shown_where_no_majority_of_it_is_asked_for() -> None:
    rule = replace(OWNERS_HALF, majority_area=None)
    facts = Facts(entitled=3, present=0, entitled_area=90_00, spoilt=1, spoilt_area=9_99)
    tally = count([("for", 50_00)], rule, facts)
    ballot = {"tally": tally.to_json(), "rule": rule.to_json()}
    told = {"ballot": ballot, "large": False, "translate": str, "lang": "zh", "zone": "UTC"}
    text = " ".join(rendered("live/sum.html", told).split())
    assert tally.outcome == "invalid"
    assert "再看面积：须60.00㎡才有效" in text
    assert "59.99㎡ ÷ 90.00㎡ = <b>66.65%</b>，没有达到" in text


def votes(count: int) -> list[PublishedVote]:
    return [PublishedVote(receipt=f"{n:04}-AAAA", choice="for") for n in range(count)]


def test_a_long_list_has_pages_and_a_receipt_leads_to_its_own() -> None:
    every = votes(2 * LINES + 1)
    assert (page_of(every, {}).number, page_of(every, {}).pages) == (1, 3)
    assert len(page_of(every, {"page": "3"}).votes) == 1
    assert page_of(every, {"page": "99"}).number == 3
    assert page_of(every, {"page": "x"}).number == 1
    found = page_of(every, {"receipt": f"{LINES:04}aaaa"})
    assert (found.number, found.found) == (2, every[LINES])
    assert page_of([], {}).pages == 1


@pytest.mark.parametrize("seed", range(1, 44))
def test_whatever_was_counted_can_be_drawn_or_has_no_bars(seed: int) -> None:
    tally = Tally.from_json(any_bundle(seed).tally)
    if tally.count is not None:
        bars = bars_of(tally.count)
        assert all(isinstance(value, Fraction) for _label, value, _text in bars)


def texts_of_the_service() -> set[str]:
    return {
        node.value
        for path in (ROOT / "deliberation").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_what_the_script_says_is_said_by_the_service_too() -> None:
    """So that it is translated with it, and the two never come apart in words."""
    assert msgids_of_script()
    assert msgids_of_script() - texts_of_the_service() == set()
