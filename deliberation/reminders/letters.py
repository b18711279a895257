"""When a letter is due and what stands in it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from deliberation.i18n import N_
from deliberation.i18n.catalogs import translations_for

HOUR = time(7, 30)
MONDAY = 0
LINES = 20
"""More are only counted: the rest stands in the service."""

WORDS = {
    "subject": N_("{community}：有{n}件事要您看一看"),
    "greeting": N_("您好，下面{n}件事与您有关："),
    "more": N_("还有{n}件，请到网页上看：{link}"),
    "ending": N_("这封信由{community}的议事系统自动发出，每天最多一封。"),
    "change": N_("换邮箱、选哪些事发邮件：{link}"),
    "stop": N_("不想再收到：{link}"),
    "demonstration": N_("这是演示数据。"),
    "confirm_subject": N_("{community}：请确认您的邮箱"),
    "confirm_text": N_(
        "您好，\n\n有人在{community}的议事系统里填了这个邮箱，用来接收提醒。"
        "是您本人填的，请在两天内打开下面的网址，按一下“确认”：\n\n{link}\n\n"
        "不是您填的，不用理会这封信；不确认就不会再发。\n"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence, already in words, and the full address of its page."""

    words: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around the lines of every letter: names and full addresses."""

    community: str
    is_demonstration: bool
    language: str
    messages: str
    wishes: str
    stop: str


def last_hour(at: datetime, zone: ZoneInfo, rhythm: str) -> datetime:
    """The latest half past seven, local, that has come; of a Monday for the weekly letter."""
    on = at.astimezone(zone).date()
    if datetime.combine(on, HOUR, zone) > at:
        on -= timedelta(days=1)
    if rhythm == "weekly":
        on -= timedelta(days=(on.weekday() - MONDAY) % 7)
    return datetime.combine(on, HOUR, zone)


def subject_of(frame: Frame, n: int) -> str:
    """It shows on a locked phone: no more than how much there is."""
    return _said(frame.language, "subject", community=frame.community, n=n)


def text_of(frame: Frame, lines: Sequence[Line]) -> str:
    """The letter, in plain text."""
    say = frame.language
    parts = [_said(say, "greeting", n=len(lines)), ""]
    for number, line in enumerate(lines[:LINES], 1):
        parts += [f"{number}. {line.words}", f"   {line.link}", ""]
    if len(lines) > LINES:
        parts += [_said(say, "more", n=len(lines) - LINES, link=frame.messages), ""]
    parts += ["--", _said(say, "ending", community=frame.community)]
    if frame.is_demonstration:
        parts.append(_said(say, "demonstration"))
    parts += [_said(say, "change", link=frame.wishes), _said(say, "stop", link=frame.stop)]
    return "\n".join(parts) + "\n"


def confirmation(community: str, link: str, language: str) -> tuple[str, str]:
    """Subject and text of the letter that asks whether an address is the person's own."""
    return (
        _said(language, "confirm_subject", community=community),
        _said(language, "confirm_text", community=community, link=link),
    )


def _said(language: str, name: str, **facts: str | int) -> str:
    words: str = translations_for(language).gettext(WORDS[name])
    return words.format(**facts)
