"""The published rule that ranks the demand list, and the agenda proposed from it.

Whoever has the published inputs and weights gets the same ranking: exact arithmetic, a total
order, and no input but what is shown.
"""

import re
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import msgspec

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.rulesets.exact import amount_text, decode_hook, encode_hook


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """Points of the published rule. None is negative: no support ever lowers a rank."""

    per_household: Fraction = Fraction(1)
    per_day: Fraction = Fraction(1, 2)
    per_carry_over: Fraction = Fraction(10)
    """For each meeting whose agenda had no time left for it."""
    domains: dict[str, Fraction] = {}
    """Urgency of a domain; one that is not named has none."""

    def __post_init__(self) -> None:
        points = (self.per_household, self.per_day, self.per_carry_over, *self.domains.values())
        if any(value < 0 for value in points):
            raise Refusal(Code.RULE_INVALID, field=N_("分值"))

    def to_json(self) -> dict[str, Any]:
        """Canonical values only; fractions as "1/2"."""
        made: dict[str, Any] = msgspec.to_builtins(self, enc_hook=encode_hook)
        return made

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Weights":
        """Refuses with RULE_INVALID what is not a sound rule."""
        try:
            return msgspec.convert(body, cls, dec_hook=decode_hook)
        except msgspec.ValidationError as error:
            raise Refusal(Code.RULE_INVALID, field=N_("格式")) from error


class DemandStanding(msgspec.Struct, frozen=True, kw_only=True):
    """All that the ranking looks at."""

    id: UUID
    number: str
    domain: str
    households: int
    """That support it."""
    raised_on: date
    carried_over: int = 0


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """A demand with its rank, from 1, and the terms that add up to its score."""

    rank: int
    demand: DemandStanding
    score: Fraction
    terms: tuple[Sentence, ...]

    def to_json(self) -> dict[str, Any]:
        """Canonical values only; what was ranked is in it, so that it can be ranked again."""
        made: dict[str, Any] = msgspec.to_builtins(self, enc_hook=encode_hook)
        return made

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Ranked":
        return msgspec.convert(body, cls, dec_hook=decode_hook)

    @property
    def total(self) -> str:
        return amount_text(self.score)


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """An item proposed for the agenda."""

    position: int
    demand: UUID
    minutes: int


def rank(demands: Sequence[DemandStanding], weights: Weights, on: date) -> list[Ranked]:
    """Highest score first; of equals the one raised earlier, then the lower number."""
    scored = [(_score(demand, weights, on), demand) for demand in demands]
    scored.sort(key=lambda pair: (-pair[0], pair[1].raised_on, *_number_key(pair[1])))
    return [
        Ranked(rank=place, demand=demand, score=score, terms=_terms(demand, weights, on))
        for place, (score, demand) in enumerate(scored, 1)
    ]


def propose(ranked: Sequence[Ranked], minutes: int, default_minutes: int) -> list[Proposed]:
    """As many of the highest ranked as fit into the minutes that are left."""
    fitting = max(0, minutes // default_minutes)
    return [
        Proposed(position=position, demand=entry.demand.id, minutes=default_minutes)
        for position, entry in enumerate(ranked[:fitting], 1)
    ]


def _days(demand: DemandStanding, on: date) -> int:
    """Days waited; none for a demand dated after the day of ranking."""
    return max(0, (on - demand.raised_on).days)


def _score(demand: DemandStanding, weights: Weights, on: date) -> Fraction:
    return (
        demand.households * weights.per_household
        + _days(demand, on) * weights.per_day
        + weights.domains.get(demand.domain, Fraction(0))
        + demand.carried_over * weights.per_carry_over
    )


def _number_key(demand: DemandStanding) -> tuple[list[tuple[int, str]], str, int]:
    """2026-9 comes before 2026-10; the id at last, so that no two are equal."""
    parts = re.findall(r"[0-9]+|[^0-9]+", demand.number)
    key = [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
    return key, demand.number, demand.id.int


def _terms(demand: DemandStanding, weights: Weights, on: date) -> tuple[Sentence, ...]:
    days, domain = _days(demand, on), weights.domains.get(demand.domain, Fraction(0))
    terms = [
        _times(
            (N_("支持{n}户"), N_("支持{n}户 × {points}")),
            demand.households,
            weights.per_household,
        ),
        _times((N_("等候{n}天"), N_("等候{n}天 × {points}")), days, weights.per_day),
    ]
    if domain:
        terms.append(say(N_("{domain}{points}"), domain=demand.domain, points=amount_text(domain)))
    if demand.carried_over:
        carried = (N_("顺延{n}次"), N_("顺延{n}次 × {points}"))
        terms.append(_times(carried, demand.carried_over, weights.per_carry_over))
    return tuple(terms)


def _times(texts: tuple[str, str], n: int, points: Fraction) -> Sentence:
    plain, weighted = texts
    return say(plain, n=n) if points == 1 else say(weighted, n=n, points=amount_text(points))
