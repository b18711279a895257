"""One item with one ballot on it, as its journal tells it: for what minutes say of votes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from deliberation.ballots.choosing import count_choice
from deliberation.ballots.counting import Facts, count
from deliberation.journal import events as e
from deliberation.minutes.compose import compose
from deliberation.minutes.document import MinutesDocument
from deliberation.minutes.narrative import Note, Point, Table, Text, Wording
from deliberation.minutes.telling import narrate
from deliberation.rulesets.questions import Question
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import CONSULTATION, OWNERS_HALF
from tests.minutes import a_day

BALLOT = a_day.COUNTED
SUPERVISOR, SECOND = UUID(int=26), UUID(int=27)
NAMES = a_day.NAMES | {
    SUPERVISOR: replace(a_day.NAMES[a_day.CHAIR], name="钱示例"),
    SECOND: replace(a_day.NAMES[a_day.NEIGHBOUR], name="孙演示"),
}
PROJECTS = Question(
    method="greedy",
    options=("小广场", "充电棚", "宣传栏"),
    costs=(3_000_000, 2_000_050, 150_000),
    budget=3_200_000,
)
OWNERS = replace(OWNERS_HALF, window_days=0, objection_days=0)
LATER = a_day.BEGAN + timedelta(days=5)


def opened(rule: Rule = CONSULTATION, **more: Any) -> e.BallotOpened:
    facts: dict[str, Any] = {"rule": rule.to_json(), "deadline_at": None} | more
    return replace(a_day.opened(BALLOT), **facts)


def budget_tally() -> dict[str, Any]:
    facts = Facts(entitled=10, present=5, spoilt=1)
    votes = ["1", "1,3", "2", "1", "abstain"]
    return count_choice(votes, CONSULTATION, PROJECTS, facts).to_json()


def owners_tally() -> dict[str, Any]:
    facts = Facts(entitled=4, present=4, entitled_area=40_000)
    votes = [("for", 12_050), ("for", 9_000), ("against", 8_000)]
    return count(votes, OWNERS, facts).to_json()


def announced(tally: dict[str, Any], **more: Any) -> e.BallotAnnounced:
    return e.BallotAnnounced(ballot=BALLOT, tally=tally, votes_root="22" * 32, **more)


def minutes_of(*events: e.Event, adjourned: bool = True, after: tuple[e.Event, ...] = ()) -> Any:
    """Of a meeting in which this happened to the ballot of its one item."""
    item = a_day.noticed(a_day.LAMPS, 1, "楼道灯改为声控", wording=a_day.WORDING)
    end = (e.ItemClosed(item=a_day.LAMPS, outcome="表决通过"), e.MeetingAdjourned(present=88))
    return compose(
        a_day.told(
            a_day.notice(item),
            e.MeetingConvened(chair=a_day.CHAIR, recorder=None),
            e.ItemOpened(item=a_day.LAMPS),
            e.MotionRead(item=a_day.LAMPS, wording=a_day.WORDING),
            *events,
            *(end if adjourned else ()),
            *after,
        ),
        NAMES,
        a_day.PLACE,
    )


def said_of(made: MinutesDocument) -> list[str]:
    """Every paragraph, and every table's row with its cells between bars."""
    said = list[str]()
    for block in narrate(made).sections[0].blocks:
        match block:
            case Text(text=text) | Note(text=text) | Point(text=text):
                said.append(text)
            case Wording(label=label, text=text):
                said += [label, text]
            case Table(head=head, rows=rows):
                said += ["|".join(row) for row in (head, *rows)]
    return said
