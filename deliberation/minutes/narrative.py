"""Minutes in words, as a value: every medium sets the same narrative in its way."""

from typing import Literal, TypeAlias

import msgspec


class Text(msgspec.Struct, frozen=True, tag_field="kind", tag="text"):
    """A paragraph."""

    text: str


class Subhead(msgspec.Struct, frozen=True, tag_field="kind", tag="subhead"):
    """A heading below the section's."""

    text: str


class Point(msgspec.Struct, frozen=True, tag_field="kind", tag="point"):
    """A line of a numbered list."""

    number: int
    text: str


class Note(msgspec.Struct, frozen=True, tag_field="kind", tag="note"):
    """Small print."""

    text: str


class Wording(msgspec.Struct, frozen=True, tag_field="kind", tag="wording"):
    """Exact words that were voted on or decided."""

    label: str
    text: str


class Table(msgspec.Struct, frozen=True, tag_field="kind", tag="table"):
    """`widths` are relative; `align` names the side of each column."""

    widths: tuple[int, ...]
    align: tuple[Literal["left", "right"], ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = Text | Subhead | Point | Note | Wording | Table


class Section(msgspec.Struct, frozen=True, kw_only=True):
    heading: str
    blocks: tuple[Block, ...]


class Narrative(msgspec.Struct, frozen=True, kw_only=True):
    """Also the data of the paper's template. Pairs are label and text."""

    language: str
    title: str
    title_lines: tuple[str, ...]
    """Where the title breaks when it does not fit on one line."""
    number: str
    label: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    signatures: tuple[tuple[str, str], ...]
    closing: tuple[str, ...]
    digest: str
