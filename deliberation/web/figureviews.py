"""What the pictures of the figures show, as plain numbers and words for the templates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence
from deliberation.reports.figures import Figure, Line, Name, Unit
from deliberation.reports.table import value_text

HEAD = (Name.RECEIVED, Name.SETTLED, Name.ON_TIME_FIRST, Name.MEAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One of the large numbers: its value, and the sum that makes it."""

    name: Name
    shown: str
    unit: str
    working: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a chart. `parts` are drawn one after another, to the scale of `whole`; `tick` is a
    threshold or a plan on the same scale."""

    label: str
    parts: tuple[int, ...]
    whole: int
    shown: str
    note: str = ""
    tick: int | None = None
    drawn: tuple[int, ...] = ()
    """How many squares and triangles stand for `parts`, where it is drawn with those."""
    is_short: bool = False
    """What was asked for is not reached, or the plan was exceeded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture: its finding, what it is of, and its rows, which are its table too."""

    kind: str
    finding: Sentence
    note: Sentence
    rows: Sequence[Row]
    columns: tuple[str, ...]
    more: int = 0
    """Rows that it would have, and that are not drawn."""


def figure_of(lines: Sequence[Line], name: Name, dimension: str = "all", key: str = "") -> Figure:
    """Raises StopIteration where there is none."""
    wanted = (dimension, key, name)
    return next(x.figure for x in lines if (x.dimension, x.key, x.figure.name) == wanted)


def shown_of(figure: Figure) -> str:
    return value_text(figure.unit, figure.part, figure.whole)


def headlines(lines: Sequence[Line]) -> list[Headline]:
    """Received, settled, in time, and what people say: each with what it is of."""
    found = [figure_of(lines, name) for name in HEAD]
    return [_headline(figure) for figure in found]


def _headline(figure: Figure) -> Headline:
    working = f"{figure.part} ÷ {figure.whole} = {shown_of(figure)}" if figure.n else ""
    if figure.unit is Unit.COUNT:
        return Headline(name=figure.name, shown=str(figure.part), unit=N_("件"), working="")
    if figure.unit is Unit.MEAN:
        shown = shown_of(figure) or "–"
        return Headline(name=figure.name, shown=shown, unit=N_("分"), working=working)
    return Headline(name=figure.name, shown=str(figure.part), unit=N_("件"), working=working)


def ratio_text(ratio: Fraction) -> str:
    """Of what it was before: "+25.00%"; cut off towards nothing."""
    hundredths = int(abs(ratio) * 10_000)
    return f"{'-' if ratio < 0 else '+'}{hundredths // 100}.{hundredths % 100:02}%"


def points_text(points: Fraction, unit: Unit, translate: Callable[[str], str]) -> str:
    """The plain difference; of shares in percentage points."""
    scale = 100 if unit is Unit.SHARE else 1
    hundredths = int(abs(points) * scale * 100)
    text = f"{'-' if points < 0 else '+'}{hundredths // 100}.{hundredths % 100:02}"
    return translate(N_("{n}个百分点")).format(n=text) if unit is Unit.SHARE else text


def as_table(chart: Chart) -> list[list[Any]]:
    """The numbers of a picture, for the table behind it."""
    if chart.kind == "marks":
        return [[row.label, *row.parts, f"{row.shown} ({row.note})"] for row in chart.rows]
    return [[row.label, f"{row.shown} {row.note}".strip()] for row in chart.rows]
