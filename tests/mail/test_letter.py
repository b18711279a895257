"""A letter is one line a header, for one person, and the same whenever it is written."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.mail import Letter, is_address

AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
SENDER = "yishi@example.org"
HEADERS = (
    *("Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted"),
    *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
)
LINES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120)


def letter(**more: Any) -> Letter:
    given: dict[str, Any] = {
        "key": "notice:7:wang",
        "to": "wang@example.net",
        "subject": "通知",
        "text": "十二月的议事日已经公告。",
        "written_at": AT,
    }
    return Letter(**given | more)


@given(subject=LINES.filter(str.strip), name=LINES, text=st.text(max_size=300))
def test_no_subject_or_name_makes_another_header(subject: str, name: str, text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    content = letter(subject=subject, sender_name=name, text=clean).composed(SENDER)
    assert content.isascii()
    parsed = message_from_bytes(content, policy=policy.default)
    assert parsed.keys() == list(HEADERS)
    assert [one.addr_spec for one in parsed["To"].addresses] == ["wang@example.net"]
    assert [one.addr_spec for one in parsed["From"].addresses] == [SENDER]
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "通知\nBcc: all@example.net"},
        {"subject": "通知\r\n\r\n正文"},
        {"subject": "a\u2028b"},
        {"subject": "a\0b"},
        {"subject": ""},
        {"subject": "长" * 201},
        {"sender_name": "社区\r\nBcc: all@example.net"},
        {"to": "wang@example.net\n"},
        {"to": "wang@example.net, li@example.net"},
        {"to": "王 <wang@example.net>"},
        {"unsubscribe": "https://example.org/x>\r\nBcc: all@example.net"},
        {"unsubscribe": "javascript:alert(1)"},
        {"unsubscribe": "https://example.org/停"},
        {"key": ""},
        {"written_at": AT.replace(tzinfo=None)},
    ],
)
def test_what_would_break_a_header_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        letter(**wrong)


def test_the_same_key_is_the_same_letter_and_tells_nothing_of_it() -> None:
    first, again = letter(), letter()
    assert first.composed(SENDER) == again.composed(SENDER)
    assert first.message_id(SENDER).endswith("@example.org>")
    assert "wang" not in first.message_id(SENDER)
    assert letter(key="notice:8:wang").message_id(SENDER) != first.message_id(SENDER)


def test_a_letter_that_cannot_be_refused_offers_no_way_to() -> None:
    assert b"List-Unsubscribe" not in letter().composed(SENDER)
    plain = letter(unsubscribe="http://192.168.1.20:8000/letters/stop").composed(SENDER)
    assert b"List-Unsubscribe: <http://192.168.1.20:8000/letters/stop>\r\n" in plain
    assert b"One-Click" not in plain


@pytest.mark.parametrize(
    "text",
    [
        "wang@example.net",
        "12345678@qq.com",
        "wang.xiuying+yishi@mail.example.com.cn",
        "o'neil@example.org",
        "a@b.cn",
        "a" * 64 + "@example.org",
        "x@xn--fiqs8s.example",
    ],
)
def test_an_address_is_known_as_one(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wang",
        "@example.net",
        "wang@",
        "wang@localhost",
        "wang@@example.net",
        "wang@example..net",
        ".wang@example.net",
        "wang.@example.net",
        "wang@-example.net",
        "wang@example-.net",
        "wang@[127.0.0.1]",
        '"wang li"@example.net',
        "wang li@example.net",
        "wang@example.net ",
        "wang@example.net\n",
        "wang@example.net>",
        "wang@example.net\r\nRCPT TO:<li@example.net>",
        "王@example.net",
        "wang@例子.中国",
        "wang＠example.net",
        "a" * 65 + "@example.org",
        "a@" + "b" * 64 + ".org",
        "a@" + "b." * 130 + "org",
    ],
)
def test_what_is_no_address_is_known_as_none(text: str) -> None:
    assert not is_address(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_an_address_never_holds_what_ends_a_command(left: str, right: str) -> None:
    text = f"{left}@{right}"
    if is_address(text):
        assert text.isascii()
        assert text.isprintable()
        assert not set(text) & set(' <>,;:"()[]\\')
