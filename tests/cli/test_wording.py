"""The command line speaks the language of the terminal, and Chinese where it has no other."""

import pytest

from deliberation.cli.wording import _, terminal_language


@pytest.fixture(autouse=True)
def bare_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en_US.UTF-8", "en"), ("en", "en"), ("zh_CN.UTF-8", "zh"), ("C", "zh"), ("POSIX", "zh")],
)
def test_the_locale_chooses(monkeypatch: pytest.MonkeyPatch, locale: str, language: str) -> None:
    monkeypatch.setenv("LANG", locale)
    assert terminal_language() == language


def test_the_more_particular_variable_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("LC_MESSAGES", "en_GB.UTF-8")
    assert terminal_language() == "en"
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert terminal_language() == "zh"


def test_facts_are_filled_in_and_a_brace_in_one_is_only_a_brace() -> None:
    assert _("纪要：{path}", path="{x}.pdf") == "纪要：{x}.pdf"
