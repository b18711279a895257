"""A vote on its way: what is cast, and what is answered."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from deliberation import store
from deliberation.ballots.eligibility import BallotState, CastingFacts
from deliberation.ballots.statements import Key, Row, key
from deliberation.errors import Refusal


class Casting(msgspec.Struct, frozen=True, kw_only=True):
    """A choice that somebody makes for a voter. `receipt` is known before only in a secret ballot,
    and there it is told to nobody but who cast it."""

    ballot: UUID
    voter: UUID
    person: UUID
    choice: str
    channel: str
    at: datetime
    is_secret: bool = False
    receipt: str = ""

    @property
    def key(self) -> Key:
        return key(self.ballot, self.voter)


class Effect(StrEnum):
    COUNTED = "counted"
    CHANGED = "changed"
    REPEATED = "repeated"


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """A vote that stands, durably. A repeat has the same receipt as the first time.

    Of a secret vote that is only known to have been cast, choice and receipt are empty, and no
    time is kept.
    """

    ballot: UUID
    choice: str
    receipt: str
    effect: Effect
    at: datetime | None


Answer = Cast | Refusal

Group = Mapping[Key, Casting]
"""Castings by ballot and voter."""


def facts_of(casting: Casting, row: Row) -> CastingFacts:
    """What a row that explains says of a casting that wrote nothing; of a secret vote too."""
    return CastingFacts(
        item=int(row["position"] or 0),
        state=BallotState(row["state"]),
        household=casting.voter,
        is_entitled=row["elector"] is not None,
        holder=store.identity(row["person_id"]),
        actor=casting.person,
        actor_household=casting.voter,
        channel=casting.channel,
        voted_by=row["channel"],
        may_change=bool(row["may_change"]),
        precedence=str(row["precedence"]),
        is_over=row["closes_at"] is not None and store.instant(row["closes_at"]) <= casting.at,
        is_by_hands=bool(row["is_by_hands"]),
        is_silent=store.identity(row["silent_id"]) == casting.person,
    )
