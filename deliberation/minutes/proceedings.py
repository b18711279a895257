"""One item of the minutes in words: what was said, voted on and decided."""

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

from deliberation.i18n import N_
from deliberation.minutes.balloting import ToldRule, ballot_blocks
from deliberation.minutes.document import ItemRecord, SpeechRecord
from deliberation.minutes.narrative import Block, Point, Subhead, Text, Wording
from deliberation.minutes.teller import Teller
from deliberation.rulesets.questions import Question
from deliberation.rulesets.rules import Rule

ToldRules: TypeAlias = Mapping[tuple[Rule, Question], ToldRule]

SIDE_WORDS: Mapping[str, str] = MappingProxyType(
    {"for": N_("赞成"), "against": N_("反对"), "question": N_("提问")}
)


def blocks(item: ItemRecord, teller: Teller, told: ToldRules, *, is_over: bool) -> Iterator[Block]:
    """The edited summary first, then what happened, in order.

    A rule is told in full where `told` says, and only referred to at later ballots. `is_over`: the
    meeting was adjourned.
    """
    yield Text(_course(item, teller))
    for paragraph in filter(None, (line.strip() for line in item.summary.splitlines())):
        yield Text(paragraph)
    if item.speeches:
        yield from _floor(item, teller)
    if item.is_read and item.motion and not item.ballots:
        yield Wording(teller.say(N_("宣读的决议文字，没有表决")), item.motion)
    for ballot in item.ballots:
        rule = told[ballot.rule, ballot.question]
        yield from ballot_blocks(item, ballot, teller, rule, is_over=is_over)
    if item.outcome and not _tells_later(item):
        yield Text(teller.say(N_("结果：{outcome}"), outcome=teller.translate(item.outcome)))


def _tells_later(item: ItemRecord) -> bool:
    """Its result came, or comes, apart from its closing: the ballot itself tells it."""
    last = item.ballots[-1] if item.ballots else None
    return last is not None and any((last.closes_at, last.objections_until, last.provisional_until))


def _course(item: ItemRecord, teller: Teller) -> str:
    said = teller.say(
        N_("公告议程第{position}项，{step}，报告人：{reporter}。计划{planned}分钟"),
        position=item.position,
        step=teller.step(item.step),
        reporter=item.reporter or teller.say(N_("未指定")),
        planned=item.planned_minutes,
    )
    if item.actual_seconds is None:
        return teller.say(N_("{course}，还没有结束。"), course=said)
    used = _duration(item.actual_seconds, teller)
    return teller.say(N_("{course}，实际{used}。"), course=said, used=used)


def _duration(seconds: int, teller: Teller) -> str:
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return teller.say(N_("{seconds}秒"), seconds=rest)
    if not rest:
        return teller.say(N_("{minutes}分钟"), minutes=minutes)
    return teller.say(N_("{minutes}分{seconds}秒"), minutes=minutes, seconds=rest)


def _floor(item: ItemRecord, teller: Teller) -> Iterator[Block]:
    sides = Counter(speech.side for speech in item.speeches)
    yield Subhead(teller.say(N_("发言")))
    yield Text(
        teller.say(
            N_("{n}人次发言，其中赞成{agreed}、反对{opposed}、提问{asked}。"),
            n=len(item.speeches),
            agreed=sides["for"],
            opposed=sides["against"],
            asked=sides["question"],
        )
    )
    for number, speech in enumerate(item.speeches, start=1):
        yield Point(number, _speech(speech, teller))


def _speech(speech: SpeechRecord, teller: Teller) -> str:
    side = teller.translate(SIDE_WORDS[speech.side])
    facts: dict[str, str | int] = {
        "name": teller.name(speech.name),
        "side": side,
    }
    if speech.seconds is None:
        said = teller.say(N_("{name}（{side}）"), **facts)
    else:
        lasted = _duration(speech.seconds, teller)
        said = teller.say(N_("{name}（{side}，{lasted}）"), lasted=lasted, **facts)
    if speech.note is None:
        return said
    return teller.say(N_("{speech}：{note}"), speech=said, note=speech.note)
