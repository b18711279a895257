"""Answers as XML. Output only: no XML of anybody else is ever read."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from xml.etree import ElementTree as ET

from deliberation.sheets.formulas import printable

Plain: TypeAlias = "str | int | float | bool | Mapping[str, Plain] | Sequence[Plain] | None"

SINGULAR: Mapping[str, str] = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "endpoints": "endpoint",
    "formats": "format",
}
"""What one of a list is called."""


def document(root: str, value: Plain) -> bytes:
    """The value under an element of that name, with the declaration."""
    tree: bytes = ET.tostring(_element(root, value), encoding="utf-8", xml_declaration=True)
    return tree


def _element(name: str, value: Plain) -> ET.Element:
    made = ET.Element(name)
    if isinstance(value, Mapping):
        made.extend(_element(key, inner) for key, inner in value.items())
    elif isinstance(value, str):
        made.text = printable(value)
    elif isinstance(value, bool):
        made.text = "true" if value else "false"
    elif isinstance(value, int | float):
        made.text = str(value)
    elif value is not None:
        made.extend(_element(SINGULAR[name], inner) for inner in value)
    return made
