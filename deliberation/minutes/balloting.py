"""One ballot of the minutes in words: what was asked, by which rule, who voted how, and what it is
not."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from deliberation.ballots.tally import OUTCOME_WORDS, Outcome, area_text
from deliberation.i18n import N_
from deliberation.minutes.document import BallotRecord, ItemRecord
from deliberation.minutes.narrative import Block, Note, Point, Subhead, Table, Text, Wording
from deliberation.minutes.received import received
from deliberation.minutes.results import result
from deliberation.minutes.teller import Teller
from deliberation.rulesets.exact import amount_text
from deliberation.rulesets.questions import MOTION
from deliberation.rulesets.wording import UNITS, disclaimer, words

DECIDED = frozenset({Outcome.ADOPTED, Outcome.CHOSEN})


class ToldRule(NamedTuple):
    """Where a rule stands in full: the item's position and the ballot."""

    position: int
    ballot: UUID


def ballot_blocks(
    item: ItemRecord, ballot: BallotRecord, teller: Teller, told: ToldRule, *, is_over: bool
) -> Iterator[Block]:
    """In the order in which it happened. `is_over`: the meeting was adjourned."""
    yield Subhead(teller.say(N_("表决")))
    yield _wording(item, ballot, teller)
    yield Text(_by_which_rule(ballot, teller))
    yield Note(_rule(ballot, teller, told))
    if ballot.question != MOTION:
        yield _options(ballot, teller)
    yield from _window(ballot, teller)
    yield from _corrections(ballot, teller)
    yield from received(ballot, teller)
    if ballot.void_reason is not None:
        void = N_("这次表决作废，票数不计。理由：{reason}")
        yield Text(teller.say(void, reason=ballot.void_reason))
    elif ballot.tally is not None:
        yield from result(ballot, ballot.tally, teller)
        yield from _standing(ballot, teller)
    else:
        yield Text(_waiting(ballot, teller, is_over=is_over))
    yield from _objections(ballot, teller)
    if ballot.votes_root is not None and ballot.void_reason is None:
        yield Note(teller.say(N_("公布的投票清单，校验值 {root}"), root=ballot.votes_root))


def _wording(item: ItemRecord, ballot: BallotRecord, teller: Teller) -> Wording:
    """The resolution where this ballot made one, otherwise the wording it was about."""
    resolution = item.resolution
    if resolution is None or resolution.ballot != ballot.ballot:
        return Wording(teller.say(N_("表决的文字")), ballot.wording)
    label = N_("决议（{outcome}）")
    if Outcome(resolution.outcome) not in DECIDED:
        label = N_("表决的文字（{outcome}）")
    outcome = teller.translate(OUTCOME_WORDS[Outcome(resolution.outcome)])
    return Wording(teller.say(label, outcome=outcome), resolution.wording)


def _by_which_rule(ballot: BallotRecord, teller: Teller) -> str:
    """Always with the label: no result may be taken for an owners' vote."""
    said = N_("{label}按“{rule}”第{version}版表决，应投{n}{unit}。")
    if ballot.entitled_area:
        said = N_("{label}按“{rule}”第{version}版表决，应投{n}{unit}，总面积{area}平方米。")
    return teller.say(
        said,
        label=teller.sentence(disclaimer(ballot.rule)),
        rule=teller.translate(ballot.rule.name),
        version=ballot.rule.version,
        n=ballot.entitled,
        unit=teller.translate(UNITS[ballot.electorate]),
        area=area_text(ballot.entitled_area),
    )


def _rule(ballot: BallotRecord, teller: Teller, told: ToldRule) -> str:
    if told.ballot != ballot.ballot:
        same = N_("表决规则与上文公告议程第{position}项的表决相同。")
        return teller.say(same, position=told.position)
    _label, *more = words(ballot.rule, ballot.question)
    return "".join(teller.sentence(sentence) for sentence in more)


def _options(ballot: BallotRecord, teller: Teller) -> Table:
    head, question = [N_("序号"), N_("选项")], ballot.question
    rows = [[str(n), option] for n, option in enumerate(question.options, 1)]
    if question.costs:
        head.append(N_("费用，元"))
        for row, cost in zip(rows, question.costs, strict=True):
            row.append(amount_text(Fraction(cost, 100)))
    return Table(
        widths=(1, 6, 2) if question.costs else (1, 8),
        align=("right", "left", "right") if question.costs else ("right", "left"),
        head=tuple(teller.say(word) for word in head),
        rows=tuple(map(tuple, rows)),
    )


def _window(ballot: BallotRecord, teller: Teller) -> Iterator[Block]:
    for moment in ballot.extended_to:
        yield Text(teller.say(N_("表决提醒时间延长到{time}。"), time=teller.time(moment)))
    if ballot.closes_at is None:
        return
    text = N_("表决从{begin}起开放，到{end}为止。")
    begin, end = teller.moment(ballot.opened_at), teller.moment(ballot.closes_at)
    yield Text(teller.say(text, begin=begin, end=end))
    for more in ballot.extensions:
        text = N_("开放时间延长到{end}。理由：{reason}")
        yield Text(teller.say(text, end=teller.moment(more.closes_at), reason=more.reason))


def _corrections(ballot: BallotRecord, teller: Teller) -> Iterator[Block]:
    for one in ballot.corrections:
        text = N_("表决名册更正：补上{added}，划去{struck}。理由：{reason}")
        yield Text(teller.say(text, added=one.added, struck=one.struck, reason=one.reason))


def _waiting(ballot: BallotRecord, teller: Teller, *, is_over: bool) -> str:
    """Why there is no result yet, and that it will be made known."""
    if ballot.state == "open":
        if not is_over:
            return teller.say(N_("表决还开着，结果还没有宣布。"))
        if not (ends := _ends_at(ballot, teller)):
            return teller.say(N_("散会时表决还开着。结果另行公告。"))
        return teller.say(N_("散会时表决还开着，投到{end}为止。结果另行公告。"), end=ends)
    if ballot.objections_until is not None:
        text = N_("表决已经关闭。票数还没有人知道：先听异议，到{end}，然后计票，结果另行公告。")
        return teller.say(text, end=teller.moment(ballot.objections_until))
    if is_over:
        return teller.say(N_("表决已经关闭，散会时结果还没有宣布。结果另行公告。"))
    return teller.say(N_("结果还没有宣布。"))


def _ends_at(ballot: BallotRecord, teller: Teller) -> str:
    if ballot.extensions:
        return teller.moment(ballot.extensions[-1].closes_at)
    return teller.moment(ballot.closes_at) if ballot.closes_at else ""


def _standing(ballot: BallotRecord, teller: Teller) -> Iterator[Block]:
    """Whether the result is final."""
    if ballot.announced_at is not None and ballot.closes_at is not None:
        text = N_("结果于{moment}宣布。")
        yield Text(teller.say(text, moment=teller.moment(ballot.announced_at)))
    if ballot.certified_at is not None:
        text = N_("公示期满，结果于{moment}确认。")
        yield Text(teller.say(text, moment=teller.moment(ballot.certified_at)))
    elif ballot.provisional_until is not None:
        text = N_("这是初步结果，公示到{moment}，还没有确认；有异议的，答复后才确认。")
        yield Text(teller.say(text, moment=teller.moment(ballot.provisional_until)))


def _objections(ballot: BallotRecord, teller: Teller) -> Iterator[Block]:
    """How many, and the public answers; never whose."""
    if not ballot.objections:
        return
    answers = [one.answer for one in ballot.objections if one.answer is not None]
    text = N_("收到异议{n}件，已答复{answered}件。")
    yield Text(teller.say(text, n=len(ballot.objections), answered=len(answers)))
    for number, answer in enumerate(answers, 1):
        yield Point(number, teller.say(N_("答复：{answer}"), answer=answer))
