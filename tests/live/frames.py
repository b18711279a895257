"""What a client might send: every frame of docs/protocol.md, right and wrong, and mere noise."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

Message = str | bytes
Fields = Mapping[str, SearchStrategy[Any]]

MEETING = "00000000-0000-4000-8000-00000000aaaa"
BALLOT = "00000000-0000-4000-8000-00000000bbbb"
"""Stand for the hall's, which is not there yet when messages are drawn; see `addressed`."""

_CHARACTERS = st.characters(exclude_categories=()) | st.sampled_from("\0\x7f\ud800\ufeff\u2028")
_IDS = st.text("ab\0\x7f\u2028议", min_size=8, max_size=40) | st.text(_CHARACTERS, max_size=45)
_PLACES = st.sampled_from([MEETING, BALLOT, MEETING.upper(), "1", ""]) | st.uuids().map(str)
_CHANNELS = st.sampled_from(["phone", "hall", "roof"])
_SIDES = st.sampled_from(["for", "against", "question", "sideways"])
_CHOICES = st.sampled_from(["for", "against", "abstain", "For", "for\0", ""])
_NUMBERS = st.integers() | st.sampled_from([0, -1, 2**31, 2**53, 2**63, 10**40])

GRAMMAR: Mapping[str, Fields] = MappingProxyType(
    {
        "hello": {
            "meeting": st.just(MEETING) | _PLACES,
            "face": st.sampled_from(["resident", "screen", "console", "spy"]),
            "since": _NUMBERS,
        },
        "vote": {"id": _IDS, "ballot": st.just(BALLOT) | _PLACES, "choice": _CHOICES},
        "attend": {"id": _IDS, "channel": _CHANNELS},
        "ask": {"id": _IDS, "side": _SIDES, "channel": _CHANNELS},
        "withdraw": {"id": _IDS},
    }
)

_ANYTHING = st.recursive(
    st.none() | st.booleans() | _NUMBERS | st.floats() | st.text(_CHARACTERS, max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
_NOISE = st.sampled_from(["{", "}", "[" * 500, '"', "\\u0000", "\\ud800", "1e999", "NaN", "//"])


@st.composite
def _grammatical(draw: DrawFn, *types: str) -> dict[str, Any]:
    type_ = draw(st.sampled_from(types))
    return {"type": type_, **{name: draw(values) for name, values in GRAMMAR[type_].items()}}


@st.composite
def _spoilt(draw: DrawFn) -> dict[str, Any]:
    """A frame of the grammar with a field too few, too many, or of another kind."""
    frame = draw(_grammatical(*GRAMMAR))
    spoilt = draw(st.sampled_from(["less", "more", "other"]))
    if spoilt == "less":
        del frame[draw(st.sampled_from(sorted(frame)))]
    if spoilt == "more":
        frame[draw(st.text(max_size=10))] = draw(_ANYTHING)
    if spoilt == "other":
        frame[draw(st.sampled_from(sorted(frame)))] = draw(_ANYTHING)
    return frame


@st.composite
def _mutated(draw: DrawFn) -> str:
    """The text of a frame with a piece cut out and something put in its place."""
    text = json.dumps(draw(_grammatical(*GRAMMAR)))
    start, length = draw(st.integers(0, len(text))), draw(st.integers(0, 10))
    return text[:start] + draw(_NOISE | st.text(max_size=5)) + text[start + length :]


def command(type_: str, **fields: str) -> str:
    """The text of a frame."""
    return json.dumps({"type": type_, **fields})


HELLO = command("hello", meeting=MEETING)
_HELLOS = st.sampled_from(["resident", "resident", "screen", "console"]).map(
    lambda face: command("hello", meeting=MEETING, face=face)
)
_COMMANDS = _grammatical("vote", "attend", "ask", "withdraw").map(json.dumps)
_ANY: SearchStrategy[Message] = st.one_of(
    _grammatical(*GRAMMAR).map(json.dumps),
    _spoilt().map(json.dumps),
    _mutated(),
    _ANYTHING.map(json.dumps),
    st.text(max_size=50),
    st.binary(max_size=50),
)


@st.composite
def visits(draw: DrawFn) -> list[Message]:
    """What one connection sends: mostly a proper hello and commands, and then anything."""
    sent: list[Message] = []
    if draw(st.sampled_from([True, True, True, False])):
        sent += [draw(_HELLOS), *draw(st.lists(_COMMANDS, max_size=5))]
    return sent + draw(st.lists(_ANY, max_size=3))


def addressed(message: Message, meeting: str, ballot: str) -> Message:
    """The message with the hall's own ids in the place of those that stand for them."""
    if isinstance(message, bytes):
        return message
    return message.replace(MEETING, meeting).replace(BALLOT, ballot)
