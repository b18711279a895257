"""A made-up meeting as its journal tells it: three items noticed, two reached, a ballot voided."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from deliberation.ballots.counting import Facts, count
from deliberation.ballots.tally import Choice
from deliberation.journal import events as e
from deliberation.minutes.compose import MeetingPlace, NameFacts
from deliberation.rulesets.shipped import CONSULTATION

BEGAN = datetime(2026, 12, 20, 1, 0, tzinfo=UTC)
RULE = CONSULTATION.to_json()
PLACE = MeetingPlace(community="示例社区", zone="Asia/Shanghai", is_demonstration=True)
LAMPS, GATE, SHED = (UUID(int=n) for n in (1, 2, 3))
LAMPS_MATTER = UUID(int=11)
CHAIR, RECORDER, NEIGHBOUR, OFFICIAL, GONE = (UUID(int=n) for n in (21, 22, 23, 24, 25))
PROPERTY = UUID(int=31)
VOIDED, COUNTED = UUID(int=41), UUID(int=42)
MEETING = UUID(int=51)
WORDING = "1号楼至4号楼公共楼道灯改为声控灯，保留每层一盏常亮灯。"

NAMES = {
    CHAIR: NameFacts(name="周示例", in_clear=True),
    RECORDER: NameFacts(name="吴示例", in_clear=True),
    NEIGHBOUR: NameFacts(name="欧阳演示", in_clear=False),
    OFFICIAL: NameFacts(name="郑演示", in_clear=True),
    PROPERTY: NameFacts(name="示例物业服务中心", in_clear=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    seq: int
    at: datetime
    event: e.Event
    restricted: dict[str, Any] | None = None


def told(*events: e.Event | tuple[e.Event, dict[str, Any]]) -> list[Entry]:
    """The events a minute apart, numbered from 1; some with a restricted body."""
    made = []
    for index, told in enumerate(events):
        event, restricted = told if isinstance(told, tuple) else (told, None)
        at = BEGAN + timedelta(minutes=index)
        made.append(Entry(seq=index + 1, at=at, event=event, restricted=restricted))
    return made


def notice(*items: e.NoticedItem) -> e.MeetingNoticed:
    return e.MeetingNoticed(
        meeting=MEETING,
        title="示例社区2026年12月议事日",
        starts_at=BEGAN,
        minutes=150,
        venue="党群服务中心二楼议事厅",
        rule=RULE,
        roll=120,
        present_required=61,
        items=items,
        notice_digest="00" * 32,
    )


def noticed(item: UUID, position: int, title: str, **more: Any) -> e.NoticedItem:
    facts: dict[str, Any] = {"step": "decide", "minutes": 30, "reporter": "示例物业服务中心"} | more
    return e.NoticedItem(item=item, position=position, title=title, **facts)


def asked(speech: int, person: UUID, side: str) -> e.SpeechAsked:
    return e.SpeechAsked(
        speech=UUID(int=speech), item=LAMPS, person=person, side=side, channel="hall", is_first=True
    )


def spoken(speech: int, seconds: int) -> tuple[e.Event, e.SpeechFinished]:
    given = UUID(int=speech)
    return (
        e.SpeechRecognised(speech=given, seconds=180),
        e.SpeechFinished(speech=given, seconds=seconds),
    )


def opened(ballot: UUID) -> e.BallotOpened:
    return e.BallotOpened(
        ballot=ballot,
        item=LAMPS,
        wording=WORDING,
        rule=RULE,
        entitled=120,
        electorate_digest="11" * 32,
        deadline_at=BEGAN + timedelta(minutes=30),
    )


def votes(agreed: int, opposed: int, abstained: int) -> dict[str, Any]:
    choices = [Choice.FOR] * agreed + [Choice.AGAINST] * opposed + [Choice.ABSTAIN] * abstained
    return count([(c, 0) for c in choices], CONSULTATION, Facts(entitled=120, present=91)).to_json()


def the_day(note: str = "灯太暗，老人看不清台阶。", outcome: str = "表决通过") -> list[Entry]:
    lamps = noticed(LAMPS, 2, "楼道灯改为声控", matter=LAMPS_MATTER, wording=WORDING)
    agenda = (
        noticed(SHED, 3, "电动自行车充电棚选址", wording="在3号楼东侧空地建充电棚一处。"),
        noticed(GATE, 1, "上月事项回报", step="evaluate", minutes=15),
        lamps,
    )
    first, second, third = (spoken(61, 150), spoken(62, 60), spoken(64, 45))
    return told(
        notice(*agenda),
        e.MeetingConvened(chair=CHAIR, recorder=RECORDER),
        e.AttendanceRecorded(more=60, present=60, hall=50, remote=10),
        e.AttendanceRecorded(more=31, present=91, hall=64, remote=27),
        e.ItemOpened(item=GATE),
        e.ItemClosed(item=GATE, outcome="已评议"),
        e.ItemOpened(item=LAMPS),
        asked(61, NEIGHBOUR, "for"),
        asked(62, OFFICIAL, "question"),
        asked(63, NEIGHBOUR, "against"),
        asked(64, GONE, "against"),
        first[0],
        (first[1], {"note": note}),
        *second,
        e.SpeechWithdrawn(speech=UUID(int=63)),
        *third,
        e.MotionRead(item=LAMPS, wording=WORDING),
        opened(VOIDED),
        e.BallotExtended(ballot=VOIDED, deadline_at=BEGAN + timedelta(minutes=40)),
        e.BallotVoided(ballot=VOIDED, reason="宣读有误"),
        opened(COUNTED),
        e.BallotClosed(ballot=COUNTED, turnout=91),
        e.BallotAnnounced(ballot=COUNTED, tally=votes(68, 17, 6), votes_root="22" * 32),
        e.ResolutionRecorded(
            resolution=UUID(int=71),
            item=LAMPS,
            ballot=COUNTED,
            wording=WORDING,
            outcome="adopted",
            matter=LAMPS_MATTER,
        ),
        e.ItemClosed(item=LAMPS, outcome=outcome),
        e.MeetingAdjourned(present=88),
    )


def what_followed() -> list[Entry]:
    assigned = e.MatterAssigned(
        matter=LAMPS_MATTER, organisation=PROPERTY, due_on=date(2027, 1, 31)
    )
    return told(assigned)
