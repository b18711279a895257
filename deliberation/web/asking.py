"""What of the demand list is asked for, in the address: every choice is a link or a plain form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import QueryParams

from deliberation.demands.listing import Filters
from deliberation.demands.rules import Channel, Urgency
from deliberation.matters.following import Phase

CHOICES = 20
LONGEST_NAME = 120
LONGEST_TEXT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One choice, and the address of the list without it. `kind` is the field of the form."""

    kind: str
    value: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The choices made; `page` counts from 1."""

    filters: Filters
    phases: Sequence[Phase]
    page: int

    @classmethod
    def from_query(cls, query: QueryParams) -> "Asked":
        """What is not understood is not asked for: an old address still shows the list."""
        number = query.get("page", "1")
        is_number = number.isascii() and number.isdecimal() and len(number) < 6
        filters = Filters(
            domains=_values(query, "domain"),
            places=_values(query, "place"),
            channels=_known(query, "channel", Channel),
            urgencies=_known(query, "urgency", Urgency),
            area=_id(query.get("area", "")),
            text=query.get("text", "").strip()[:LONGEST_TEXT],
        )
        known = {phase.value: phase for phase in Phase}
        phases = tuple(known[name] for name in _values(query, "state") if name in known)
        return cls(filters=filters, phases=phases, page=max(1, int(number)) if is_number else 1)

    @property
    def choices(self) -> Sequence[Chosen]:
        pairs = list(self._pairs())
        return [
            Chosen(kind=kind, value=value, without=_address(p for p in pairs if p != (kind, value)))
            for kind, value in pairs
        ]

    @property
    def as_file(self) -> str:
        """The address of the same list as a file."""
        return _address(self._pairs(), "/demands.csv")

    def at(self, page: int) -> str:
        """The address of another page of the same list."""
        return _address([("page", str(page)), *self._pairs()])

    def _pairs(self) -> Iterator[tuple[str, str]]:
        yield from (("domain", name) for name in self.filters.domains)
        yield from (("place", name) for name in self.filters.places)
        yield from (("channel", name) for name in self.filters.channels)
        yield from (("urgency", name) for name in self.filters.urgencies)
        yield from (("state", phase.value) for phase in self.phases)
        if self.filters.area:
            yield "area", str(self.filters.area)
        if self.filters.text:
            yield "text", self.filters.text


def _values(query: QueryParams, name: str) -> tuple[str, ...]:
    """Each once, in the order in which they were chosen."""
    given = (value[:LONGEST_NAME] for value in query.getlist(name) if value)
    return tuple(dict.fromkeys(given))[:CHOICES]


def _known(query: QueryParams, name: str, among: type[StrEnum]) -> tuple[str, ...]:
    return tuple(value for value in _values(query, name) if value in list(among))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _address(
    pairs: Iterator[tuple[str, str]] | Sequence[tuple[str, str]], path: str = "/demands"
) -> str:
    return f"{path}?{urlencode(list(pairs))}"
