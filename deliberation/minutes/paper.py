"""Minutes as plain values for templates: the paper `minutes` and the page's fragment."""

from typing import Any

import msgspec

from deliberation.minutes.narrative import Narrative

TEMPLATE = "minutes"


def to_paper(narrative: Narrative) -> dict[str, Any]:
    """For `papers.to_pdf(TEMPLATE, …)`, and as `minutes` for `minutes/document.html`."""
    made: dict[str, Any] = msgspec.to_builtins(narrative)
    return made
