"""The published list of a ballot, as a page and as files, and the page that counts it again."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from starlette.responses import Response

from deliberation.ballots import publishing
from deliberation.ballots import service as ballots
from deliberation.ballots.figures import Bars, bars_of
from deliberation.ballots.models import Ballot
from deliberation.ballots.published import PublishedVote, votes_from
from deliberation.ballots.recounting import Bundle, working_of
from deliberation.ballots.tally import CHOICE_WORDS, FOLLOW, Choice, Tally, area_text
from deliberation.errors import Code, Refusal
from deliberation.i18n.sentences import Sentence
from deliberation.journal.canonical import canonical
from deliberation.meetings.service import require_meeting
from deliberation.people.roles import Permission
from deliberation.rulesets import wording
from deliberation.rulesets.questions import Question
from deliberation.rulesets.rules import Rule
from deliberation.web.pages import page
from deliberation.web.routing import Page, get
from deliberation.web.visit import Visit

LINES = 500
"""On a page; the files have all."""
SCRIPTS = Path(__file__).parents[2] / "static" / "js" / "recount"


async def _ballot(visit: Visit) -> Ballot:
    """The one in the path; raises NOT_FOUND for another meeting's or community's."""
    found = await ballots.require_ballot(visit.path_id("ballot"))
    meeting = await require_meeting(visit.path_id("meeting"))
    if (found.meeting_id, meeting.community_id) != (meeting.id, visit.here.id):
        raise Refusal(Code.NOT_FOUND)
    return found


async def published(visit: Visit) -> Response:
    """Everybody finds their own receipt; everybody sees what was counted, and how."""
    ballot = await _ballot(visit)
    if not publishing.is_published(ballot):
        shown: dict[str, Any] = {"bundle": None, "disclaimer": _disclaimer(ballot)}
    else:
        shown = _shown(await publishing.bundle_of(ballot, visit.here.name), visit)
    return page(visit, "ballots/published.html", section="minutes", ballot=ballot, **shown)


def _shown(bundle: Bundle, visit: Visit) -> dict[str, Any]:
    tally = Tally.from_json(bundle.tally)
    rule, question = Rule.from_json(bundle.rule), Question.from_json(bundle.question)
    return {
        "bundle": bundle,
        "rule_words": wording.words(rule, question),
        "disclaimer": wording.disclaimer(rule),
        "working": working_of(tally),
        "bars": bars_of(tally.count) if tally.count else _motion_bars(tally, visit),
        "area_bars": _area_bars(tally, visit),
        "list": page_of(votes_from(bundle.lines), visit.query),
    }


def _motion_bars(tally: Tally, visit: Visit) -> Bars:
    told = visit.translations.gettext
    totals = [(told(CHOICE_WORDS[c]), tally.totals[c]) for c in Choice if c in tally.totals]
    if tally.follow:
        totals.append((told(CHOICE_WORDS[FOLLOW]), tally.follow))
    return [(label, Fraction(n), str(n)) for label, n in totals]


def _area_bars(tally: Tally, visit: Visit) -> Bars:
    if tally.areas is None:
        return ()
    told = visit.translations.gettext
    totals = [(told(CHOICE_WORDS[c]), tally.areas.totals[c]) for c in Choice]
    return [(label, Fraction(n), area_text(n)) for label, n in totals]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A page of the list; `found` is the vote under the receipt that was asked for."""

    votes: Sequence[PublishedVote]
    asked: str
    found: PublishedVote | None
    number: int
    pages: int


def page_of(votes: Sequence[PublishedVote], query: Mapping[str, str]) -> ListPage:
    """The page with the receipt that is asked for, however it was typed; else the one named."""
    asked = query.get("receipt", "").strip()
    typed = re.sub(r"[\s-]", "", asked).upper()
    at = next((n for n, v in enumerate(votes) if typed and typed == _plain(v)), None)
    pages = max(1, -(-len(votes) // LINES))
    named = query.get("page", "")
    number = int(named) if re.fullmatch("[1-9][0-9]{0,4}", named) else 1
    number = min(number, pages) if at is None else at // LINES + 1
    return ListPage(
        votes=votes[(number - 1) * LINES : number * LINES],
        asked=asked,
        found=None if at is None else votes[at],
        number=number,
        pages=pages,
    )


def _plain(vote: PublishedVote) -> str:
    return vote.receipt.replace("-", "").upper()


async def bundle(visit: Visit) -> Response:
    """All that is published, in canonical JSON."""
    made = await publishing.bundle_of(await _ballot(visit), visit.here.name)
    text = canonical(publishing.to_json(made))
    return Response(text, media_type="application/json", headers=_NOT_KEPT)


async def lines(visit: Visit) -> Response:
    """Only the list, one line a vote, exactly as the root was made of it."""
    made = await publishing.lines_of(await _ballot(visit))
    text = "".join(f"{line}\n" for line in made)
    return Response(text, media_type="application/x-ndjson; charset=utf-8", headers=_NOT_KEPT)


_NOT_KEPT = {"Cache-Control": "no-cache"}


async def recount(visit: Visit) -> Response:
    """The page whose script counts in the browser. Raises BALLOT_NOT_PUBLISHED."""
    ballot = await _ballot(visit)
    if not publishing.is_published(ballot):
        raise Refusal(Code.BALLOT_NOT_PUBLISHED)
    return page(
        visit,
        "ballots/recount.html",
        section="minutes",
        ballot=ballot,
        disclaimer=_disclaimer(ballot),
        script_words=_words(visit),
    )


def _disclaimer(ballot: Ballot) -> Sentence:
    return wording.disclaimer(Rule.from_json(json.loads(ballot.rule)))


def _words(visit: Visit) -> str:
    """What the script says, in the reader's language where that is not its own."""
    translate = visit.translations.gettext
    words = {text: translate(text) for text in msgids_of_script()}
    return json.dumps({text: other for text, other in words.items() if text != other})


@cache
def msgids_of_script() -> frozenset[str]:
    """The texts in the counting modules: those of the server's own working."""
    sources = (path.read_text("utf-8") for path in sorted(SCRIPTS.glob("*.js")))
    return frozenset(
        text
        for source in sources
        for text in re.findall(r'"([^"\n]*[\u4e00-\u9fff][^"\n]*)"', source)
    )


_B = "/meetings/{meeting}/ballots/{ballot}"

PAGES: Sequence[Page] = (
    get(_B, Permission.PUBLIC, published),
    get(f"{_B}/list.json", Permission.PUBLIC, bundle),
    get(f"{_B}/list.jsonl", Permission.PUBLIC, lines),
    get(f"{_B}/recount", Permission.PUBLIC, recount),
)
