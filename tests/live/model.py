"""What a hall's ballots should be, said as simply as it can be; nothing of the service is in it.

A press whose answer was lost leaves a doubt: it was counted, or it was not. Only the same press,
sent again, may tell which.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from deliberation.errors import Code

COUNTED, CHANGED, REPEATED, TAKEN = "counted", "changed", "repeated", "taken"
"""Effects of a press; a form says no more than that the vote was taken."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a press was answered: an effect with the vote that stands, or a code."""

    outcome: str
    receipt: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    choice: str
    receipt: str
    at: datetime | None


def _check_repeated_at(
    at: datetime | None, before: Vote | None, doubt: Vote | None, now: datetime
) -> None:
    """A repeat tells when the vote that stands was cast; a lost press came in at some moment."""
    assert at is not None
    if doubt is not None:
        assert doubt.at is not None
        assert doubt.at <= at <= now
    else:
        assert before is not None
        assert at == before.at


@dataclass(slots=True, kw_only=True)
class Ballot:
    """One occasion of voting; households go by their numbers."""

    id: UUID
    may_change: bool
    state: str = "open"
    votes: dict[int, Vote] = field(default_factory=dict)
    doubts: dict[int, Vote] = field(default_factory=dict)
    """Presses whose answer was lost."""

    def expected(self, household: int, choice: str, *, is_open: bool) -> str:
        """The outcome of a press when all before it is known."""
        vote = self.votes.get(household)
        if vote is not None and vote.choice == choice:
            return REPEATED
        if not is_open:
            return Code.BALLOT_NOT_OPEN
        if vote is None:
            return COUNTED
        return CHANGED if self.may_change else Code.BALLOT_VOTE_FINAL

    def possible(self, household: int, choice: str, *, is_closing: bool = False) -> set[str]:
        """The outcomes that a press may have; while the chair closes it is in time, or late."""
        is_open = self.state == "open"
        outcomes = {self.expected(household, choice, is_open=is_open)}
        if is_closing:
            outcomes.add(self.expected(household, choice, is_open=False))
        if household in self.doubts:
            assert self.doubts[household].choice == choice, "a doubt is cleared up first"
            outcomes.add(REPEATED)
        return outcomes

    def lost(self, household: int, choice: str, at: datetime) -> None:
        """A press was sent, and its answer did not come."""
        if self.possible(household, choice) & {COUNTED, CHANGED}:
            self.doubts[household] = Vote(choice, "", at)

    def told(
        self,
        household: int,
        choice: str,
        told: Told,
        now: datetime,
        *,
        is_closing: bool = False,
    ) -> None:
        """A press was answered: is it an answer that it may have?"""
        outcomes = self.possible(household, choice, is_closing=is_closing)
        before, doubt = self.votes.get(household), self.doubts.pop(household, None)
        if told.outcome == TAKEN:
            assert outcomes & {COUNTED, CHANGED, REPEATED}, (told, outcomes)
        else:
            assert told.outcome in outcomes, (told, outcomes)
        if not told.receipt:
            return
        if told.outcome == REPEATED:
            _check_repeated_at(told.at, before, doubt, now)
        elif told.outcome != TAKEN:
            assert told.at == now
        self._check_receipt(household, told.receipt)
        self.votes[household] = Vote(choice, told.receipt, told.at)

    def _check_receipt(self, household: int, receipt: str) -> None:
        """A household keeps its receipt, and nobody else has it."""
        vote = self.votes.get(household)
        if vote is not None:
            assert receipt == vote.receipt
        assert receipt not in {v.receipt for n, v in self.votes.items() if n != household}

    def check_kept(self, kept: dict[int, tuple[str, str]]) -> None:
        """Choice and receipt by household are what was told, but where there is a doubt."""
        known = {n: (vote.choice, vote.receipt) for n, vote in self.votes.items()}
        doubted = {n: vote.choice for n, vote in self.doubts.items()}
        assert {n: v for n, v in kept.items() if n not in doubted} == {
            n: v for n, v in known.items() if n not in doubted
        }
        for n, choice in doubted.items():
            assert kept.get(n) == known.get(n) or kept[n][0] == choice
            if n in known:
                assert kept[n][1] == known[n][1]

    def totals(self) -> dict[str, int]:
        assert not self.doubts
        return Counter(vote.choice for vote in self.votes.values())


@dataclass(slots=True, kw_only=True)
class Model:
    """All ballots of a meeting in their order; the last is in hand."""

    may_change: bool
    motions: int
    """Items that may still be called after the one in hand."""
    ballots: list[Ballot] = field(default_factory=list)

    @property
    def in_hand(self) -> Ballot:
        """Only after the first was opened."""
        return self.ballots[-1]

    @property
    def state(self) -> str:
        """Of the ballot in hand; empty when there was none yet."""
        return self.ballots[-1].state if self.ballots else ""

    def earlier(self, back: int) -> Ballot:
        """The ballot in hand, or one so many before it, if there are so many."""
        return self.ballots[-1 - min(back, len(self.ballots) - 1)]

    def refusal_of(self, act: str) -> Code | None:
        """Why the chair may not do that now; None when it is done."""
        return _REFUSED[act].get(self.state)

    def opened(self, ballot: UUID) -> None:
        self.ballots.append(Ballot(id=ballot, may_change=self.may_change))


def receipts_of(ballots: Collection[Ballot]) -> dict[tuple[UUID, int], str]:
    """What each household was given in each ballot."""
    return {(b.id, n): vote.receipt for b in ballots for n, vote in b.votes.items()}


_REFUSED: dict[str, dict[str, Code]] = {
    "open": {"open": Code.BALLOT_ALREADY_OPEN, "closed": Code.BALLOT_ALREADY_HELD},
    "close": dict.fromkeys(("", "closed", "announced", "voided"), Code.BALLOT_NOT_OPEN),
    "announce": {
        "": Code.BALLOT_NOT_OPEN,
        "open": Code.BALLOT_NOT_CLOSED,
        "announced": Code.BALLOT_ALREADY_ANNOUNCED,
        "voided": Code.BALLOT_VOIDED,
    },
    "void": {
        "": Code.BALLOT_NOT_OPEN,
        "announced": Code.BALLOT_ALREADY_ANNOUNCED,
        "voided": Code.BALLOT_VOIDED,
    },
}
