"""A message's sentence in the reader's language and the community's zone. Pure."""

from datetime import date, datetime

import msgspec

from deliberation.i18n.catalogs import format_date, format_moment, translations_for
from deliberation.i18n.sentences import Sentence

DATES = frozenset({"day", "until"})
MOMENTS = frozenset({"moment"})


def words_of(sentence: str, *, language: str, zone: str) -> str:
    """`sentence` as the table keeps it; one line of text."""
    made = msgspec.json.decode(sentence, type=Sentence)
    facts = {
        name: _shown(name, fact, language, zone) if isinstance(fact, str) and fact else fact
        for name, fact in made.facts.items()
    }
    text = Sentence(made.text, facts).render(translations_for(language).gettext)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _shown(name: str, fact: str, language: str, zone: str) -> str:
    if name in DATES:
        return format_date(date.fromisoformat(fact), language)
    if name in MOMENTS:
        return format_moment(datetime.fromisoformat(fact), language, zone=zone)
    return fact
