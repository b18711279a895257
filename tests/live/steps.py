"""What may happen next in a meeting's voting, and how hypothesis makes it up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import hypothesis.strategies as st

from tests.live.house import HOUSEHOLDS


@dataclass(frozen=True)
class ChairActs:
    """`go on`: the close, or the result and the next ballot."""

    act: str


@dataclass(frozen=True)
class Press:
    n: int
    choice: str
    back: int
    """How many ballots ago; 0 is the one in hand."""
    is_form: bool


@dataclass(frozen=True)
class PressAgain:
    """The same command with the same id, perhaps after the connection was lost."""

    n: int


@dataclass(frozen=True)
class PressAndLose:
    """The phone is cut off before it hears an answer."""

    n: int
    choice: str


@dataclass(frozen=True)
class AllPress:
    """At once: who is connected by the socket, the others by the form."""

    choices: Sequence[str]
    is_closing: bool
    """The chair closes the ballot when the first has been answered."""


@dataclass(frozen=True)
class ComeOrLeave:
    n: int


@dataclass(frozen=True)
class Restart:
    """Perhaps in the middle of presses, which are answered, or left in doubt."""

    choice: str | None


Step: TypeAlias = ChairActs | Press | PressAgain | PressAndLose | AllPress | ComeOrLeave | Restart
_households = st.integers(0, HOUSEHOLDS - 1)
_choices = st.sampled_from(["for", "against", "abstain"])
_acts = st.sampled_from(["go on", "go on", "go on", "open", "close", "announce", "void"])
_presses = st.builds(
    Press,
    n=_households,
    choice=_choices,
    back=st.sampled_from([0, 0, 0, 1, 2]),
    is_form=st.booleans(),
)
_crowds = st.builds(
    AllPress,
    choices=st.tuples(*[_choices] * HOUSEHOLDS),
    is_closing=st.sampled_from([False, False, True]),
)
STEPS: st.SearchStrategy[Step] = st.one_of(
    *[_presses] * 4,
    *[_crowds] * 4,
    *[st.builds(ChairActs, act=_acts)] * 3,
    *[st.builds(PressAgain, n=_households)] * 2,
    *[st.builds(PressAndLose, n=_households, choice=_choices)] * 2,
    *[st.builds(ComeOrLeave, n=_households)] * 2,
    st.builds(Restart, choice=st.one_of(st.none(), _choices)),
)
