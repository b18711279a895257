"""The frames of `deliberation.v1`: JSON objects with a `type`. Pure. See docs/protocol.md."""

from typing import Any, ClassVar, Literal, TypeAlias
from uuid import UUID

import msgspec

from deliberation.errors import Code, Refusal
from deliberation.people.roles import Permission

SUBPROTOCOL = "deliberation.v1"
LARGEST_FRAME = 4_096
"""Bytes of a frame that a client may send."""

CLOSE_REJOIN = 4408
"""Too far behind: connect again and ask for what was missed."""
CLOSE_REFUSED = 4403
CLOSE_MALFORMED = 4400
CLOSE_RESTART = 1012
"""The service restarts (RFC 6455 registry): come back in a moment."""

Face: TypeAlias = Literal["resident", "console", "screen"]


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag="hello", forbid_unknown_fields=True):
    """The first frame: which meeting, which face, and the last entry that was seen."""

    NEEDS: ClassVar[Permission] = Permission.PUBLIC
    meeting: UUID
    face: Face = "resident"
    since: int = 0


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what a client asks for. `id` is made by the client: the same id, the same answer."""

    id: str = msgspec.field(default="")

    def check(self) -> None:
        if not 8 <= len(self.id) <= 40:
            raise Refusal(Code.BAD_REQUEST)


class Vote(Command, frozen=True, kw_only=True, tag="vote"):
    NEEDS: ClassVar[Permission] = Permission.VOTE
    ballot: UUID
    choice: str


class Attend(Command, frozen=True, kw_only=True, tag="attend"):
    NEEDS: ClassVar[Permission] = Permission.ATTEND
    channel: Literal["hall", "phone"] = "phone"


class Ask(Command, frozen=True, kw_only=True, tag="ask"):
    NEEDS: ClassVar[Permission] = Permission.SPEAK
    side: Literal["for", "against", "question"]
    channel: Literal["hall", "phone"] = "phone"


class Withdraw(Command, frozen=True, kw_only=True, tag="withdraw"):
    NEEDS: ClassVar[Permission] = Permission.SPEAK


Frame: TypeAlias = Hello | Vote | Attend | Ask | Withdraw

_decoder = msgspec.json.Decoder(Frame)
_encoder = msgspec.json.Encoder()


def decode(text: str) -> Frame:
    """A client's frame. Raises BAD_REQUEST for what is none of ours."""
    if len(text) > LARGEST_FRAME:
        raise Refusal(Code.BAD_REQUEST)
    try:
        frame: Frame = _decoder.decode(text)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Refusal(Code.BAD_REQUEST) from error
    if isinstance(frame, Command):
        frame.check()
    return frame


def encode(frame: dict[str, Any]) -> str:
    return _encoder.encode(frame).decode()


def snapshot(seq: int, now_ms: int, parts: dict[str, str], extra: dict[str, Any]) -> str:
    """Everything that the face shows."""
    return encode({"type": "snapshot", "seq": seq, "now": now_ms, "parts": parts, **extra})


def news(
    since: int,
    seq: int,
    now_ms: int,
    names: list[str],
    parts: dict[str, str],
    extra: dict[str, Any],
) -> str:
    """What changed from entry `since` (exclusive) to `seq`: apply if the last seen was `since`."""
    return encode(
        {
            "type": "news",
            "since": since,
            "seq": seq,
            "now": now_ms,
            "events": names,
            "parts": parts,
            **extra,
        }
    )


def presence(parts: dict[str, str]) -> str:
    """Ephemeral: fragments that tell how many are connected; for consoles."""
    return encode({"type": "parts", "parts": parts})


def turnout(ballot: UUID, n: int, entitled: int) -> str:
    """Ephemeral: votes so far, without direction."""
    return encode({"type": "turnout", "ballot": str(ballot), "n": n, "entitled": entitled})


def answered(command: str, answer: dict[str, Any]) -> str:
    """A command was done, durably."""
    return encode({"type": "answer", "id": command, **answer})


def refused(command: str | None, code: Code, words: str) -> str:
    """A command was not done and nothing changed."""
    return encode({"type": "refused", "id": command, "code": code.value, "words": words})


def mine(facts: dict[str, Any]) -> str:
    """What is personal: own vote, presence, own place in the queue."""
    return encode({"type": "mine", **facts})
