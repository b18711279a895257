"""What is checked before the notice about how its items are voted on. Pure."""

from collections.abc import Iterator
from fractions import Fraction

from deliberation.agendas.rules import AgendaFacts, Check, CheckState, PlannedItem
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.matters.steps import Step
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.wording import UNITS

FEW = 5
"""With fewer voters a result may tell who voted how."""


def checks(facts: AgendaFacts) -> list[Check]:
    """Rule sets, questions, windows and electorates of the items that are voted on."""
    voted = [item for item in facts.items if is_voted(item)]
    found = [check for item in voted for check in _of_item(facts, item)]
    if any(facts.rule_of(item).electorate == "owners" for item in voted):
        found += _of_owners(facts, voted)
    if voted and not found:
        detail = say(N_("共{count}项要表决"), count=len(voted))
        found.append(Check(state=CheckState.PASSED, says=say(N_("表决规则可用")), detail=detail))
    return found


def is_voted(item: PlannedItem) -> bool:
    """Decided, or discussed with a wording or a way of voting laid down for it: what is discussed
    comes to the decision by reading its wording out."""
    is_laid_down = item.rule is not None or item.question is None
    return item.step is Step.DECIDE or is_laid_down or bool(item.wording.strip())


def is_countable(rule: Rule, question: Question) -> bool:
    """No method of choosing among options is laid down for areas."""
    return question == MOTION or not rule.is_by_area


def check_countable(rule: Rule, question: Question) -> None:
    """Raises QUESTION_NOT_BY_AREA."""
    if not is_countable(rule, question):
        raise Refusal(Code.QUESTION_NOT_BY_AREA)


def is_unanimous(rule: Rule) -> bool:
    return rule.majority is not None and rule.majority.fraction == Fraction(1)


def _of_item(facts: AgendaFacts, item: PlannedItem) -> Iterator[Check]:
    rule = facts.rule_of(item)
    if not rule.is_complete:
        detail = say(
            N_("“{rule}”还缺到会或通过的要求，填好并写明依据后才能用。"), rule=say(rule.name)
        )
        yield _failed(item, N_("第{item}项的规则还没有填完"), detail)
    if not rule.is_in_force(facts.held_on):
        text = N_("“{rule}”在{day}不施行，请换一套规则。")
        detail = say(text, rule=say(rule.name), day=facts.held_on.isoformat())
        yield _failed(item, N_("第{item}项的规则那天不施行"), detail)
    if item.question is None:
        yield _failed(item, N_("第{item}项的选项读不出来"), say(N_("请重新填写。")))
    elif not is_countable(rule, item.question):
        detail = say(
            N_("按面积计票的规则只用于赞成、反对、弃权的表决；请换一套规则，或者逐项表决。")
        )
        yield _failed(item, N_("第{item}项有选项，规则却按面积计票"), detail)
    if item.window_days > rule.window_days:
        text = N_("写了{days}天，“{rule}”最多{limit}天")
        days, limit = item.window_days, rule.window_days
        detail = say(text, days=days, limit=limit, rule=say(rule.name))
        yield _failed(item, N_("第{item}项开放的天数超过规则"), detail)
    yield from _of_few(facts, item, rule)


def _failed(item: PlannedItem, text: str, detail: Sentence) -> Check:
    says = say(text, item=item.position)
    return Check(state=CheckState.FAILED, says=says, detail=detail, item=item.position)


def _of_few(facts: AgendaFacts, item: PlannedItem, rule: Rule) -> Iterator[Check]:
    """Nothing is refused: the chair may know of no other way, but knows it beforehand."""
    voters = facts.voters.get(rule.electorate, FEW)
    is_secret, is_unanimous_ = rule.secrecy == "secret", is_unanimous(rule)
    if 0 < voters < FEW and (is_secret or is_unanimous_):
        text = N_("只有{n}{unit}可以投，公布结果可能让人看出谁投了什么。")
        detail = say(text, n=voters, unit=say(UNITS[rule.electorate]))
        yield _warned(item, N_("第{item}项能投的太少"), detail)
    elif is_secret and is_unanimous_:
        detail = say(N_("一致同意时，公布“通过”就等于公布每个人都赞成。"))
        yield _warned(item, N_("第{item}项秘密表决又要一致同意"), detail)


def _warned(item: PlannedItem, text: str, detail: Sentence) -> Check:
    says = say(text, item=item.position)
    return Check(state=CheckState.WARNING, says=says, detail=detail, item=item.position)


def _of_owners(facts: AgendaFacts, voted: list[PlannedItem]) -> Iterator[Check]:
    if not facts.voters.get("owners"):
        detail = say(N_("按业主计票，要先在住户名册的“业主”一列写明，再导入一次。"))
        says = say(N_("名册里没有业主"))
        yield Check(state=CheckState.FAILED, says=says, detail=detail, about="owners")
    elif facts.units_without_owner:
        says = say(N_("{n}套房没有业主"), n=facts.units_without_owner)
        detail = say(N_("没有业主的房子不在按业主计票的名单里。可以先发布，也可以先补名册。"))
        yield Check(state=CheckState.WARNING, says=says, detail=detail, about="owners")
    if facts.units_without_household:
        says = say(N_("{n}套房有业主而没有住户"), n=facts.units_without_household)
        detail = say(
            N_("名单按住户排，这些房子不在里面，人数和面积都不算。可以先发布，也可以先导入这些户。")
        )
        yield Check(state=CheckState.WARNING, says=says, detail=detail, about="owners")
    rules = [facts.rule_of(item) for item in voted]
    if not any(rule.is_by_area or rule.attendance_area for rule in rules):
        return
    if not facts.area_hundredths:
        detail = say(N_("按面积计票，要先在住户名册里写明专有面积，再导入一次。"))
        yield Check(state=CheckState.FAILED, says=say(N_("名册里没有面积")), detail=detail)
    elif facts.units_without_area:
        says = say(N_("{n}套房没有面积"), n=facts.units_without_area)
        detail = say(N_("没有面积的按0计。可以先发布，也可以先补名册。"))
        yield Check(state=CheckState.WARNING, says=says, detail=detail)
