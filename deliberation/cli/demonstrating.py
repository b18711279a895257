"""The demonstration: a made-up community of its own, a meeting today, and residents who come."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import click
import uvicorn

from deliberation import store
from deliberation.agendas import conduct
from deliberation.app import create_app
from deliberation.auth.limiting import Limiter
from deliberation.auth.service import sign_in_by_card
from deliberation.ballots import service as ballots
from deliberation.ballots.opening import open_ballot
from deliberation.ballots.tally import CHOICE_WORDS, OUTCOME_WORDS, Choice, Tally
from deliberation.cli.desk import Refused
from deliberation.cli.hall import EVERY_SPEAKER, Answers, SimulatedResident
from deliberation.cli.serving import configure_log
from deliberation.cli.wording import _
from deliberation.clock import SystemClock
from deliberation.config import Settings
from deliberation.demonstration.loading import DemoFacts, load_demonstration
from deliberation.keys import secret_key
from deliberation.meetings import service as meetings
from deliberation.meetings import speaking
from deliberation.minutes import service as minutes
from deliberation.people.codes import format_code
from deliberation.wire import PatientHttp, Wire

FOLDER = "demo"
PAUSE_SECONDS = 20.0
FINISH_WITHIN_SECONDS = 300.0
_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A demonstration that runs."""

    url: str
    settings: Settings
    facts: DemoFacts
    answers: Answers
    residents: int


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


async def demonstrate(settings: Settings, *, residents: int, finish: bool) -> None:
    """Load, serve, let the residents come; with `finish`, chair it to published minutes too."""
    ours = replace(settings, var=str(settings.folder / FOLDER), database_url="")
    configure_log(replace(ours, log_level="warning"))
    with take_address(ours, finish=finish) as listening:
        facts = await _load(ours)
        port = listening.getsockname()[1]
        ours = replace(ours, port=str(port))
        url = f"http://127.0.0.1:{port}"
        show = Show(url=url, settings=ours, facts=facts, answers=Answers(), residents=residents)
        async with serving(ours, listening) as server:
            _tell_addresses(show)
            async with _hall(show, pause=0 if finish else PAUSE_SECONDS):
                if finish:
                    async with asyncio.timeout(FINISH_WITHIN_SECONDS):
                        await _finish(show)
                else:
                    await server


def take_address(settings: Settings, *, finish: bool) -> socket.socket:
    """The address is taken before anything is made, so two demonstrations never share a folder."""
    try:
        listening = socket.create_server((settings.host, 0 if finish else int(settings.port)))
    except OSError as error:
        raise Refused(
            _("端口{port}用不了：{error}", port=settings.port, error=error.strerror)
        ) from error
    # Inherited by each connection: without it every answer waits 40 ms for an acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


async def _load(settings: Settings) -> DemoFacts:
    async with emptied(settings):
        return await load_demonstration(key=secret_key(settings), at=_CLOCK.now())


@contextlib.asynccontextmanager
async def emptied(settings: Settings) -> AsyncIterator[None]:
    """The store of the demonstration's own folder, open, with nothing in it."""
    for old in settings.folder.glob("deliberation.sqlite3*"):
        old.unlink()
    await store.migrate(settings.store_url)
    await store.open_store(settings.store_url)
    try:
        yield
    finally:
        await store.close_store()


@contextlib.asynccontextmanager
async def serving(
    settings: Settings, listening: socket.socket
) -> AsyncIterator["asyncio.Task[None]"]:
    config = uvicorn.Config(
        create_app(settings, _CLOCK),
        http=PatientHttp,
        ws=Wire,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    listens = asyncio.create_task(server.listens.wait())
    await asyncio.wait({task, listens}, return_when=asyncio.FIRST_COMPLETED)
    listens.cancel()
    try:
        yield task
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def _hall(show: Show, *, pause: float) -> AsyncIterator[None]:
    """The residents are there until the block ends."""
    key, limiter = secret_key(show.settings), Limiter()
    tasks = []
    for number, resident in enumerate(show.facts.residents[: show.residents]):
        token = await sign_in_by_card(
            resident.code, key=key, address="demo", limiter=limiter, at=_CLOCK.now()
        )
        phone = SimulatedResident(number, token, show.answers, pause=pause)
        tasks.append(asyncio.create_task(phone.take_part(show.url, show.facts.meeting)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _tell_addresses(show: Show) -> None:
    facts = show.facts
    meeting = f"{show.url}/meetings/{facts.meeting}"
    click.echo(_("演示社区已装入：人和事都是虚构的。"))
    card = format_code(facts.residents[-1].code)
    click.echo(_("居民：{url}（户卡 {card}）", url=meeting, card=card))
    console = _("主持：{url}/console（用户名 {login}，密码 {password}）")
    click.echo(console.format(url=meeting, login=facts.login, password=facts.password))
    click.echo(_("大屏：{url}/screen", url=meeting))
    click.echo(_("日历：{url}/calendar", url=show.url))
    click.echo(_("{n}位模拟居民正在进场，按Ctrl+C结束。", n=show.residents))


async def _finish(show: Show) -> None:
    """A scripted facilitator chairs the meeting to its published minutes."""
    chair, meeting = show.facts.facilitator, show.facts.meeting
    await show.answers.until("attend", show.residents)
    await meetings.convene(chair, meeting, at=_CLOCK.now())
    await conduct.open_item(chair, meeting, at=_CLOCK.now())
    speakers = -(-show.residents // EVERY_SPEAKER)
    await show.answers.until("ask", speakers)
    for _speaker in range(speakers):
        await speaking.recognise(chair, meeting, at=_CLOCK.now())
        await speaking.finish(chair, meeting, at=_CLOCK.now())
    _tell_tally(await _vote(show))
    await conduct.close_item(chair, meeting, at=_CLOCK.now())
    await conduct.adjourn(chair, meeting, at=_CLOCK.now())
    await minutes.draft_if_adjourned(meeting, at=_CLOCK.now())
    await minutes.approve(chair, meeting, at=_CLOCK.now())
    await minutes.publish(chair, meeting, at=_CLOCK.now())
    for kind in ("md", "pdf"):
        await _write(show, meeting, kind)
    click.echo(_("公布在：{path}", path=f"/meetings/{meeting}/minutes"))


async def _vote(show: Show) -> Tally:
    chair, meeting = show.facts.facilitator, show.facts.meeting
    await conduct.read_motion(chair, meeting, at=_CLOCK.now())
    ballot = await open_ballot(chair, meeting, seconds=180, at=_CLOCK.now())
    await show.answers.until(f"vote {ballot}", show.residents)
    await ballots.close(chair, meeting, at=_CLOCK.now())
    return await ballots.announce(chair, meeting, at=_CLOCK.now())


def _tell_tally(tally: Tally) -> None:
    said = "，".join(f"{_(CHOICE_WORDS[choice])}{tally.totals[choice]}" for choice in Choice)
    told = _("表决：{said}，共{n}户投票，{outcome}。")
    click.echo(told.format(said=said, n=tally.cast, outcome=_(OUTCOME_WORDS[tally.outcome])))


async def _write(show: Show, meeting: UUID, kind: str) -> None:
    path = Path(show.settings.folder) / f"minutes.{kind}"
    data = await minutes.export(meeting, kind)
    await asyncio.to_thread(path.write_bytes, data)
    click.echo(_("纪要：{path}", path=path))
