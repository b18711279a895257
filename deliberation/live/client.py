"""One connected client: its hello, its commands within bounds, and what it is answered."""

import asyncio
import contextlib
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

import structlog

from deliberation import journal, store
from deliberation.ballots.casting import own_casting
from deliberation.ballots.frozen import at_hand, frozen
from deliberation.ballots.votes import Answer
from deliberation.ballots.writer import WRITER, Tell
from deliberation.errors import Code, Refusal
from deliberation.faces.mine import Mine, mine_of
from deliberation.i18n.catalogs import translations_for, words_for
from deliberation.live import protocol
from deliberation.live.allowance import PER_SECOND, Allowance
from deliberation.live.audience import Kind, Outlet, kind_of
from deliberation.live.commands import Asked, obey
from deliberation.live.personal import mine_facts, vote_facts
from deliberation.live.protocol import Ask, Attend, Command, Hello, Vote, Withdraw
from deliberation.live.room import Room
from deliberation.people.roles import NOBODY, Actor
from deliberation.wire import Frame

if TYPE_CHECKING:
    from deliberation.live.hub import Hub

HELLO_SECONDS = 10.0
UNDER_WAY = 8
"""Commands of one client that may be under way; the next ones wait until one is answered."""
WAITING = 256
"""Commands that may wait; whoever sends more is no person with a phone."""

_log = structlog.get_logger(__name__)


class Client:
    """Takes the messages of a connection and writes what answers them."""

    __slots__ = (
        "_allowance",
        "_has_greeted",
        "_hub",
        "_is_leaving",
        "_timer",
        "_under_way",
        "_waiting",
        "actor",
        "is_gone",
        "kind",
        "language",
        "outlet",
        "room",
        "token",
    )

    def __init__(self, hub: "Hub", outlet: Outlet, language: str, token: str | None) -> None:
        self._hub = hub
        self.outlet = outlet
        self.language = language
        self.token = token or ""
        self.actor: Actor = NOBODY
        self.kind: Kind = kind_of("resident", language)
        self.room: Room | None = None
        self.is_gone = False
        self._has_greeted = False
        self._is_leaving = False
        self._waiting: deque[str] | None = None
        self._under_way = 0
        self._allowance = Allowance()
        loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = loop.call_later(HELLO_SECONDS, self._overdue)

    # ------------------------------------------------------------ from the connection

    def received(self, message: str | bytes) -> None:
        """A message; what cannot be taken now waits, and reading stops until it has been."""
        if self.is_gone or self._is_leaving:
            return
        if isinstance(message, bytes):
            self.turn_away(Refusal(Code.BAD_REQUEST))
        elif not self._has_greeted:
            self._greet(message)
        elif self._waiting is None and self._may_act():
            self._take(message)
        else:
            self._wait(message)

    def lost(self, code: int) -> None:
        """The connection is gone; what was asked for is done all the same."""
        self.is_gone = True
        self._stop_timer()
        self._waiting = None
        if self.room is not None:
            self.room.leave(self.kind, self.outlet)

    def restarting(self) -> None:
        """The service stops: what is under way is still answered, then the client is sent off."""
        self._is_leaving = True
        self.outlet.pause_reading()
        self._leave_when_answered()

    # ------------------------------------------------------------ hello

    def _greet(self, message: str) -> None:
        self._has_greeted = True
        self._stop_timer()
        try:
            hello = protocol.decode(message)
        except Refusal as refusal:
            self.turn_away(refusal)
            return
        if not isinstance(hello, Hello):
            self.turn_away(Refusal(Code.BAD_REQUEST))
            return
        self.outlet.pause_reading()
        self._waiting = deque()
        self._hub.enter(self, hello)

    def _overdue(self) -> None:
        self._timer = None
        self.turn_away(Refusal(Code.BAD_REQUEST))

    def admitted(self, room: Room, kind: Kind, since: int, mine: Mine, now_ms: int) -> None:
        """Into the room, and brought up to date; commands that waited come after it."""
        self.room, self.kind = room, kind
        room.admit(kind, self.outlet, since)
        self.outlet.write(self._own(mine, now_ms))
        self._go_on()

    def turn_away(self, refusal: Refusal) -> None:
        """Say why in words, and end the connection."""
        if self.is_gone or self._is_leaving:
            return
        self._is_leaving = True
        self._waiting = None
        self._stop_timer()
        self.outlet.write(self._words(None, refusal))
        codes = {
            Code.BAD_REQUEST: protocol.CLOSE_MALFORMED,
            Code.DATABASE_BUSY: protocol.CLOSE_BUSY,
        }
        self.outlet.close(codes.get(refusal.code, protocol.CLOSE_REFUSED))

    # ------------------------------------------------------------ bounds

    def _may_act(self) -> bool:
        """Whether one more command may be begun now; counts it."""
        return self._under_way < UNDER_WAY and self._allowance.take()

    def _wait(self, message: str) -> None:
        if self._waiting is None:
            self._waiting = deque()
            self.outlet.pause_reading()
        if len(self._waiting) >= WAITING:
            self._is_leaving = True
            self._waiting = None
            self.outlet.close(protocol.CLOSE_FLOODED)
            return
        self._waiting.append(message)
        self._look_again_later()

    def _go_on(self) -> None:
        """Take what waits, as far as the bounds allow; then read on."""
        while self._waiting and not self.is_gone and not self._is_leaving:
            if not self._may_act():
                self._look_again_later()
                return
            self._take(self._waiting.popleft())
        if self._waiting is not None and not self._is_leaving and self.room is not None:
            self._waiting = None
            self.outlet.resume_reading()

    def _look_again_later(self) -> None:
        """When it is the allowance that is missing, and not an answer."""
        if self._timer is None and self.room is not None and self._under_way < UNDER_WAY:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(1 / PER_SECOND, self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        self._go_on()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # ------------------------------------------------------------ commands

    def _take(self, message: str) -> None:
        try:
            frame = protocol.decode(message)
            if isinstance(frame, Hello):
                raise Refusal(Code.BAD_REQUEST)
        except Refusal as refusal:
            self.turn_away(refusal)
            return
        self._under_way += 1
        if isinstance(frame, Vote):
            self._vote(frame)
        else:
            self._hub.soon(self._obey(frame))

    def _vote(self, vote: Vote) -> None:
        """Straight to the writer: no task of its own for each of ten thousand, but for the first
        of a ballot, whose rule is read."""
        tell = partial(self._voted, vote.id, time.monotonic())
        if at_hand(vote.ballot) is None:
            self._hub.soon(self._cast_later(vote, tell))
        else:
            self._cast(vote, tell)

    async def _cast_later(self, vote: Vote, tell: Tell) -> None:
        try:
            await frozen(vote.ballot)
        except Exception as error:
            tell(_as_refusal(error))
        else:
            self._cast(vote, tell)

    def _cast(self, vote: Vote, tell: Tell) -> None:
        ballot, at = at_hand(vote.ballot), self._hub.now()
        try:
            if ballot is None:
                raise Refusal(Code.NOT_FOUND)
            casting = own_casting(
                self.actor, ballot, vote.choice, receipt=vote.receipt, channel="phone", at=at
            )
        except Refusal as refusal:
            tell(refusal)
        else:
            WRITER.submit(casting, tell)

    def _voted(self, command: str, began: float, answer: Answer) -> None:
        if isinstance(answer, Refusal):
            self.outlet.write(self._words(command, answer))
        else:
            self._hub.acks.add(time.monotonic() - began)
            self.outlet.write(protocol.voted(command, vote_facts(answer)))
        self._answered()

    async def _obey(self, command: Command) -> None:
        assert self.room is not None  # noqa: S101  commands are taken after the admission
        meeting = self.room.meeting
        asked = Asked(command=command, actor=self.actor, meeting=meeting, at=self._hub.now())
        try:
            answer = await obey(asked)
        except Refusal as refusal:
            self.outlet.write(self._words(command.id, refusal))
        except Exception as error:
            _log.exception("command_failed", kind=type(command).__name__)
            self.outlet.write(self._words(command.id, _as_refusal(error)))
        else:
            self.outlet.write(protocol.answered(command.id, answer))
            await self._tell_own(command, self.room)
        finally:
            self._answered()

    async def _tell_own(self, command: Command, room: Room) -> None:
        """What has changed for the client alone; its next hello tells it too."""
        if isinstance(command, Attend):
            room.noticed_arrival()
        if isinstance(command, Ask | Withdraw):
            with contextlib.suppress(Exception):
                mine = await mine_of(self.actor, await journal.state_of(room.meeting))
                self.outlet.write(self._own(mine, self._hub.now_ms()))

    def _own(self, mine: Mine, now_ms: int) -> Frame:
        """With whose it is: a page that was made for somebody else sends nothing of theirs."""
        holder = str(self.actor.person or "")
        return protocol.mine({"holder": holder, **mine_facts(mine)}, now_ms)

    def _answered(self) -> None:
        self._under_way -= 1
        if self._is_leaving:
            self._leave_when_answered()
        else:
            self._go_on()

    def _leave_when_answered(self) -> None:
        if not self._under_way:
            self.outlet.close(protocol.CLOSE_RESTART)

    def _words(self, command: str | None, refusal: Refusal) -> Frame:
        words = words_for(refusal.code, refusal.facts, translations_for(self.language))
        return protocol.refused(command, refusal.code, words)


def _as_refusal(error: Exception) -> Refusal:
    return Refusal(Code.DATABASE_BUSY if store.is_failure(error) else Code.INTERNAL)
