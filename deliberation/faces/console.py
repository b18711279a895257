"""The chair's one next action at every stage, and what the item in hand offers by its step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from deliberation.demands.models import Demand
from deliberation.faces.quorum import Quorum
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.journal.views import ItemView, MeetingState
from deliberation.matters.asking import MARKS, last_of
from deliberation.matters.models import Matter, MatterDemand, Progress
from deliberation.matters.rating import MARK_WORDS, rating_totals
from deliberation.rulesets.wording import UNITS

BALLOT_SECONDS = 180
"""How long the screens count down after an opening, unless the chair extends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """`act` is the path below the meeting's; with `why_not` it cannot be done yet."""

    act: str
    label: str
    key: str
    consequences: Sentence
    confirm: str | None = None
    why_not: Sentence | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


def next_action(
    state: MeetingState, turnout: int, quorum: Quorum | None = None
) -> NextAction | None:
    """What the chair does next; None before the notice and after the meeting. `quorum`: of the
    item in hand, while its ballot is still to be opened."""
    if state.state == "noticed":
        return NextAction(
            act="convene",
            label=N_("宣布开会"),
            key="O",
            consequences=say(
                N_("已签到{present}户，到会要求{required}户。不够也可以先开会，但不能表决。"),
                present=state.present,
                required=state.present_required,
            ),
        )
    if state.state != "convened":
        return None
    if state.current is None:
        return _between(state)
    if state.current.ballot is not None and state.current.ballot.state != "voided":
        return _voting(state.current, turnout)
    return _before_ballot(state, state.current, quorum)


def _between(state: MeetingState) -> NextAction:
    item = state.next_item
    if item is None:
        return NextAction(
            act="adjourn",
            label=N_("散会"),
            key="O",
            confirm=N_("现在散会吗？"),
            consequences=say(N_("散会后不能再表决，会议记录马上起草。")),
        )
    consequences = say(
        N_("第{item}项：{title}，计划{minutes}分钟。"),
        item=item.position,
        title=item.title,
        minutes=item.minutes,
    )
    fields = {"item": str(item.id)}
    label = N_("开始讨论") if item.position == 1 else N_("下一项，开始讨论")
    return NextAction(
        act="items/open", label=label, key="N", consequences=consequences, fields=fields
    )


def _before_ballot(state: MeetingState, item: ItemView, quorum: Quorum | None) -> NextAction:
    if item.step != "decide":
        return NextAction(
            act=f"items/{item.id}/close",
            label=N_("结束本项"),
            key="D",
            consequences=say(N_("记下这一项的结果，准备下一项。")),
            why_not=_speech_first(state),
        )
    if not item.is_read:
        return NextAction(
            act="motion",
            label=N_("宣读决议"),
            key="M",
            consequences=say(N_("念出公告里的决议文字；念过以后不再改动。")),
        )
    unit = say(UNITS[quorum.rule.electorate] if quorum else UNITS["households"])
    text = N_("应投{roll}{unit}。开启后规则、文字、名册都冻结。")
    return NextAction(
        act="ballots",
        label=N_("开启表决"),
        key="V",
        consequences=say(text, roll=quorum.roll if quorum else state.roll, unit=unit),
        why_not=(quorum.missing if quorum else None) or _speech_first(state),
        fields={"seconds": str(BALLOT_SECONDS)},
    )


def _speech_first(state: MeetingState) -> Sentence | None:
    return say(N_("还有人在发言，请先结束发言。")) if state.speaking is not None else None


def _voting(item: ItemView, turnout: int) -> NextAction:
    assert item.ballot is not None  # noqa: S101  the caller looked
    if item.ballot.is_by_itself and item.ballot.state in ("open", "closed"):
        return NextAction(
            act=f"items/{item.id}/close",
            label=N_("结束本项"),
            key="D",
            consequences=say(N_("这次表决自己进行下去，不影响会议继续。")),
        )
    base = f"ballots/{item.ballot.id}"
    if item.ballot.state == "open":
        return NextAction(
            act=f"{base}/close",
            label=N_("关闭表决"),
            key="C",
            confirm=N_("现在关闭表决？"),
            consequences=say(
                N_("已收到{n}票，还有{left}户没有投。关闭后他们不能再投。"),
                n=turnout,
                left=item.ballot.entitled - turnout,
            ),
        )
    if item.ballot.state == "closed":
        return NextAction(
            act=f"{base}/announce",
            label=N_("宣布结果"),
            key="A",
            consequences=say(N_("算式和结果会显示在所有屏幕上，并写入会议记录。")),
        )
    return NextAction(
        act=f"items/{item.id}/close",
        label=N_("结束本项"),
        key="D",
        consequences=say(N_("结果已经宣布，准备下一项。")),
    )


async def offer_of(state: MeetingState, community: UUID) -> dict[str, Any] | None:
    """What the item in hand offers by its matter's step: accept or merge, progress, ratings."""
    item = state.current
    if item is None:
        return None
    if item.step == "raise":
        return {"demands": await _raised(item, community), "matters": await _open(item, community)}
    if item.step == "deliver" and item.matter is not None:
        return {"progress": await Progress.filter(matter_id=item.matter).order_by("-reported_at")}
    if item.step == "evaluate" and item.matter is not None:
        return await _ratings(item.matter)
    return None


async def _raised(item: ItemView, community: UUID) -> list[dict[str, Any]]:
    if item.matter is None:
        rows = (
            await Demand.filter(community_id=community, state="listed", is_private=False)
            .order_by("-raised_on")
            .limit(10)
        )
    else:
        taken = await MatterDemand.filter(matter_id=item.matter).prefetch_related("demand")
        rows = [row.demand for row in taken]
    return [
        {
            "id": row.id,
            "number": row.number,
            "title": row.title,
            "supporters": row.supporters_listed + row.supporters_signed,
        }
        for row in rows
    ]


async def _open(item: ItemView, community: UUID) -> list[Matter]:
    active = await Matter.filter(community_id=community, state="active").order_by("-opened_at")
    return [matter for matter in active if matter.id != item.matter]


async def _ratings(matter: UUID) -> dict[str, Any]:
    """How many gave which mark, and of how many who are asked."""
    totals, asked = await rating_totals(matter), await last_of(matter)
    rated = sum(totals.values())
    return {
        "base_words": say(
            N_("应评{asked}户，{n}户已评"), asked=asked.asked if asked else rated, n=rated
        ).render(),
        "ratings": [(MARK_WORDS[mark], totals[mark], str(totals[mark])) for mark in MARKS[::-1]],
        "whole": max(1, rated),
    }
