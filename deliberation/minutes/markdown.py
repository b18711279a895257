"""Minutes as Markdown (CommonMark with tables). What people wrote stays text."""

import re
from collections.abc import Iterable, Iterator

from deliberation.minutes.narrative import (
    Block,
    Narrative,
    Note,
    Point,
    Section,
    Subhead,
    Table,
    Text,
    Wording,
)

_INLINE = re.compile(r"[\\`*_\[\]<>&|~$@#]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_START = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$)))?([+\-=.)])")


def to_markdown(narrative: Narrative) -> str:
    """The whole document; ends with one line end."""
    return "\n\n".join(_paragraphs(narrative)) + "\n"


def escape(text: str) -> str:
    """Text that Markdown prints as it is: no markup, no HTML, no link, all on one line."""
    inline = _INLINE.sub(r"\\\g<0>", " ".join(text.split()))
    return _START.sub(r"\1\\\2", inline)


def _paragraphs(narrative: Narrative) -> Iterator[str]:
    yield f"# {escape(narrative.title)}"
    if narrative.label:
        yield f"**{escape(narrative.label)}**"
    yield "\n".join(_pairs(narrative.facts))
    for section in narrative.sections:
        yield from _section(section)
    yield "---"
    yield "\n".join(_pairs(narrative.signatures))
    yield "\\\n".join(escape(line) for line in narrative.closing)
    yield escape(narrative.digest)


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for label, text in pairs:
        yield f"- **{escape(label)}** {escape(text)}"


def _section(section: Section) -> Iterator[str]:
    yield f"## {escape(section.heading)}"
    for block in section.blocks:
        yield _block(block)


def _block(block: Block) -> str:
    match block:
        case Subhead(text=text):
            return f"### {escape(text)}"
        case Text(text=text) | Note(text=text):
            return escape(text)
        case Point(number=number, text=text):
            return f"{number}. {escape(text)}"
        case Wording(label=label, text=text):
            lines = [f"**{escape(label)}**", *(escape(line) for line in text.splitlines())]
            return "\n>\n".join(f"> {line}" for line in lines if line)
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    marks = ("---:" if side == "right" else "---" for side in table.align)
    rows = (table.head, *table.rows)
    head, *body = (_cells(escape(cell) for cell in row) for row in rows)
    return "\n".join([head, _cells(marks), *body])


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
