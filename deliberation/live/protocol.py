"""The frames of `deliberation.v1`: JSON objects with a `type`. Pure. See docs/protocol.md."""

from typing import Any, ClassVar, Literal, TypeAlias
from uuid import UUID

import msgspec

from deliberation.errors import PASSING, Code, Refusal
from deliberation.people.roles import Permission
from deliberation.wire.frames import Frame

SUBPROTOCOL = "deliberation.v1"
LARGEST_FRAME = 4_096
"""Bytes of a frame that a client may send."""

CLOSE_FLOODED = 4429
"""Hundreds of commands at once: nobody presses that often."""
CLOSE_BUSY = 1013
"""The database does not answer (RFC 6455 registry): come back in a moment."""
CLOSE_REJOIN = 4408
"""Too far behind: connect again and ask for what was missed."""
CLOSE_REFUSED = 4403
CLOSE_MALFORMED = 4400
CLOSE_RESTART = 1012
"""The service restarts (RFC 6455 registry): come back in a moment."""

Face: TypeAlias = Literal["resident", "console", "screen"]


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag="hello", forbid_unknown_fields=True):
    """The first frame: which meeting, which face, the last entry that was seen, and whether the
    client was connected before."""

    NEEDS: ClassVar[Permission] = Permission.PUBLIC
    meeting: UUID
    face: Face = "resident"
    since: int = 0
    again: bool = False


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what a client asks for. `id` is made by the client: the same id, the same answer."""

    id: str = msgspec.field(default="")

    def check(self) -> None:
        if not 8 <= len(self.id) <= 40 or not (self.id.isascii() and self.id.isprintable()):
            raise Refusal(Code.BAD_REQUEST)


class Vote(Command, frozen=True, kw_only=True, tag="vote"):
    NEEDS: ClassVar[Permission] = Permission.VOTE
    ballot: UUID
    choice: str
    receipt: str = ""
    """Made by the voter's own device, for a secret ballot."""


class Attend(Command, frozen=True, kw_only=True, tag="attend"):
    NEEDS: ClassVar[Permission] = Permission.ATTEND
    channel: Literal["hall", "phone"] = "phone"


class Ask(Command, frozen=True, kw_only=True, tag="ask"):
    NEEDS: ClassVar[Permission] = Permission.SPEAK
    side: Literal["for", "against", "question"]
    channel: Literal["hall", "phone"] = "phone"


class Withdraw(Command, frozen=True, kw_only=True, tag="withdraw"):
    NEEDS: ClassVar[Permission] = Permission.SPEAK


Incoming: TypeAlias = Hello | Vote | Attend | Ask | Withdraw

_decoder = msgspec.json.Decoder(Incoming)
_encoder = msgspec.json.Encoder()


def decode(text: str) -> Incoming:
    """A client's frame. Raises BAD_REQUEST for what is none of ours."""
    if len(text) > LARGEST_FRAME:
        raise Refusal(Code.BAD_REQUEST)
    try:
        frame: Incoming = _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refusal(Code.BAD_REQUEST) from error
    if isinstance(frame, Command):
        frame.check()
    return frame


def encode(frame: dict[str, Any]) -> Frame:
    return Frame(_encoder.encode(frame))


def snapshot(seq: int, parts: dict[str, str], extra: dict[str, Any]) -> Frame:
    """Everything that the face shows."""
    return encode({"type": "snapshot", "seq": seq, "parts": parts, **extra})


def news(
    since: int, seq: int, names: list[str], parts: dict[str, str], extra: dict[str, Any]
) -> Frame:
    """What changed from entry `since` (exclusive) to `seq`: apply if `since` was seen."""
    told = {"type": "news", "since": since, "seq": seq, "events": names, "parts": parts, **extra}
    return encode(told)


def presence(resident: int, screen: int, console: int) -> Frame:
    """Ephemeral: how many are connected, by face; for consoles."""
    counts = {"resident": resident, "screen": screen, "console": console}
    return encode({"type": "presence", **counts})


BEAT = Frame(b'{"type":"beat"}')
"""Ephemeral: nothing has happened, and the connection lives."""


def turnout(ballot: UUID, n: int, entitled: int) -> Frame:
    """Ephemeral: votes so far, without direction."""
    return encode({"type": "turnout", "ballot": ballot, "n": n, "entitled": entitled})


def answered(command: str, answer: dict[str, Any]) -> Frame:
    """A command was done, durably."""
    return encode({"type": "answer", "id": command, **answer})


class _Voted(msgspec.Struct, tag="answer"):
    id: str
    vote: dict[str, Any]


def voted(command: str, vote: dict[str, Any]) -> Frame:
    """A vote is counted, durably: `answered`, made for ten thousand at once."""
    return Frame(_encoder.encode(_Voted(command, vote)))


def refused(command: str | None, code: Code, words: str) -> Frame:
    """A command was not done and nothing changed. `again`: it is to be sent again by itself."""
    told = {"type": "refused", "id": command, "code": code.value, "words": words}
    return encode({**told, "again": code in PASSING})


def mine(facts: dict[str, Any], now_ms: int) -> Frame:
    """What is personal: own vote, presence, own place in the queue; and the server's clock."""
    return encode({"type": "mine", "now": now_ms, **facts})
