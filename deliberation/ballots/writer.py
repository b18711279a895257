"""The vote writer: one per process; a queue, one transaction a group, answers after the commit.

While a group is being committed the next one gathers, so that ten thousand votes at once cost a
few dozen commits. Sockets and plain forms hand their votes in here alike.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

import structlog

from deliberation.ballots.casting import cast_group, own_casting
from deliberation.ballots.frozen import frozen
from deliberation.ballots.statements import Key
from deliberation.ballots.votes import Answer, Cast, Casting
from deliberation.errors import Code, Refusal
from deliberation.measures import SECONDS, SIZES, Histogram
from deliberation.people.roles import Actor

LARGEST_GROUP = 4_000
LONGEST_QUEUE = 50_000
"""Votes that may wait; beyond it they are refused at once, and sent again by whoever cast them."""
LINGER_SECONDS = 0.02
"""How long a group gathers while votes trickle in one after another: saves a fifth of the work."""

Tell = Callable[[Answer], None]

_log = structlog.get_logger(__name__)


class VoteWriter:
    """Gathers votes and writes them; its task runs while there is something to write."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Casting, Tell]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._is_trickling = False
        self._idle_since = 0.0
        self.sizes = Histogram(SIZES)
        self.seconds = Histogram(SECONDS)
        """Of each group, from its first statement to its commit."""
        self.failures = 0
        """Groups that the database did not take."""

    @property
    def queued(self) -> int:
        return len(self._waiting)

    def submit(self, casting: Casting, tell: Tell) -> None:
        """Cast a vote; `tell` is called with the answer on the event loop, after the commit."""
        if len(self._waiting) >= LONGEST_QUEUE:
            tell(Refusal(Code.DATABASE_BUSY))
            return
        self._waiting.append((casting, tell))
        if self._task is None or self._task.done():
            self._is_trickling = time.monotonic() - self._idle_since < LINGER_SECONDS
            self._task = asyncio.get_running_loop().create_task(self._write_all())

    async def cast(self, casting: Casting) -> Cast:
        """Cast a vote and wait for its answer; a refusal is raised."""
        told: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.submit(casting, lambda answer: None if told.done() else told.set_result(answer))
        answer = await told
        if isinstance(answer, Refusal):
            raise answer
        return answer

    async def drain(self) -> None:
        """Wait until all that was handed in has been answered."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def _write_all(self) -> None:
        while self._waiting:
            if self._is_trickling and len(self._waiting) < LARGEST_GROUP:
                await asyncio.sleep(LINGER_SECONDS)
            castings, tells = self._next_group()
            self._is_trickling = len(castings) > 1
            answers = await self._written(castings)
            for key, tell in tells.items():
                _tell(tell, answers[key])
        self._idle_since = time.monotonic()

    def _next_group(self) -> tuple[dict[Key, Casting], dict[Key, Tell]]:
        """The oldest votes, one a voter and ballot; a voter's second waits for the next group."""
        castings: dict[Key, Casting] = {}
        tells: dict[Key, Tell] = {}
        later: list[tuple[Casting, Tell]] = []
        waiting = self._waiting
        while waiting and len(castings) < LARGEST_GROUP:
            casting, tell = waiting.popleft()
            key = casting.key
            if key in castings:
                later.append((casting, tell))
            else:
                castings[key], tells[key] = casting, tell
        waiting.extendleft(reversed(later))
        return castings, tells

    async def _written(self, castings: Mapping[Key, Casting]) -> Mapping[Key, Answer]:
        """Answers; when the database fails nothing was written, or it will answer alike again."""
        began = time.monotonic()
        try:
            answers = await cast_group(castings)
        except Exception as error:
            self.failures += 1
            _log.warning("votes_not_written", kind=type(error).__name__, n=len(castings))
            busy: Answer = Refusal(Code.DATABASE_BUSY)
            return dict.fromkeys(castings, busy)
        self.sizes.add(len(castings))
        self.seconds.add(time.monotonic() - began)
        return answers


def _tell(tell: Tell, answer: Answer) -> None:
    """One listener's trouble is not the others'."""
    try:
        tell(answer)
    except Exception:
        _log.exception("answer_not_told")


WRITER = VoteWriter()
"""This process's."""


async def cast_own(
    actor: Actor, ballot: UUID, choice: str, *, receipt: str = "", channel: str, at: datetime
) -> Cast:
    """Cast the vote that the actor casts as themselves, and answer after the commit.

    Raises NOT_FOUND, what `own_casting` refuses, and what `cast_group` refuses.
    """
    found = await frozen(ballot)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return await WRITER.cast(
        own_casting(actor, found, choice, receipt=receipt, channel=channel, at=at)
    )
