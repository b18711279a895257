"""Which kind of file it is, and what it says."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from deliberation.tally.files.blt import read_blt
from deliberation.tally.files.lines import Read, decoded, numbered
from deliberation.tally.files.pabulib import read_pabulib
from deliberation.tally.files.preflib import read_preflib
from deliberation.tally.files.published import is_bundle, read_published
from deliberation.tally.files.table import read_table_of_votes


class Kind(StrEnum):
    """The kinds of files there are, as the command's --format names them."""

    BLT = "blt"
    PREFLIB = "preflib"
    PABULIB = "pabulib"
    CSV = "csv"
    PUBLISHED = "published"
    """The list of votes that a ballot of ours publishes: see `docs/recount.md`."""


READERS: Mapping[Kind, Callable[[str], Read]] = MappingProxyType(
    {
        Kind.BLT: read_blt,
        Kind.PREFLIB: read_preflib,
        Kind.PABULIB: read_pabulib,
        Kind.CSV: read_table_of_votes,
        Kind.PUBLISHED: read_published,
    }
)

_ENDINGS: Mapping[str, Kind] = MappingProxyType(
    {
        "blt": Kind.BLT,
        "soc": Kind.PREFLIB,
        "soi": Kind.PREFLIB,
        "toc": Kind.PREFLIB,
        "toi": Kind.PREFLIB,
        "pb": Kind.PABULIB,
        "csv": Kind.CSV,
        "tsv": Kind.CSV,
        "jsonl": Kind.PUBLISHED,
    }
)

_PREFLIB_KEY = re.compile(r"#\s*(FILE NAME|TITLE|DATA TYPE|ALTERNATIVE NAME|NUMBER [A-Z]+)\b.*:.*")


def kind_of(text: str, name: str = "") -> Kind:
    """By the file's name where that says it, else by how the file begins."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return _ENDINGS.get(ending) or _kind_by_content(text)


def _kind_by_content(text: str) -> Kind:
    beginning = [line for _number, line in numbered(text[:10_000])]
    first, second = [*beginning, "", ""][:2]
    if first.lower() == "meta":
        return Kind.PABULIB
    if first.startswith('["') or is_bundle(text):
        return Kind.PUBLISHED
    if _PREFLIB_KEY.match(first) or (first.isdigit() and re.match(r"\d+\s*,", second)):
        return Kind.PREFLIB
    if re.match(r"\d+\s+\d+\s*(#.*)?$", first):
        return Kind.BLT
    return Kind.CSV


def read_votes(data: bytes, name: str = "", kind: Kind | None = None) -> tuple[Kind, Read]:
    """Read a file of votes. `name` is the file's, `kind` what somebody says it is.

    Refuses with TALLY_UNREADABLE, and the line, what cannot be read.
    """
    text = decoded(data)
    kind = kind or kind_of(text, name)
    return kind, READERS[kind](text)
