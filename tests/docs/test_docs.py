"""The documents say what the code does: tables, codes, events, files and links."""

import re
from pathlib import Path

import pytest

from deliberation.config import PREFIX, Settings
from deliberation.errors import Code
from deliberation.journal.events import EVENTS
from deliberation.live import protocol
from deliberation.web.sitemap import PAGES
from tests.docs.tables import DOCS, TABLES, marked

ROOT = DOCS.parent
DOCUMENTS = (*sorted(DOCS.glob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md")

of_each = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_the_one_that_the_code_makes(name: str) -> None:
    file, table = TABLES[name]
    expected = marked(name, table())
    assert expected in (DOCS / file).read_text(), "run: python -m tests.docs.tables"


@of_each
def test_a_code_or_event_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"`([a-z]+\.[a-z_]+)`", document.read_text()))
    known = {code.value for code in Code} | set(EVENTS)
    kinds = {name.split(".")[0] for name in known}
    suffixes = ("py", "md", "toml", "key", "sqlite3", "broken_at", "cast")
    meant = {n for n in named if n.split(".")[0] in kinds and n.split(".")[1] not in suffixes}
    assert meant <= known


@of_each
def test_a_setting_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(PREFIX + r"[A-Z_]+", document.read_text()))
    assert named <= {PREFIX + name.upper() for name in Settings.__dataclass_fields__}


@of_each
def test_a_file_that_is_linked_or_named_exists(document: Path) -> None:
    text = document.read_text()
    linked = re.findall(r"\]\(([^)#:]+)\)", text)
    assert all((document.parent / path).exists() for path in linked)
    named = re.findall(r"`((?:deliberation|tests|docs)/[\w/.]+\.\w+)`", text)
    assert all((ROOT / path).exists() for path in named)


@of_each
def test_an_address_that_is_named_is_in_the_table_of_pages(document: Path) -> None:
    named = re.findall(r"`(GET|POST) (/meetings[^\s?`]*)", document.read_text())
    assert set(named) <= {(page.method, page.path) for page in PAGES}


def test_close_codes_and_limits_of_the_protocol_are_those_of_the_code() -> None:
    text = (DOCS / "protocol.md").read_text()
    told = {int(code) for code in re.findall(r"^\| (\d{4}) \|", text, re.MULTILINE)}
    names = [name for name in vars(protocol) if name.startswith("CLOSE_")]
    assert told == {getattr(protocol, name) for name in names}
    assert f"{protocol.LARGEST_FRAME:,}" in text
    assert f"`{protocol.SUBPROTOCOL}`" in text
