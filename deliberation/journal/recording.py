"""The one unit of work: lock the stream, check and write inside, append, commit, then tell."""

import asyncio
import contextlib
import functools
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, TypeVar
from uuid import UUID

import structlog

from deliberation import store
from deliberation.errors import Code, Refusal
from deliberation.journal import bell
from deliberation.journal.canonical import canonical
from deliberation.journal.chain import FIRST_HASH, Header, body_digest, entry_hash
from deliberation.journal.events import Event, Json, body_of
from deliberation.journal.models import Answer, Entry, Stream

P = ParamSpec("P")
R = TypeVar("R")

_log = structlog.get_logger(__name__)
_is_shielded: ContextVar[bool] = ContextVar("is_shielded", default=False)
_is_recording: ContextVar[bool] = ContextVar("is_recording", default=False)
_command: ContextVar[str | None] = ContextVar("command", default=None)
_running: set[asyncio.Task[object]] = set()


def shielded(act: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Run an act in a task of its own, which outlives the cancellation of whoever asked for it.

    A task that is cancelled while it enters a transaction leaves SQLite's lock held for ever.
    """

    @functools.wraps(act)
    async def in_own_task(*args: P.args, **kwargs: P.kwargs) -> R:
        async def run() -> R:
            _is_shielded.set(True)
            return await act(*args, **kwargs)

        task = asyncio.create_task(run())
        _running.add(task)
        task.add_done_callback(_finished)
        return await asyncio.shield(task)

    return in_own_task


def _finished(task: "asyncio.Task[object]") -> None:
    _running.discard(task)
    if not task.cancelled() and task.exception() is not None:
        _log.debug("act_refused_or_failed", kind=type(task.exception()).__name__)


async def drain() -> None:
    """Wait for the acts under way; called before the store is closed."""
    while _running:
        await asyncio.gather(*_running, return_exceptions=True)


class AlreadyAnswered(Exception):  # noqa: N818  the act was done before: this is its answer
    """The same command of the same actor came again; nothing was done a second time."""

    def __init__(self, answer: Json) -> None:
        super().__init__("already answered")
        self.answer = answer


@contextlib.contextmanager
def commanded(command: str | None) -> Iterator[None]:
    """Units of work inside belong to the client's command: done once, answered alike each time."""
    mark = _command.set(command)
    try:
        yield
    finally:
        _command.reset(mark)


@dataclass(frozen=True, slots=True)
class Opens:
    """A stream that does not exist yet; `kind` is community or meeting."""

    community: UUID
    kind: str


class Recorder:
    """Collects the entries of one unit of work, in order, and its answer to the command."""

    def __init__(self, stream: UUID, seq: int, head: str, actor: UUID | None, at: datetime) -> None:
        self.stream = stream
        self.seq = seq
        self.head = head
        self.actor = actor
        self.at = at
        self.told: list[Entry] = []
        self.answer: Json = {}

    def tell(
        self, event: Event, *, subject: str | None = None, restricted: Json | None = None
    ) -> int:
        """Add an entry and return its seq. `restricted` is for the entitled only."""
        public = canonical(body_of(event))
        public_salt = secrets.token_hex(16)
        private = canonical(restricted) if restricted is not None else None
        private_salt = secrets.token_hex(16) if private is not None else None
        header = Header(
            stream=self.stream,
            seq=self.seq + 1,
            at=self.at,
            actor=self.actor,
            name=event.NAME,
            subject=subject,
            public_digest=body_digest(public_salt, public),
            restricted_digest=body_digest(private_salt, private)
            if private is not None and private_salt is not None
            else None,
        )
        self.seq, self.head = header.seq, entry_hash(self.head, header)
        self.told.append(_row(header, self.head, public, public_salt, private, private_salt))
        return self.seq


def _row(
    header: Header,
    sealed: str,
    public: str,
    public_salt: str,
    restricted: str | None,
    restricted_salt: str | None,
) -> Entry:
    return Entry(
        stream_id=header.stream,
        seq=header.seq,
        at=header.at,
        actor_id=header.actor,
        name=header.name,
        subject=header.subject,
        public=public,
        public_salt=public_salt,
        public_digest=header.public_digest,
        restricted=restricted,
        restricted_salt=restricted_salt,
        restricted_digest=header.restricted_digest,
        hash=sealed,
    )


@contextlib.asynccontextmanager
async def record(
    stream: UUID,
    *,
    actor: UUID | None,
    within: UUID | None = None,
    at: datetime,
    opens: Opens | None = None,
) -> AsyncIterator[Recorder]:
    """One transaction on one stream: facts are read and checked inside, after its lock.

    `within` is the community that the actor belongs to: a stream of another is not there for
    them (NOT_FOUND). None asks nothing: the service's own acts, and who is let in otherwise.
    `opens` begins the stream with its first entries.

    An exception inside undoes everything. The bell rings after the commit, if anything was told.
    Never nested, and only inside an act that is `shielded`.
    """
    if not _is_shielded.get():
        raise RuntimeError("a unit of work runs in a shielded act")
    if _is_recording.get():
        raise RuntimeError("units of work are never nested")
    mark = _is_recording.set(True)
    try:
        async with store.transaction():
            if opens is not None:
                await _begin(stream, opens)
            recorder = await _lock(stream, actor, within, at)
            await _check_not_answered(actor)
            yield recorder
            await _append(recorder)
            await _store_answer(recorder)
    finally:
        _is_recording.reset(mark)
    if recorder.told:
        bell.ring(stream)


async def _lock(stream: UUID, actor: UUID | None, within: UUID | None, at: datetime) -> Recorder:
    """The stream's row is written first: the write lock on SQLite, the row lock on PostgreSQL."""
    rows = await store.read(
        "UPDATE stream SET seq = seq WHERE id = ? RETURNING seq, head, community_id",
        stream,
    )
    if not rows or within not in (None, store.identity(rows[0]["community_id"])):
        raise Refusal(Code.NOT_FOUND)
    return Recorder(stream, int(rows[0]["seq"]), str(rows[0]["head"]), actor, at)


async def _append(recorder: Recorder) -> None:
    if not recorder.told:
        return
    await Entry.bulk_create(recorder.told)
    await Stream.filter(id=recorder.stream).update(seq=recorder.seq, head=recorder.head)
    await bell.ring_elsewhere(recorder.stream)


async def _check_not_answered(actor: UUID | None) -> None:
    command = _command.get()
    if command is None or actor is None:
        return
    found = await Answer.get_or_none(actor_id=actor, command=command)
    if found is not None:
        raise AlreadyAnswered(json.loads(found.answer))


async def _store_answer(recorder: Recorder) -> None:
    command = _command.get()
    if command is None or recorder.actor is None:
        return
    recorder.answer.setdefault("seq", recorder.seq)
    await Answer.create(
        actor_id=recorder.actor,
        command=command,
        answer=canonical(recorder.answer),
        answered_at=recorder.at,
    )


async def forget_answers(*, before: datetime) -> None:
    """Drop answers that nobody will ask for again."""
    await Answer.filter(answered_at__lt=before).delete()


async def _begin(stream: UUID, opens: Opens) -> None:
    await Stream.create(
        id=stream, community_id=opens.community, kind=opens.kind, seq=0, head=FIRST_HASH
    )
