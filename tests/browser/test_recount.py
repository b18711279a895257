"""Counting again in a browser: the server's own result for every method, to the last tie."""

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from deliberation.ballots.published import PublishedVote, merkle_root, published_lines
from deliberation.i18n.sentences import Sentence
from deliberation.rulesets.questions import Question
from deliberation.rulesets.shipped import OWNERS_HALF
from tests.ballots.announcing import FIELDS, RANKED, House, house
from tests.ballots.lists import METHODS, any_bundle, as_json
from tests.browser.test_main_job import DESKTOP, PHONE, opened
from tests.support.browser import picture
from tests.support.looking import Measures, found_wrong, too_wide
from tests.support.service import served

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
PROFILES = 22 * len(METHODS)

RECOUNT = """async (bundles) => {
  const { recounted } = await import("/static/js/recount/counting.js");
  const { firstWrong } = await import("/static/js/recount/checks.js");
  const { merkleRoot } = await import("/static/js/recount/merkle.js");
  const { rendered } = await import("/static/js/recount/counted.js");
  const made = [];
  for (const bundle of bundles) {
    const { tally } = await recounted(bundle);
    const steps = tally.steps.map((sentence) => rendered(sentence));
    const root = await merkleRoot(bundle.lines);
    made.push({ tally: { ...tally, steps }, root, wrong: firstWrong(bundle) });
  }
  return made;
}"""

PLAIN = """async (texts) => {
  const { sha256Plainly, hex } = await import("/static/js/recount/digest.js");
  return texts.map((text) => hex(sha256Plainly(new TextEncoder().encode(text))));
}"""


@pytest.fixture
async def modules(chromium: Browser) -> AsyncIterator[Page]:
    """An empty page beside the modules, which need nothing else."""

    async def empty(_request: Request) -> HTMLResponse:
        return HTMLResponse("<!doctype html>")

    static = StaticFiles(directory=ROOT / "static")
    app = Starlette(routes=[Route("/", empty), Mount("/static", static)])
    async with served(app) as url:
        page = await opened(chromium, url, DESKTOP)
        await page.goto(url)
        yield page
        await page.context.close()


def rendered(tally: dict[str, Any]) -> dict[str, Any]:
    sentences = [_sentence(step) for step in tally["steps"]]
    return {**tally, "steps": [sentence.render() for sentence in sentences]}


def _sentence(body: dict[str, Any]) -> Sentence:
    facts = {k: _sentence(v) if isinstance(v, dict) else v for k, v in body["facts"].items()}
    return Sentence(body["text"], facts)


async def test_a_browser_counts_whatever_was_voted_exactly_as_the_server_does(
    modules: Page,
) -> None:
    """Totals, thresholds, winners, order, every figure and every sentence of the working."""
    bundles = [as_json(any_bundle(seed)) for seed in range(PROFILES)]
    for bundle, made in zip(bundles, await modules.evaluate(RECOUNT, bundles), strict=True):
        assert made["tally"] == rendered(bundle["tally"]), bundle["question"]["method"]
        assert (made["root"], made["wrong"]) == (bundle["root"], None)


async def test_a_digest_without_the_browsers_help_is_the_same(modules: Page) -> None:
    """What a plain address in the hall falls back on; the lengths around a block's end."""
    texts = ["x" * n for n in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1_000)] + ["中文"]
    lines = [[text] for text in texts]
    plain = await modules.evaluate(PLAIN, ["\0" + text for text in texts])
    assert plain == [merkle_root(line) for line in lines]


async def shown(page: Page, state: str) -> None:
    await expect(page.locator("[data-recount]")).to_have_attribute("data-state", state)


async def dropped(page: Page, bundle: dict[str, Any]) -> None:
    """Pick a file, as from the downloads."""
    data = json.dumps(bundle).encode()
    file = FilePayload(name="list.json", mimeType="application/json", buffer=data)
    await page.set_input_files("#file", file)


def area_bundle() -> dict[str, Any]:
    """An owners' consultation whose result is that of nobody."""
    body = as_json(any_bundle(0, "for-against-abstain"))
    return {**body, "rule": OWNERS_HALF.to_json()}


@pytest.fixture
async def ranked(tmp_path: Path, sqlite_url: str) -> AsyncIterator[House]:
    async with house(tmp_path, sqlite_url, RANKED, question=FIELDS) as opened_house:
        yield opened_house


async def test_a_phone_recounts_and_goes_on_without_the_network(
    ranked: House, chromium: Browser
) -> None:
    page = await opened(chromium, ranked.url, PHONE)
    await page.goto(f"{ranked.url}{ranked.path}/recount")
    await shown(page, "agrees")
    await expect(page.locator("[data-fill=recounted]")).to_have_text("结果：已选出")
    await picture(page, "recount-phone.png", full_page=True)
    bundle = json.loads(
        await (await page.request.get(f"{ranked.url}{ranked.path}/list.json")).text()
    )
    await page.context.set_offline(True)
    bundle["lines"] = bundle["lines"][1:]
    await dropped(page, bundle)
    await shown(page, "differs")
    await expect(page.locator("[data-fill=root-verdict] [data-for=wrong]")).to_be_visible()
    await dropped(page, area_bundle())
    await expect(page.locator("[data-order]")).to_be_hidden()
    await dropped(page, {"format": "another"})
    await shown(page, "unreadable")
    await expect(page.locator("[data-result]:visible")).to_have_count(0)
    await page.context.close()


async def test_a_plain_address_in_the_hall_recounts_too(ranked: House, chromium: Browser) -> None:
    """Where a browser has no crypto.subtle: anywhere but on https and on its own machine."""
    url = ranked.url.replace("127.0.0.1", "hall.test")
    page = await opened(chromium, url, PHONE)
    await page.goto(f"{url}{ranked.path}/recount")
    assert await page.evaluate("crypto.subtle === undefined")
    await shown(page, "agrees")
    await page.context.close()


async def test_without_a_script_the_page_says_how_to_count(
    ranked: House, chromium: Browser
) -> None:
    page = await opened(chromium, ranked.url, PHONE, script=False)
    await page.goto(f"{ranked.url}{ranked.path}/recount")
    await expect(page.get_by_text("python -m deliberation tally list.json")).to_be_visible()
    await expect(page.locator("[data-recount] > *").first).to_be_hidden()
    await page.context.close()


@pytest.mark.parametrize(
    ("size", "least"),
    [(PHONE, Measures(text=15, target=44)), (DESKTOP, Measures(text=14, target=24))],
    ids=["phone", "desktop"],
)
async def test_the_pages_keep_to_the_measures(
    ranked: House, chromium: Browser, size: dict[str, int], least: Measures
) -> None:
    page = await opened(chromium, ranked.url, size)
    wrong: list[str] = []
    for name in ("", "/recount"):
        await page.goto(f"{ranked.url}{ranked.path}{name}")
        if name:
            await shown(page, "agrees")
        wrong += [*await found_wrong(page, least), *await too_wide(page)]
        await picture(
            page, f"published{name.replace('/', '-')}-{size['width']}.png", full_page=True
        )
    assert wrong == []
    await page.context.close()


def funded(projects: int, voters: int) -> dict[str, Any]:
    """A large vote about money, whose announced result is not its own."""
    costs = tuple(100_000 + n * 137_700 % 5_000_000 for n in range(projects))
    question = Question(
        method="equal-shares",
        options=tuple(f"演示项目{n + 1}" for n in range(projects)),
        costs=costs,
        budget=sum(costs) // 3,
    )
    votes = [
        PublishedVote(receipt=f"{n:04}", choice=",".join(map(str, _wishes(n, projects))))
        for n in range(voters)
    ]
    lines: Sequence[str] = published_lines(votes)
    body = as_json(any_bundle(10, "equal-shares"))
    facts = {**body["facts"], "entitled": voters + 9}
    return {**body, "question": question.to_json(), "lines": list(lines), "facts": facts}


def _wishes(voter: int, projects: int) -> list[int]:
    wished = {(voter * (7 + k) + k * k) % projects + 1 for k in range(1 + voter % 9)}
    return sorted(wished)


async def test_a_large_vote_about_money_is_counted_beside_the_page(
    ranked: House, chromium: Browser
) -> None:
    page = await opened(chromium, ranked.url, PHONE)
    await page.goto(f"{ranked.url}{ranked.path}/recount")
    await shown(page, "agrees")
    await dropped(page, funded(40, 3_000))
    assert await page.evaluate("1 + 1") == 2  # the page answers meanwhile
    await expect(page.locator("[data-recount]")).to_have_attribute(
        "data-state", "differs", timeout=60_000
    )
    await page.context.close()
