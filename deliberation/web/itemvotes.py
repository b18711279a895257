"""How an item of the agenda is voted on: the fields of its form, and the same in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from deliberation.agendas.editing import Vote
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.publishing import question_of, rules_for
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.journal.events import MeetingNoticed, NoticedItem
from deliberation.rulesets import wording
from deliberation.rulesets.exact import amount_text
from deliberation.rulesets.questions import BUDGETS, MOTION, SHAPES, Method, Question
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.service import meeting_rule, voting_rules
from deliberation.web.pages import words_of
from deliberation.web.visit import Visit

_YUAN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")
_SIGN = re.compile(r"[|｜]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChoice:
    """A line of the select; `why_not` says why it cannot be chosen for the meeting's day."""

    key: str
    name: Sentence
    disclaimer: Sentence
    is_owners: bool
    window_days: int
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemVote:
    """`values` fill the form; `says` tells what is chosen, the disclaimer first: nothing for a
    motion under the meeting's own rule."""

    values: Mapping[str, str]
    says: Sequence[Sentence]
    options: Sequence[str]


async def choices_for(visit: Visit, held_on: date) -> list[RuleChoice]:
    """The meeting's own rule first, then the rule sets there are."""
    own = await meeting_rule(visit.here.id)
    known = await voting_rules(visit.here.id)
    return [_choice(visit, key, rule, held_on) for key, rule in [("", own), *known.items()]]


def _choice(visit: Visit, key: str, rule: Rule, held_on: date) -> RuleChoice:
    read = wording.in_language(rule, visit.language)
    return RuleChoice(
        key=key,
        name=say(read.name),
        disclaimer=wording.disclaimer(read),
        is_owners=rule.pattern == "owners",
        window_days=rule.window_days,
        why_not=_why_not(visit, rule, held_on),
    )


def _why_not(visit: Visit, rule: Rule, held_on: date) -> str:
    try:
        rule.check_usable(held_on)
    except Refusal as refusal:
        return words_of(visit, refusal)
    return ""


async def votes_of(visit: Visit, items: Sequence[AgendaItem]) -> dict[UUID, ItemVote]:
    """Of each item of an agenda that is being drawn up, by the rule sets as they are now."""
    named = await rules_for(visit.here.id, items)
    own = await meeting_rule(visit.here.id)
    found: dict[UUID, ItemVote] = {}
    for item in items:
        question = question_of(item) or MOTION
        rule = wording.in_language(named.get(item.rule_key, own), visit.language)
        is_plain = not item.rule_key and question == MOTION and not item.window_days
        found[item.id] = ItemVote(
            values=_values(item, question),
            says=[] if is_plain else told(rule, question, item.window_days),
            options=options_of(question),
        )
    return found


def noticed_votes(visit: Visit, noticed: MeetingNoticed) -> dict[UUID, ItemVote]:
    """Of each item as its notice froze it."""
    found: dict[UUID, ItemVote] = {}
    for line in noticed.items:
        question = Question.from_json(line.question) if line.question else MOTION
        rule = wording.in_language(rule_of(noticed, line), visit.language)
        is_plain = line.rule is None and line.question is None and not line.window_days
        found[line.item] = ItemVote(
            values={},
            says=[] if is_plain else told(rule, question, line.window_days),
            options=options_of(question),
        )
    return found


def rule_of(noticed: MeetingNoticed, line: NoticedItem) -> Rule:
    """The item's own rule set, or the meeting's."""
    return Rule.from_json(line.rule if line.rule is not None else noticed.rule)


def _values(item: AgendaItem, question: Question) -> dict[str, str]:
    costs = question.costs or (0,) * len(question.options)
    lines = [
        f"{option} | {_yuan_text(cost)}" if cost else option
        for option, cost in zip(question.options, costs, strict=True)
    ]
    return {
        "rule": item.rule_key,
        "method": question.method,
        "options": "\n".join(lines),
        "seats": str(question.seats),
        "most": str(question.most or ""),
        "budget": _yuan_text(question.budget) if question.budget else "",
        "window_days": str(item.window_days),
    }


def _yuan_text(hundredths: int) -> str:
    return amount_text(Fraction(hundredths, 100))


def told(rule: Rule, question: Question, window_days: int) -> list[Sentence]:
    """What a vote is and is not, by which rule, what must be reached, and how long it is open."""
    opened = (
        say(N_("表决开放{days}天，会后也能投。"), days=window_days)
        if window_days
        else say(N_("只在会上表决。"))
    )
    name = say(N_("规则：{rule}。"), rule=say(rule.name))
    return [wording.disclaimer(rule), name, *wording.thresholds(rule, question), opened]


def options_of(question: Question) -> list[str]:
    """What stands to choose from, with costs in yuan; nothing for a motion."""
    costs = question.costs or (0,) * len(question.options)
    return [
        f"{option}（{_yuan_text(cost)}元）" if cost else option
        for option, cost in zip(question.options, costs, strict=True)
    ]


def vote_from(visit: Visit) -> Vote:
    """From the form. Raises QUESTION_INVALID and FIELD_INVALID by the name of a field."""
    return Vote(
        rule_key=visit.text("rule", limit=14),
        question=_question(visit),
        window_days=_number(visit, "window_days", N_("开放天数"), 0),
    )


def _question(visit: Visit) -> Question:
    method = next((m for m in SHAPES if m == visit.text("method", limit=30)), None)
    if method is None:
        raise Refusal(Code.QUESTION_INVALID, field=N_("计票办法"))
    lines = [line.strip() for line in visit.text("options", limit=10_000).split("\n")]
    lines = [line for line in lines if line]
    if method == MOTION.method:
        return Question(options=tuple(lines))  # refuses options that a motion has no use for
    if method in BUDGETS:
        return _budget(visit, method, lines)
    return Question(
        method=method,
        options=tuple(lines),
        seats=_number(visit, "seats", N_("名额"), 1),
        most=_number(visit, "most", N_("最多选几项"), 0),
    )


def _budget(visit: Visit, method: Method, lines: Sequence[str]) -> Question:
    """One project a line: its name, a stroke, and what it costs in yuan."""
    parts = [_SIGN.split(line) for line in lines]
    if any(len(part) != 2 for part in parts):
        raise Refusal(Code.QUESTION_INVALID, field=N_("费用"))
    return Question(
        method=method,
        options=tuple(name.strip() for name, _cost in parts),
        costs=tuple(_hundredths(cost, N_("费用")) for _name, cost in parts),
        budget=_hundredths(visit.text("budget", limit=20), N_("总金额")),
        most=_number(visit, "most", N_("最多选几项"), 0),
    )


def _hundredths(text: str, field: str) -> int:
    plain = text.strip().removesuffix("元").replace(",", "").replace("，", "").strip()
    found = _YUAN.fullmatch(plain)
    if found is None:
        raise Refusal(Code.QUESTION_INVALID, field=field)
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def _number(visit: Visit, name: str, field: str, otherwise: int) -> int:
    text = visit.text(name, limit=9)
    if not text:
        return otherwise
    if not (text.isascii() and text.isdecimal()):
        raise Refusal(Code.FIELD_INVALID, field=field)
    return int(text)
