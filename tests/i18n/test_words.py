"""Every refusal has words, and the words ask only for facts that are given."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from deliberation.errors import Code
from deliberation.i18n.catalogs import DOMAIN, LOCALES, SOURCE, languages, translations_for
from deliberation.i18n.words import REFUSALS

ROOT = Path(__file__).parents[2]
TRANSLATED = [language for language in languages() if language != SOURCE]


def placeholders(words: str) -> set[str]:
    return {name for _text, name, _format, _conversion in Formatter().parse(words) if name}


def test_every_code_has_words() -> None:
    assert set(REFUSALS) == set(Code)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_refusal_is_translated_with_the_same_placeholders(language: str) -> None:
    translations = translations_for(language)
    wrong = {
        code.value: words
        for code, source in REFUSALS.items()
        if (words := translations.gettext(source)) == source
        or placeholders(words) != placeholders(source)
    }
    assert wrong == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_keeps_the_placeholders_of_its_source(language: str) -> None:
    with (LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    wrong = [
        message.id
        for message in catalog
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id
        if message.string and message.python_brace_format
        if placeholders(message.string) != placeholders(message.id)
    ]
    assert wrong == []


def _refusals_raised() -> Iterator[tuple[str, Code, set[str]]]:
    """Where a refusal is made with its facts spelled out: place, code, names of the facts."""
    for path in sorted((ROOT / "deliberation").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal"):
                continue
            code = node.args[0]
            named = isinstance(code, ast.Attribute) and getattr(code.value, "id", "") == "Code"
            spelled = [keyword.arg for keyword in node.keywords]
            if named and None not in spelled:
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield place, Code[code.attr], {name for name in spelled if name}  # type: ignore[attr-defined]


def test_words_ask_only_for_facts_that_the_refusal_gives() -> None:
    raised = list(_refusals_raised())
    assert raised
    lacking = {
        f"{place} {code.value}": sorted(missing)
        for place, code, facts in raised
        if (missing := placeholders(REFUSALS[code]) - facts)
    }
    assert lacking == {}


def test_the_list_of_strings_to_translate_is_current() -> None:
    """If it is not: `make messages`."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]
    methods = [(mapping["pattern"], mapping["method"]) for mapping in mappings["mappings"]]
    options = {mapping["pattern"]: mapping for mapping in mappings["mappings"]}
    found = {
        message if isinstance(message, str) else message[0]
        for folder in ("deliberation", "templates")
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, methods, options
        )
    }
    with (LOCALES / f"{DOMAIN}.pot").open("rb") as file:
        listed = {
            message.id if isinstance(message.id, str) else message.id[0]
            for message in read_po(file)
            if message.id
        }
    assert listed == found
