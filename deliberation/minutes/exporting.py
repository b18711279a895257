"""Minutes as files: Markdown, JSON, PDF/A and a page that needs nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape

from deliberation import papers
from deliberation.errors import Code, Refusal
from deliberation.i18n.catalogs import SOURCE, translations_for
from deliberation.minutes.document import MinutesDocument, digest_input
from deliberation.minutes.markdown import to_markdown
from deliberation.minutes.narrative import Narrative
from deliberation.minutes.paper import TEMPLATE, to_paper
from deliberation.minutes.telling import narrate

ROOT = Path(__file__).resolve().parent.parent.parent
STYLES = ("tokens", "base", "minutes", "print")

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "md": "text/markdown; charset=utf-8",
        "json": "application/json",
        "pdf": "application/pdf",
        "html": "text/html; charset=utf-8",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """In which language, and with which fonts before our own (`papers.to_pdf`)."""

    language: str = SOURCE
    fonts: Path | None = None


async def export_as(
    document: MinutesDocument, kind: str, how: Exported, *, digest: str = ""
) -> bytes:
    """The document as a file of that kind; raises NOT_FOUND for a kind there is not. `digest`: of
    what was approved; made of the document where there is none."""
    if kind == "json":
        return (digest_input(document) + "\n").encode()
    if kind not in MEDIA_TYPES:
        raise Refusal(Code.NOT_FOUND)
    narrative = told(document, how.language, digest=digest)
    if kind == "md":
        return to_markdown(narrative).encode()
    if kind == "html":
        return _page(narrative).encode()
    ended = document.adjourned_at or document.starts_at
    on = ended.astimezone(ZoneInfo(document.zone)).date()
    return await papers.to_pdf(TEMPLATE, to_paper(narrative), document_date=on, fonts=how.fonts)


def told(document: MinutesDocument, language: str = SOURCE, *, digest: str = "") -> Narrative:
    """The document in words of a language."""
    translate = translations_for(language).gettext
    return narrate(document, translate=translate, language=language, digest=digest)


def _page(narrative: Narrative) -> str:
    """One file, with its style inside, that a browser opens without the service."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined
    )
    article = environment.get_template("minutes/document.html").render(minutes=to_paper(narrative))
    style = "\n".join((ROOT / f"static/css/{name}.css").read_text("utf-8") for name in STYLES)
    return (
        f'<!doctype html>\n<html lang="{narrative.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(narrative.title)}</title>\n<style>\n{style}\n</style>\n</head>\n"
        f"<body>\n<main>\n{article}\n</main>\n</body>\n</html>\n"
    )
