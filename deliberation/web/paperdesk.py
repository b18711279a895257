"""The paper desk of a ballot: issuing papers, and entering what comes back, twice."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.responses import Response

from deliberation.ballots import batches, issuing
from deliberation.ballots.batches import Stack
from deliberation.ballots.desk import ballot_in
from deliberation.ballots.issuing import IssuedPaper
from deliberation.ballots.models import Ballot, Batch
from deliberation.errors import Code, Refusal
from deliberation.people.roles import Permission
from deliberation.web import guarding, paperviews
from deliberation.web.ballotpaper import MOST_PAPERS, ballot_papers
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

LONGEST_STACK = 60_000
"""Characters."""
ROWS = 8
"""Lines of the form for those who do not type codes."""


async def ballot_of(visit: Visit) -> Ballot:
    return await ballot_in(visit.path_id("meeting"), visit.path_id("ballot"))


def path_in(ballot: Ballot, rest: str = "papers") -> str:
    return f"/meetings/{ballot.meeting_id}/ballots/{ballot.id}/{rest}"


async def desk(visit: Visit) -> Response:
    """Everything about papers of one ballot."""
    return await _desk(visit, await ballot_of(visit))


async def _desk(visit: Visit, ballot: Ballot, *, status: int = 200, **typed: object) -> Response:
    """What was typed stays when something is wrong with it."""
    blank: dict[str, object] = {
        "errors": {},
        "wrong": [],
        "stack": "",
        "witness": "",
        "channel": visit.query.get("channel", "paper"),
        "whose": "",
        "issued": visit.query.get("issued", ""),
    }
    context = await paperviews.desk_of(visit, ballot)
    return page(visit, "paperdesk/desk.html", status=status, **context | blank | typed)


async def issue(visit: Visit) -> Response:
    """One paper, at the door."""
    ballot, whose = await ballot_of(visit), visit.text("whose", limit=250)

    async def act() -> None:
        await issuing.issue(
            visit.actor,
            ballot.meeting_id,
            ballot.id,
            whose,
            key=visit.desk.key,
            is_lost=visit.text("lost", limit=1) == "1",
            at=visit.now,
        )

    try:
        await guarding.done_once(visit, act)
    except Refusal as refusal:
        if refusal.code in (Code.NOT_FOUND, Code.NOT_PERMITTED):
            raise
        errors = {"whose": words_of(visit, refusal)}
        return await _desk(visit, ballot, status=refusal.status, errors=errors, whose=whose)
    return go(f"{path_in(ballot)}?issued={await _last_serial(ballot)}#issue")


async def _last_serial(ballot: Ballot) -> int:
    return 0 if ballot.is_secret else max(p.serial for p in await issuing.papers_of(ballot.id))


async def issue_to_all(visit: Visit) -> Response:
    ballot = await ballot_of(visit)

    async def act() -> None:
        await issuing.issue_to_all(visit.actor, ballot.meeting_id, ballot.id, at=visit.now)

    await guarding.done_once(visit, act)
    return go(f"{path_in(ballot)}#issue")


async def sheet(visit: Visit) -> Response:
    """Papers to print: one by its number, those from a number on, or so many without numbers."""
    ballot = await ballot_of(visit)
    papers = await _papers_asked(visit, ballot)
    if not papers:
        raise Refusal(Code.NOT_FOUND)
    content = await ballot_papers(visit, ballot, papers)
    headers = {
        "Content-Disposition": 'inline; filename="papers.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)


async def _papers_asked(visit: Visit, ballot: Ballot) -> Sequence[IssuedPaper]:
    if ballot.is_secret:
        n = min(MOST_PAPERS, _asked(visit, "n") or 1)
        return [IssuedPaper(serial=0, label="", state="issued")] * n
    serial, first = _asked(visit, "serial"), _asked(visit, "first")
    papers = [p for p in await issuing.papers_of(ballot.id) if p.state == "issued"]
    if serial:
        return [p for p in papers if p.serial == serial]
    return [p for p in papers if p.serial >= first][:MOST_PAPERS]


def _asked(visit: Visit, name: str) -> int:
    text = visit.query.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _typed(visit: Visit) -> str:
    """The text, and below it the rows of the form, as if they had been typed."""
    lines = [visit.text("stack", limit=LONGEST_STACK)]
    for n in range(1, ROWS + 1):
        name, choice = visit.text(f"name-{n}", limit=250), visit.text(f"choice-{n}", limit=400)
        lines.append(f"{name} {choice}" if name or choice else "")
    for field in visit.form:
        if field.startswith("pile-") and (n := visit.number(field, 0)):
            lines.append(f"{field.removeprefix('pile-')} x{n}")
    return "\n".join(line for line in lines if line)


async def enter(visit: Visit) -> Response:
    """A stack for the first time."""
    ballot, text = await ballot_of(visit), _typed(visit)
    channel, witness = visit.text("channel", limit=10), visit.text("witness", limit=200)
    typed = {"stack": text, "channel": channel, "witness": witness}

    async def act() -> None:
        await batches.enter(visit.actor, ballot.meeting_id, ballot.id, stack, at=visit.now)

    try:
        read = await batches.read_stack(ballot, channel, text, key=visit.desk.key)
        if read.wrong or not read.found:
            return await _desk(visit, ballot, status=400, wrong=_lines(visit, read), **typed)
        stack = Stack(channel=channel, found=read.found, witness=witness)
        await guarding.done_once(visit, act)
    except Refusal as refusal:
        if refusal.code in (Code.NOT_FOUND, Code.NOT_PERMITTED):
            raise
        wrong = [words_of(visit, refusal)]
        return await _desk(visit, ballot, status=refusal.status, wrong=wrong, **typed)
    return go(f"{path_in(ballot)}#batches")


def _lines(visit: Visit, read: Stack) -> list[str]:
    translate = visit.translations.gettext
    return [w.words.render(translate) for w in read.wrong] or [translate(paperviews.EMPTY)]


async def batch(visit: Visit) -> Response:
    """A stack: for its second entry, for correcting one's own, or what came of it."""
    ballot, row = await _batch(visit)
    return await _one(visit, ballot, row)


async def _batch(visit: Visit) -> tuple[Ballot, Batch]:
    ballot = await ballot_of(visit)
    row = await Batch.get_or_none(id=visit.path_id("batch"), ballot_id=ballot.id)
    if row is None:
        raise Refusal(Code.NOT_FOUND)
    return ballot, row


async def _one(
    visit: Visit, ballot: Ballot, row: Batch, *, status: int = 200, **typed: object
) -> Response:
    context: dict[str, Any] = await paperviews.batch_of(visit, ballot, row)
    return page(visit, "paperdesk/batch.html", status=status, **context | {"wrong": []} | typed)


Entering = Callable[..., Awaitable[Batch]]


def _again(entering: Entering) -> Callable[[Visit], Awaitable[Response]]:
    """A handler that takes one person's reading of a stack."""

    async def handler(visit: Visit) -> Response:
        ballot, row = await _batch(visit)
        text = _typed(visit)

        async def act() -> None:
            await entering(visit.actor, ballot.meeting_id, row.id, read.found, at=visit.now)

        try:
            read = await batches.read_stack(ballot, row.channel, text, key=visit.desk.key)
            if read.wrong or not read.found:
                wrong = _lines(visit, read)
                return await _one(visit, ballot, row, status=400, wrong=wrong, stack=text)
            await guarding.done_once(visit, act)
        except Refusal as refusal:
            if refusal.code in (Code.NOT_FOUND, Code.NOT_PERMITTED):
                raise
            wrong = [words_of(visit, refusal)]
            return await _one(visit, ballot, row, status=refusal.status, wrong=wrong, stack=text)
        return go(path_in(ballot, f"papers/{row.id}"))

    return handler


async def withdraw(visit: Visit) -> Response:
    ballot, row = await _batch(visit)

    async def act() -> None:
        reason = visit.text("reason", limit=500)
        await batches.withdraw(visit.actor, ballot.meeting_id, row.id, reason, at=visit.now)

    await guarding.done_once(visit, act)
    return go(f"{path_in(ballot)}#batches")


_B = "/meetings/{meeting}/ballots/{ballot}"
_ENTER = Permission.ENTER_PAPERS

PAGES: Sequence[Page] = (
    get(f"{_B}/papers", _ENTER, desk),
    get(f"{_B}/papers/sheet.pdf", _ENTER, sheet),
    get(f"{_B}/papers/{{batch}}", _ENTER, batch),
    post(f"{_B}/papers/issue", _ENTER, issue),
    post(f"{_B}/papers/issue-all", _ENTER, issue_to_all),
    post(f"{_B}/papers/batches", _ENTER, enter),
    post(f"{_B}/papers/{{batch}}/check", _ENTER, _again(batches.check)),
    post(f"{_B}/papers/{{batch}}/correction", _ENTER, _again(batches.correct)),
    post(f"{_B}/papers/{{batch}}/withdrawal", _ENTER, withdraw),
)
