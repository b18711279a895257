"""A workflow in words: what its conditions and limits are called, what an edit changed. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.matters.stages import Limits, Stage, Way, Workflow
from deliberation.matters.steps import (
    ACT_WORDS,
    GENERIC,
    MOVER_WORDS,
    Condition,
    Evidence,
)

LIMITS: Mapping[str, tuple[str, int, int]] = MappingProxyType(
    {
        "unclaimed_days": (N_("没人认领几天后上报"), 1, 365),
        "overdue_days": (N_("逾期几天后上报"), 0, 365),
        "rating_days": (N_("评价期几天"), 1, 365),
        "least_mean": (N_("平均几分以下算不满意（百分之一分）"), 100, 500),
        "least_ratings": (N_("至少几户评价才算数"), 0, 1000),
        "returns": (N_("自动退回重办几次"), 0, 10),
    }
)
"""By the name of the limit: what it is called, its least and its most."""

LIMIT_HINTS: Mapping[str, str] = MappingProxyType(
    {
        "unclaimed_days": N_("需求交给各单位以后，过了这些天没有单位认领，就列入上一级联席会议。"),
        "overdue_days": N_("办理期限过了这些天还没有报办结，就列入上一级联席会议。"),
        "rating_days": N_("请提出和支持的户评价，过了这些天，没有评价也不再等。"),
        "least_mean": N_("一分写100，五分写500。写300，就是平均不到3分算不满意。"),
        "least_ratings": N_("评价的户比这少，不算不满意。"),
        "returns": N_("评价不满意，先自动退回重办这些次，再不满意就列入上一级联席会议。"),
    }
)

CONDITION_NAMES: Mapping[Condition, str] = MappingProxyType(
    {
        Condition.HAS_DEMANDS: N_("有需求"),
        Condition.WAS_DISCUSSED: N_("在会上讨论过"),
        Condition.HAS_WORDING: N_("写好了决议文字"),
        Condition.IS_ADOPTED: N_("表决通过"),
        Condition.IS_REJECTED: N_("表决没有通过"),
        Condition.NOT_ADOPTED: N_("没有表决通过"),
        Condition.IS_ASSIGNED: N_("定下了办理单位和期限"),
        Condition.IS_RATED: N_("有人评价，或者评价期已过"),
        Condition.IS_DECIDED: N_("经表决通过的"),
        Condition.IS_UNDECIDED: N_("没有经过表决的"),
        Condition.TASKS_DONE: N_("任务都办完了"),
        Condition.IS_DISSATISFIED: N_("评价不满意"),
        Condition.NOT_DISSATISFIED: N_("没有评价不满意"),
        Condition.MAY_RETURN: N_("还可以自动退回"),
        Condition.HAS_RETURNED: N_("自动退回的次数用完了"),
    }
)

EVIDENCE_NAMES: Mapping[Evidence, str] = MappingProxyType(
    {
        Evidence.PHOTO_BEFORE: N_("办理前的照片"),
        Evidence.PHOTO_AFTER: N_("办理后的照片"),
        Evidence.PROGRESS: N_("一条进度"),
        Evidence.PUBLISHED_MINUTES: N_("公布了的会议纪要"),
    }
)


def shown(name: str) -> Sentence | str:
    """A name as a fact of a sentence: one of the generic names can be said in other languages."""
    return say(name) if name in GENERIC.names.values() else name


def differences(before: Workflow, after: Workflow) -> list[Sentence]:
    """What was changed, part by part and way by way."""
    return [
        *_titles(before, after),
        *_stages(before, after),
        *_ways(before, after),
        *_limits(before.limits, after.limits),
    ]


def _titles(before: Workflow, after: Workflow) -> Iterator[Sentence]:
    if before.name != after.name:
        yield say(N_("流程改叫“{name}”。"), name=after.name)
    if before.source != after.source:
        yield say(N_("依据改成“{source}”。"), source=after.source)


def _stages(before: Workflow, after: Workflow) -> Iterator[Sentence]:
    was = {stage.key: stage for stage in before.stages}
    now = {stage.key: stage for stage in after.stages}
    for key in was.keys() - now.keys():
        yield say(N_("去掉“{stage}”。"), stage=shown(was[key].name))
    for key, stage in now.items():
        if key in was:
            yield from _changed(was[key], stage)
        else:
            step = after.stage(stage.step.value).name
            yield say(N_("“{step}”里增加“{stage}”。"), step=shown(step), stage=shown(stage.name))
            yield from _changed(msgspec.structs.replace(stage, wait_days=0, evidence=()), stage)
    kept = [key for key in was if key in now]
    if kept != [key for key in now if key in was]:
        yield say(N_("各部分的先后变了。"))


def _changed(was: Stage, now: Stage) -> Iterator[Sentence]:
    name = shown(now.name)
    if was.name != now.name:
        yield say(N_("“{before}”改叫“{after}”。"), before=shown(was.name), after=name)
    if was.wait_days != now.wait_days:
        words = N_("“{stage}”等的天数从{before}天改成{after}天。")
        yield say(words, stage=name, before=was.wait_days, after=now.wait_days)
    for one in set(now.evidence) ^ set(was.evidence):
        words = N_("“{stage}”要有{evidence}才能往下走。")
        if one in was.evidence:
            words = N_("“{stage}”不再要{evidence}。")
        yield say(words, stage=name, evidence=say(EVIDENCE_NAMES[one]))


def _ways(before: Workflow, after: Workflow) -> Iterator[Sentence]:
    """Of ways that are in both; those of a part that came or went are told with the part."""
    for was in before.ways:
        way = _same(before, after, was)
        if way is not None:
            yield from _rerouted(after, was, way)


def _same(before: Workflow, after: Workflow, was: Way) -> Way | None:
    """The way as it is now: from the same part, else the only one of its act out of the step,
    which another part may have taken over."""
    exact = [way for way in after.ways if _sign(way) == _sign(was)]
    if exact:
        return exact[0]
    step = before.stage(was.leaves).step
    alike = [
        [one for one in each.ways if one.act is was.act and each.stage(one.leaves).step is step]
        for each in (before, after)
    ]
    return alike[1][0] if [len(one) for one in alike] == [1, 1] else None


def _sign(way: Way) -> tuple[object, ...]:
    """Two ways of one act from one part differ in where they lead, or for whom."""
    twins = {Condition.IS_DECIDED, Condition.IS_UNDECIDED} & set(way.conditions)
    return way.act, way.leaves, frozenset(twins)


def _rerouted(after: Workflow, was: Way, now: Way) -> Iterator[Sentence]:
    facts = {"stage": shown(after.stage(now.leaves).name), "act": say(ACT_WORDS[now.act])}
    if was.by != now.by:
        mover = say(MOVER_WORDS[now.by])
        yield say(N_("“{stage}”里的“{act}”改由{mover}来做。"), **facts, mover=mover)
    if was.is_off != now.is_off:
        words = N_("“{stage}”里的“{act}”重新启用。")
        yield say(N_("“{stage}”里的“{act}”停用。") if now.is_off else words, **facts)
    for one in _either(was.conditions, now.conditions):
        words = N_("“{stage}”里的“{act}”要{condition}。")
        if one in was.conditions:
            words = N_("“{stage}”里的“{act}”不再要求{condition}。")
        yield say(words, **facts, condition=say(CONDITION_NAMES[one]))


def _either(was: Iterable[Condition], now: Iterable[Condition]) -> list[Condition]:
    changed = set(was) ^ set(now)
    return [one for one in Condition if one in changed]


def _limits(before: Limits, after: Limits) -> Iterator[Sentence]:
    was, now = msgspec.structs.asdict(before), msgspec.structs.asdict(after)
    for name, value in now.items():
        if value != was[name]:
            words, limit = N_("“{limit}”从{before}改成{after}。"), say(LIMITS[name][0])
            yield say(words, limit=limit, before=was[name], after=value)
