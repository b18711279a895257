"""What is wrong with a way of a matter: a part where it would be stuck, a way that cannot be. Pure.

Whether every matter comes to an end is found by trying: all situations that a matter can come
into are walked through, by the same rules that move the real ones.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.matters import walking
from deliberation.matters.prototypes import OBTAINABLE, movers_of, prototype_of
from deliberation.matters.stages import Limits, Stage, Way, Workflow
from deliberation.matters.steps import ACT_WORDS, GENERIC, MOVER_WORDS, Act, Mover, Step
from deliberation.matters.wording import EVIDENCE_NAMES, LIMITS, shown

LONGEST_NAME = 20
LONGEST_SOURCE = 200
MOST_PARTS = 6
MOST_WAYS = 300
MOST_DAYS = 365

_KEY = re.compile(r"[a-z][a-z_]{0,19}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`stage` is the part that it is about, empty for the whole; `is_dead_end`: a matter that
    comes there is stuck."""

    words: Sentence
    stage: str = ""
    is_dead_end: bool = False


def check(workflow: Workflow) -> list[Problem]:
    """All that is wrong; nothing for a workflow that may be adopted."""
    return list(_shape(workflow)) or [
        *_parts(workflow),
        *_limits(workflow.limits),
        *_ways(workflow),
        *_loops(workflow),
        *_dead_ends(workflow),
    ]


def has_shape(workflow: Workflow) -> bool:
    """Whether it is a workflow at all, of a size that can be checked: then it may be edited."""
    few = len(workflow.stages) <= len(Step) * (MOST_PARTS + 1) and len(workflow.ways) <= MOST_WAYS
    return few and not list(_shape(workflow))


def require_sound(workflow: Workflow) -> None:
    """Raises WORKFLOW_DEAD_END, else WORKFLOW_INVALID, with the first thing that is wrong."""
    found = check(workflow)
    for problem in sorted(found, key=lambda one: not one.is_dead_end):
        if problem.is_dead_end:
            name = shown(workflow.stage(problem.stage).name)
            raise Refusal(Code.WORKFLOW_DEAD_END, stage=name)
        raise Refusal(Code.WORKFLOW_INVALID, problem=problem.words)


def _shape(workflow: Workflow) -> Iterator[Problem]:
    """What has to hold before anything else can be asked."""
    keys = Counter(stage.key for stage in workflow.stages)
    for key, times in keys.items():
        if times > 1 or not _KEY.fullmatch(key):
            yield Problem(words=say(N_("部分的代号“{key}”不对。"), key=key))
    for step in Step:
        parts = workflow.stages_of(step)
        if not parts or parts[0].key != step.value:
            yield Problem(words=say(N_("“{step}”没有第一部分。"), step=shown(GENERIC.name(step))))
    for way in workflow.ways:
        if not {way.leaves, way.enters} <= set(keys):
            words = N_("“{act}”的一头不在流程里。")
            yield Problem(words=say(words, act=say(ACT_WORDS[way.act])))


def _parts(workflow: Workflow) -> Iterator[Problem]:
    for stage in workflow.stages:
        for words in _faults(stage):
            yield Problem(words=words, stage=stage.key)
    called = Counter(stage.name for stage in workflow.stages)
    for name in (name for name, times in called.items() if times > 1):
        yield Problem(words=say(N_("有两个部分都叫“{stage}”。"), stage=shown(name)))
    for step in Step:
        if len(workflow.stages_of(step)) > MOST_PARTS:
            words = say(N_("一步最多分成{most}个部分。"), most=MOST_PARTS)
            yield Problem(words=words, stage=step.value)
    yield from _titles(workflow)


def _titles(workflow: Workflow) -> Iterator[Problem]:
    if not _is_text(workflow.name, LONGEST_NAME):
        yield Problem(words=say(N_("流程的名称要写，最多{most}个字。"), most=LONGEST_NAME))
    if not _is_text(workflow.source, LONGEST_SOURCE):
        yield Problem(words=say(N_("流程的依据要写，最多{most}个字。"), most=LONGEST_SOURCE))


def _faults(stage: Stage) -> Iterator[Sentence]:
    name = shown(stage.name)
    if not _is_text(stage.name, LONGEST_NAME) or set(stage.name) & set("%{}"):
        words = N_("“{stage}”的名称要写，最多{most}个字，不能换行，不能有百分号和花括号。")
        yield say(words, stage=name, most=LONGEST_NAME)
    if not 0 <= stage.wait_days <= MOST_DAYS:
        yield say(N_("“{stage}”要等的天数是0到{most}天。"), stage=name, most=MOST_DAYS)
    for one in stage.evidence:
        if one not in OBTAINABLE[stage.step]:
            words = N_("“{stage}”等的材料（{evidence}）在这一步没有人能提供。")
            yield say(words, stage=name, evidence=say(EVIDENCE_NAMES[one]))


def _is_text(text: str, most: int) -> bool:
    return 0 < len(text) <= most and text.isprintable() and text == text.strip()


def _limits(limits: Limits) -> Iterator[Problem]:
    for name, value in msgspec.structs.asdict(limits).items():
        words, least, most = LIMITS[name]
        if not least <= value <= most:
            said = N_("“{limit}”写一个{least}到{most}的整数。")
            yield Problem(words=say(said, limit=say(words), least=least, most=most))


def _ways(workflow: Workflow) -> Iterator[Problem]:
    """Each is one that the service knows, gone by somebody who can; none stands there twice."""
    for way in workflow.ways:
        if words := _fault(workflow, way):
            stage = workflow.stage(way.leaves)
            name, act, mover = shown(stage.name), say(ACT_WORDS[way.act]), MOVER_WORDS[way.by]
            said = say(words, stage=name, act=act, mover=say(mover))
            yield Problem(words=said, stage=stage.key)
    told = Counter((way.act, way.leaves, way.conditions) for way in workflow.ways)
    for (act_twice, leaves, _conditions), times in told.items():
        if times > 1:
            name, act = shown(workflow.stage(leaves).name), say(ACT_WORDS[act_twice])
            yield Problem(
                words=say(N_("“{stage}”里有两个一样的“{act}”。"), stage=name, act=act), stage=leaves
            )


def _fault(workflow: Workflow, way: Way) -> str:
    """What is wrong with the way; empty for nothing."""
    if prototype_of(workflow, way) is None:
        return N_("“{stage}”里的“{act}”不能这样走。")
    if way.by not in movers_of(workflow.stage(way.leaves).step, way.act):
        return N_("“{stage}”里的“{act}”不能由{mover}来做。")
    if way.is_off and way.act is Act.RATE:
        return N_("“{stage}”里的“{act}”不能停用：办得好不好，要请居民来评。")
    return ""


def _loops(workflow: Workflow) -> Iterator[Problem]:
    """Where ways that nobody goes lead round and round, no day between."""
    leads: defaultdict[str, set[str]] = defaultdict(set)
    for way in workflow.ways:
        held = workflow.stage(way.leaves).wait_days > 0 and not way.is_back
        if way.by is Mover.SERVICE and not way.is_off and not held:
            leads[way.leaves].add(way.enters)
    for stage in workflow.stages:
        if stage.key in walking.reached_from(leads, leads[stage.key]):
            words = say(N_("“{stage}”会自动转圈，停不下来。"), stage=shown(stage.name))
            yield Problem(words=words, stage=stage.key, is_dead_end=True)


def _dead_ends(workflow: Workflow) -> Iterator[Problem]:
    walked = walking.walk(workflow)
    for stage in workflow.stages:
        name = shown(stage.name)
        here = [one for one in walked.situations if one.stage == stage.key]
        stuck = next((one for one in here if one not in walked.ending), None)
        if not here:
            words = say(N_("走不到“{stage}”：前面没有一步能进来。"), stage=name)
            yield Problem(words=words, stage=stage.key, is_dead_end=True)
        elif stuck:
            words = say(N_("“{stage}”是死路：{case}，就走不到头。"), stage=name, case=stuck.told)
            yield Problem(words=words, stage=stage.key, is_dead_end=True)
        elif unfinished := next((one for one in here if one not in walked.closing), None):
            case = unfinished.told
            words = say(N_("从“{stage}”走不到办结：{case}，只能中止。"), stage=name, case=case)
            yield Problem(words=words, stage=stage.key, is_dead_end=True)
