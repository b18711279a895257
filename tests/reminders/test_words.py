"""Every kind and occasion has words; dates in them are the reader's."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.i18n.catalogs import translations_for
from deliberation.i18n.sentences import say
from deliberation.reminders import due, letters, links
from deliberation.reminders.occasions import KIND_WORDS, WORDS, Audience, Kind, Occasion, Whom
from deliberation.reminders.settling import LIVE
from deliberation.reminders.wording import words_of

AT = datetime(2026, 12, 1, 8, tzinfo=UTC)
TODAY = date(2026, 12, 1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
HERE, THING = uuid4(), uuid4()
FACTS = {"day": "2026-12-03", "until": "2026-12-05", "moment": AT.isoformat()}


def shown(occasion: Occasion, language: str = "zh") -> str:
    sentence = msgspec.json.encode(occasion.sentence).decode()
    return words_of(sentence, language=language, zone="Asia/Shanghai")


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_words(kind: Kind) -> None:
    assert KIND_WORDS[kind]
    assert len(",".join(Kind)) <= 250, "all of them together fit into a preference"


@pytest.mark.parametrize("name", WORDS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sentence_reads_in_every_language(name: str, language: str) -> None:
    sentence = say(
        WORDS[name], **{f: FACTS.get(f, "灯") for f in re.findall(r"{(\w+)}", WORDS[name])}
    )
    text = words_of(msgspec.json.encode(sentence).decode(), language=language, zone="Asia/Shanghai")
    assert "{" not in text
    assert "2026-12" not in text, "dates are written as people write them"


@pytest.mark.parametrize(
    "message", [*WORDS.values(), *KIND_WORDS.values(), *letters.WORDS.values()]
)
def test_it_can_be_read_in_english(message: str) -> None:
    assert translations_for("en").gettext(message) != message


def test_a_title_with_braces_and_line_breaks_is_shown_on_one_line() -> None:
    sentence = say(WORDS["answered"], title="{n} 路灯\r\nBcc: x\0")
    text = words_of(msgspec.json.encode(sentence).decode(), language="zh", zone="Asia/Shanghai")
    assert text == "您提的“{n} 路灯 Bcc: x ”有了答复"


def deadline(due_on: date) -> due.Deadline:
    return due.Deadline(
        kind=Kind.TASK,
        words="task",
        community=HERE,
        subject=f"task:{THING}",
        title="修路灯",
        due_on=due_on,
        link=f"/tasks/{THING}",
        audience=(Audience(Whom.LIAISONS, THING),),
        when_overdue=(Audience(Whom.FACILITATORS, HERE),),
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (4, ""),
        (3, "任务“修路灯”2026年12月4日到期"),
        (1, "任务“修路灯”2026年12月2日到期"),
        (0, "任务“修路灯”今天到期"),
        (-1, "任务“修路灯”逾期了，期限是2026年11月30日"),
        (-31, ""),
    ],
)
def test_a_deadline_is_told_before_on_and_after_its_day(days: int, words: str) -> None:
    found = list(due.of_deadline(deadline(TODAY + timedelta(days=days)), TODAY))
    assert [shown(one) for one in found] == ([words] if words else [])
    staff = [a.whom for one in found for a in one.audience if a.whom is Whom.FACILITATORS]
    assert bool(staff) == (days in (-1,)), "the community hears of it once it is overdue"


@given(ahead=st.integers(-60, 60), passed=st.integers(0, 60))
def test_what_is_told_late_is_what_is_true_then(ahead: int, passed: int) -> None:
    due_on = TODAY + timedelta(days=ahead)
    today = TODAY + timedelta(days=passed)
    for one in due.of_deadline(deadline(due_on), today):
        assert one.until is not None
        assert today <= one.until
        assert one.what == ("soon" if today < due_on else "today" if today == due_on else "overdue")
        assert one.key.endswith(due_on.isoformat())


def test_a_ballot_is_told_when_it_opens_and_on_its_last_day() -> None:
    def told(at: datetime) -> list[str]:
        ballot = due.StandingBallot(
            id=THING, meeting=HERE, community=HERE, title="修路", closes_at=AT, closes_on=TODAY
        )
        return [one.what for one in due.of_ballot(ballot, at)]

    assert told(AT - timedelta(days=5)) == ["open"]
    assert told(AT - timedelta(hours=20)) == ["last"]
    assert told(AT) == []


def test_a_key_fits_its_column() -> None:
    longest = max(WORDS, key=len)
    assert len(f"escalation:{uuid4()}:{longest}:{due.stamp_of(AT)}") <= 120
    assert max(len(f"{thing}:{uuid4()}") for thing in LIVE) <= 60


@pytest.mark.parametrize(
    ("at", "rhythm", "hour"),
    [
        ("2026-12-02T07:29", "daily", "2026-12-01T07:30"),
        ("2026-12-02T07:30", "daily", "2026-12-02T07:30"),
        ("2026-12-02T23:00", "weekly", "2026-11-30T07:30"),
        ("2026-11-30T07:00", "weekly", "2026-11-23T07:30"),
    ],
)
def test_letters_have_their_hour(at: str, rhythm: str, hour: str) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    expected = datetime.fromisoformat(hour).replace(tzinfo=SHANGHAI)
    assert letters.last_hour(now.astimezone(UTC), SHANGHAI, rhythm) == expected


KEY = b"k" * 40


def test_a_link_is_good_for_its_purpose_address_and_time_only() -> None:
    ends = AT + timedelta(days=2)
    claimed = links.read(links.made(KEY, "confirm", THING, "wang@example.net", ends))
    assert claimed is not None
    assert claimed.preference == THING
    assert links.is_made_for(claimed, KEY, "confirm", "wang@example.net", AT)
    assert not links.is_made_for(claimed, KEY, "stop", "wang@example.net", AT)
    assert not links.is_made_for(claimed, KEY, "confirm", "li@example.net", AT)
    assert not links.is_made_for(claimed, b"x" * 40, "confirm", "wang@example.net", AT)
    late = ends + timedelta(seconds=1)
    assert not links.is_made_for(claimed, KEY, "confirm", "wang@example.net", late)


def test_the_link_that_stops_letters_never_ends() -> None:
    claimed = links.read(links.made(KEY, "stop", THING, "wang@example.net", None))
    assert claimed is not None
    years = timedelta(days=4_000)
    assert links.is_made_for(claimed, KEY, "stop", "wang@example.net", AT + years)


@given(st.text(max_size=80))
def test_any_text_is_a_link_or_none(text: str) -> None:
    claimed = links.read(text)
    assert claimed is None or not links.is_made_for(claimed, KEY, "stop", "a@example.net", AT)
