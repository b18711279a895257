"""The lineage suggestion → measure → problem solved as points and lines. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

WIDTH = 600
COLUMNS = (60, 300, 540)
TOP, STEP, LEAST = 44, 14, 120
MOST = 60
"""Points in a column; of more the picture would tell nothing, the table behind it does."""


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int
    is_joined: bool


@dataclass(frozen=True, slots=True)
class Line:
    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """In a viewBox from 0 0; `left_out` points are not drawn."""

    width: int
    height: int
    points: Sequence[Point]
    lines: Sequence[Line]
    left_out: int


Link = tuple[str, str]


def drawn(
    suggestions: Sequence[UUID],
    measures: Sequence[UUID],
    problems: Sequence[str],
    taken: Sequence[tuple[UUID, UUID]],
    solved: Sequence[tuple[UUID, str]],
) -> Picture:
    """`taken` joins suggestions to measures, `solved` measures to problems by their keys."""
    columns = ([*map(str, suggestions)], [*map(str, measures)], list(problems))
    links = ([(str(a), str(b)) for a, b in taken], [(str(a), b) for a, b in solved])
    shown = [column[:MOST] for column in columns]
    inner = max(LEAST, STEP * max(map(len, shown), default=0))
    places = [_places(column, x, inner) for column, x in zip(shown, COLUMNS, strict=True)]
    lines = [
        Line(*places[at][a], *places[at + 1][b])
        for at, pairs in enumerate(links)
        for a, b in pairs
        if a in places[at] and b in places[at + 1]
    ]
    joined = {end for line in lines for end in ((line.x1, line.y1), (line.x2, line.y2))}
    return Picture(
        width=WIDTH,
        height=TOP + inner + STEP,
        points=[Point(*at, at in joined) for column in places for at in column.values()],
        lines=lines,
        left_out=sum(map(len, columns)) - sum(map(len, shown)),
    )


def _places(column: Sequence[str], x: int, inner: int) -> dict[str, tuple[int, int]]:
    """Spread evenly over the height."""
    gap = inner / max(1, len(column))
    return {name: (x, TOP + round(gap * (n + 0.5))) for n, name in enumerate(column)}
