"""Counting a published ballot again from nothing but what was published. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from deliberation.ballots import counting
from deliberation.ballots.choosing import count_choice
from deliberation.ballots.counting import Facts
from deliberation.ballots.published import merkle_root
from deliberation.ballots.tally import Tally
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Rule
from deliberation.tally.files.lines import unreadable
from deliberation.tally.files.published import Line, check_choices, lines_from
from deliberation.tally.ties import TieBreak, by_list, by_lot, lot_seed


class Lot(msgspec.Struct, frozen=True, kw_only=True):
    """What a lot was drawn from: the journal's head at the close, and digits drawn afterwards."""

    head: str
    digits: str


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A published ballot, see `docs/recount.md`; rule, question and tally as they are in JSON."""

    format: str
    community: str
    meeting: str
    item: str
    position: int
    wording: str
    rule: dict[str, Any]
    rule_words: tuple[str, ...]
    question: dict[str, Any]
    facts: Facts
    electorate_digest: str
    lines: tuple[str, ...]
    root: str
    tally: dict[str, Any]
    lot: Lot | None
    opened_at: str
    closed_at: str
    by_channel: dict[str, int]

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Bundle":
        """Refuses with TALLY_UNREADABLE what lacks a part of it."""
        try:
            return msgspec.convert(body, cls)
        except msgspec.ValidationError as error:
            raise unreadable(1, N_("不是完整的公布名单")) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """The tally that the list, the rule and the facts give, and what does not fit."""

    tally: Tally
    question: Question
    differences: tuple[Sentence, ...]


def recount(bundle: Bundle) -> Recount:
    """Checks every line, the root and the announced tally.

    Refuses with TALLY_UNREADABLE, and the line, what cannot be counted at all.
    """
    rule, question = Rule.from_json(bundle.rule), Question.from_json(bundle.question)
    votes = list(lines_from(bundle.lines))
    check_choices(question, (vote.choice for vote in votes), follow=rule.follow != "none")
    try:
        tally = _counted(votes, rule, question, bundle)
    except ValueError as error:
        raise unreadable(len(votes), N_("票数比应投的还多")) from error
    return Recount(
        tally=tally, question=question, differences=tuple(_differences(bundle, votes, tally))
    )


def _counted(votes: Sequence[Line], rule: Rule, question: Question, bundle: Bundle) -> Tally:
    if question == MOTION:
        return counting.count(((v.choice, v.area) for v in votes), rule, bundle.facts)
    tie_break = tie_break_of(rule, bundle.lot, question.options)
    return count_choice([v.choice for v in votes], rule, question, bundle.facts, tie_break)


def tie_break_of(rule: Rule, lot: Lot | None, options: Sequence[str]) -> TieBreak | None:
    """As the rule says. No lot is published where none was needed."""
    if rule.tie_break == "none":
        return None
    if rule.tie_break == "lot" and lot is not None:
        return by_lot(lot_seed(lot.head, lot.digits), (*options, ""))
    return by_list


def _differences(bundle: Bundle, votes: Sequence[Line], tally: Tally) -> Sequence[Sentence]:
    found = []
    receipts = [vote.receipt for vote in votes]
    if receipts != sorted(set(receipts)):
        found.append(say(N_("回执有重复，或者没有按次序排列")))
    if merkle_root(bundle.lines) != bundle.root:
        found.append(say(N_("名单和树根不一致：名单在公布以后改动过")))
    if not agree(tally.to_json(), bundle.tally):
        found.append(say(N_("重算的结果和宣布的不一致")))
    return found


def agree(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """In every number, threshold, winner and place. The sentences of the working are left out: they
    are how it is told, in the words of the version that announced it."""
    return _numbers(one) == _numbers(other)


def _numbers(tally: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: value for name, value in tally.items() if name != "steps"}
    if counted := numbers.get("count"):
        figures = [step.get("figures") for step in counted.get("steps", ())]
        numbers["count"] = {**counted, "steps": figures}
    return numbers


def working_of(tally: Tally) -> list[tuple[Sentence, Sequence[Sequence[str]]]]:
    """The steps of a tally, each with what every option then had, as pairs of label and amount."""
    counted = [step["figures"] for step in tally.count["steps"]] if tally.count else []
    before = len(tally.steps) - len(counted) - 1  # the last sentence is the outcome
    return list(zip(tally.steps, [*([[]] * before), *counted, []], strict=True))
