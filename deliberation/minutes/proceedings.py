"""One item of the minutes in words: what was said, voted on and decided."""

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from deliberation.ballots.tally import CHOICE_WORDS, Choice, Outcome, Tally
from deliberation.i18n import N_
from deliberation.minutes.document import BallotRecord, ItemRecord, SpeechRecord
from deliberation.minutes.narrative import Block, Note, Point, Subhead, Table, Text, Wording
from deliberation.minutes.teller import Teller
from deliberation.rulesets.exact import percent_text
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.wording import words

SIDE_WORDS: Mapping[str, str] = MappingProxyType(
    {"for": N_("赞成"), "against": N_("反对"), "question": N_("提问")}
)


class ToldRule(NamedTuple):
    """Where a rule stands in full: the item's position and the ballot."""

    position: int
    ballot: UUID


def blocks(item: ItemRecord, teller: Teller, told: Mapping[Rule, ToldRule]) -> Iterator[Block]:
    """The edited summary first, then what happened, in order.

    A rule is told in full where `told` says, and only referred to at later ballots.
    """
    yield Text(_course(item, teller))
    for paragraph in filter(None, (line.strip() for line in item.summary.splitlines())):
        yield Text(paragraph)
    if item.speeches:
        yield from _floor(item, teller)
    if item.is_read and item.motion and not item.ballots:
        yield Wording(teller.say(N_("宣读的决议文字，没有表决")), item.motion)
    for ballot in item.ballots:
        yield from _ballot(item, ballot, teller, told[ballot.rule])
    if item.outcome:
        yield Text(teller.say(N_("结果：{outcome}"), outcome=teller.translate(item.outcome)))


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


def _ballot(
    item: ItemRecord, ballot: BallotRecord, teller: Teller, told: ToldRule
) -> Iterator[Block]:
    yield Subhead(teller.say(N_("表决")))
    yield from _wording(item, ballot, teller)
    for moment in ballot.extended_to:
        yield Text(teller.say(N_("表决提醒时间延长到{time}。"), time=teller.time(moment)))
    if ballot.void_reason is not None:
        yield Text(
            teller.say(N_("这次表决作废，票数不计。理由：{reason}"), reason=ballot.void_reason)
        )
    elif ballot.tally is not None:
        yield _count(ballot, ballot.tally, teller)
        for step in ballot.tally.steps:
            yield Note(teller.sentence(step))
    else:
        yield Text(teller.say(N_("结果还没有宣布。")))
    yield Note(_rule(ballot, teller, told))
    if ballot.votes_root is not None and ballot.void_reason is None:
        yield Note(teller.say(N_("公布的投票清单，校验值 {root}"), root=ballot.votes_root))


def _rule(ballot: BallotRecord, teller: Teller, told: ToldRule) -> str:
    """Always with the label: no result may be taken for an owners' vote."""
    label, *more = (teller.sentence(sentence) for sentence in words(ballot.rule))
    if told.ballot != ballot.ballot:
        same = teller.say(
            N_("表决规则与上文公告议程第{position}项的表决相同。"), position=told.position
        )
        return label + same
    return label + "".join(more)


def _wording(item: ItemRecord, ballot: BallotRecord, teller: Teller) -> Iterator[Block]:
    """The resolution where this ballot made one, otherwise the wording it was about."""
    resolution = item.resolution
    if resolution is None or resolution.ballot != ballot.ballot:
        yield Wording(teller.say(N_("表决的文字")), ballot.wording)
        return
    is_adopted = resolution.outcome == Outcome.ADOPTED
    label = N_("决议（{outcome}）") if is_adopted else N_("表决的文字（{outcome}）")
    outcome = teller.outcome(resolution.outcome)
    yield Wording(teller.say(label, outcome=outcome), resolution.wording)


def _count(ballot: BallotRecord, tally: Tally, teller: Teller) -> Table:
    of_cast = teller.say(N_("占投票{whole}户"), whole=tally.cast)
    of_entitled = teller.say(N_("占应投{whole}户"), whole=ballot.entitled)
    head = (N_("表决"), N_("户数"), N_("比例"), N_("说明"))
    choices = (
        _row(teller.translate(CHOICE_WORDS[choice]), tally.totals[choice], tally.cast, of_cast)
        for choice in Choice
    )
    return Table(
        widths=(3, 2, 3, 4),
        align=("left", "right", "right", "left"),
        head=tuple(teller.say(word) for word in head),
        rows=(
            *choices,
            _row(teller.say(N_("投票")), tally.cast, ballot.entitled, of_entitled),
        ),
    )


def _row(name: str, n: int, whole: int, base: str) -> tuple[str, ...]:
    return name, str(n), percent_text(n, whole) if whole else "–", base
