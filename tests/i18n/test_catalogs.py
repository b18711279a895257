"""Languages are negotiated, and dates, times and counts read as people write them."""

from datetime import UTC, date, datetime

import pytest

from deliberation.errors import Code
from deliberation.i18n import catalogs

EVENING = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
"""Half past seven in the evening in Shanghai."""


@pytest.mark.parametrize(
    ("header", "choice", "language"),
    [
        ("", None, "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", None, "zh"),
        ("en-GB,en;q=0.9", None, "en"),
        ("fr-FR,fr;q=0.9,en;q=0.4", None, "en"),
        ("en;q=0.3, zh;q=0.7", None, "zh"),
        ("en;q=0", None, "zh"),
        ("en;q=much, *;;;,", None, "zh"),
        ("zh-CN", "en", "en"),
        ("en", "tlh", "en"),
        ("fr", "tlh", "zh"),
    ],
)
def test_the_readers_choice_goes_before_what_the_browser_asks_for(
    header: str, choice: str | None, language: str
) -> None:
    assert catalogs.negotiate(header, choice) == language


def test_the_source_language_reads_as_the_code_says() -> None:
    words = catalogs.words_for(Code.SIGN_IN_REQUIRED, {}, catalogs.translations_for("zh"))
    assert words == "请先登录。"


def test_an_english_reader_gets_english_words_with_the_facts_in_them() -> None:
    english = catalogs.translations_for("en")
    words = catalogs.words_for(Code.TOO_MANY_TRIES, {"seconds": 30}, english)
    assert words == "Too many tries. Try again in 30 seconds."


def test_a_language_we_lack_falls_back_to_the_source() -> None:
    unknown = catalogs.translations_for("../../etc")
    assert catalogs.words_for(Code.SIGN_IN_REQUIRED, {}, unknown) == "请先登录。"


def test_a_fact_that_is_not_there_never_turns_a_refusal_into_a_failure() -> None:
    source = catalogs.translations_for("zh")
    assert catalogs.words_for(Code.TOO_MANY_TRIES, {}, source) == "试得太多了，请…秒后再试。"


def test_what_somebody_typed_is_shown_as_typed() -> None:
    facts = {"value": "{field} %s 请先登录。"}
    words = catalogs.words_for(Code.INTAKE_PHONE_DOUBTFUL, facts, catalogs.translations_for("en"))
    assert "{field} %s 请先登录。" in words


def test_dates_and_times_are_those_of_the_community() -> None:
    assert catalogs.format_date(date(2026, 11, 20), "zh") == "2026年11月20日"
    assert catalogs.format_date(date(2026, 11, 20), "zh", style="full") == "2026年11月20日星期五"
    assert catalogs.format_date(date(2026, 11, 20), "en") == "November 20, 2026"
    assert catalogs.format_time(EVENING, "zh") == "19:30"
    assert catalogs.format_time(EVENING, "zh", zone="Asia/Urumqi") == "17:30"
    assert catalogs.format_moment(EVENING, "zh") == "2026年11月20日 19:30"
    assert catalogs.format_moment(EVENING, "xx") == "2026年11月20日 19:30"


def test_counts_have_the_separators_of_the_language() -> None:
    assert catalogs.format_number(12345, "zh") == "12,345"
    assert catalogs.format_number(12345, "en") == "12,345"
