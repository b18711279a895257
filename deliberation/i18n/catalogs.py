"""Which language somebody reads, and what things are called, dated and counted in it.

Catalogs are `locales/<language>/LC_MESSAGES/deliberation.po`, read as they are when first wanted:
there is no compiled copy that could be older than its source. A string without a translation
is shown as it stands in the code, in Chinese.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from deliberation.errors import Code, Fact
from deliberation.i18n.words import REFUSALS

SOURCE = "zh"
LOCALES = Path(__file__).parents[2] / "locales"
DOMAIN = "deliberation"
DEFAULT_ZONE = "Asia/Shanghai"

NAMING_FACTS = frozenset({"channel", "column", "field", "method", "needs", "rule", "why"})
"""Facts that are words of ours and so are translated; all others are shown as they came."""

DateStyle = Literal["short", "medium", "long", "full"]


@cache
def languages() -> tuple[str, ...]:
    """Languages there is a catalog for, the source language first."""
    found = sorted(path.parts[-3] for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    return (SOURCE, *found)


@cache
def translations_for(language: str) -> NullTranslations:
    """The catalog of a language. The source's, and that of a language we lack, changes nothing."""
    if language == SOURCE or language not in languages():
        return NullTranslations()
    with (LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        catalog = read_po(file, locale=language, domain=DOMAIN)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)


def negotiate(accept_language: str, choice: str | None = None) -> str:
    """The language to answer in: the reader's own choice, or what the browser asks for.

    `accept_language` is the header as it came (RFC 9110, 12.5.4); anything odd in it is skipped.
    """
    if choice in languages():
        return str(choice)
    wanted = sorted(_weighted(accept_language), key=lambda pair: -pair[0])
    return next((tag for _weight, tag in wanted if tag in languages()), SOURCE)


def _weighted(accept_language: str) -> Iterator[tuple[float, str]]:
    for part in accept_language.split(","):
        tag, _, weight = part.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if quality > 0:
            yield quality, primary


def words_for(code: Code, facts: Mapping[str, Fact], translations: NullTranslations) -> str:
    """A refusal in words. A fact that is not there leaves an ellipsis, never an error."""
    shown = _Shown({name: _show(name, fact, translations) for name, fact in facts.items()})
    sentence: str = translations.gettext(REFUSALS[code])
    return sentence.format_map(shown)


class _Shown(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def _show(name: str, fact: Fact, translations: NullTranslations) -> str:
    if name in NAMING_FACTS and isinstance(fact, str) and fact:
        return str(translations.gettext(fact))
    if fact is None or isinstance(fact, str | int):
        return str(fact)
    return fact.render(translations.gettext)


@cache
def _locale(language: str) -> Locale:
    """Babel's data: simplified Chinese of the mainland, unless we speak the language asked for."""
    if language == SOURCE or language not in languages():
        return Locale("zh", territory="CN", script="Hans")
    return Locale.parse(language)


def format_date(on: date, language: str, *, style: DateStyle = "long") -> str:
    """A day of the community's calendar; `full` has the day of the week."""
    return dates.format_date(on, style, locale=_locale(language))


def format_time(at: datetime, language: str, *, zone: str = DEFAULT_ZONE) -> str:
    """Hour and minute of an instant, of twenty-four, in the community's zone."""
    return dates.format_skeleton("Hm", at, tzinfo=ZoneInfo(zone), locale=_locale(language))


def format_moment(at: datetime, language: str, *, zone: str = DEFAULT_ZONE) -> str:
    """Date, hour and minute of an instant, in the community's zone."""
    on = at.astimezone(ZoneInfo(zone)).date()
    return f"{format_date(on, language)} {format_time(at, language, zone=zone)}"


def format_number(number: int, language: str) -> str:
    """A count, with the language's separators."""
    return numbers.format_decimal(number, locale=_locale(language))
