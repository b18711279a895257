"""Edits of the way of a matter: a workflow in, another workflow out. Pure.

An edit only does as it is told; whether what comes of it is sound is for `soundness` to say. What
it is asked to do to a part or a way that is not there is refused (NOT_FOUND).
"""

import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from msgspec.structs import replace

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import say
from deliberation.matters.prototypes import optional_of, step_of
from deliberation.matters.stages import Limits, Stage, Way, Workflow
from deliberation.matters.steps import Act, Condition, Evidence, Input, Mover, Step, StepNames


def names_of(workflow: Workflow) -> StepNames:
    """What the five steps are called: each by its first part."""
    names = {step: workflow.stage(step.value).name for step in Step}
    return StepNames(names=names, source=workflow.source)


def entitle(workflow: Workflow, *, name: str, source: str) -> Workflow:
    """What the whole is called, and what it rests on."""
    return replace(workflow, name=_clean(name), source=_clean(source))


def rename(workflow: Workflow, key: str, name: str) -> Workflow:
    """Call a part otherwise; the first part of a step gives the step its name."""
    return _with_stage(workflow, key, lambda stage: replace(stage, name=_clean(name)))


def set_wait(workflow: Workflow, key: str, days: int) -> Workflow:
    """How many whole days nothing leads on from a part."""
    return _with_stage(workflow, key, lambda stage: replace(stage, wait_days=days))


def set_evidence(workflow: Workflow, key: str, wanted: Collection[Evidence]) -> Workflow:
    """What must be on record before a matter goes on from a part."""
    kept = tuple(one for one in Evidence if one in wanted)
    return _with_stage(workflow, key, lambda stage: replace(stage, evidence=kept))


def set_limits(workflow: Workflow, limits: Limits) -> Workflow:
    return replace(workflow, limits=limits)


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _with_stage(workflow: Workflow, key: str, change: Callable[[Stage], Stage]) -> Workflow:
    if all(stage.key != key for stage in workflow.stages):
        raise Refusal(Code.NOT_FOUND)
    stages = [change(stage) if stage.key == key else stage for stage in workflow.stages]
    return replace(workflow, stages=tuple(stages))


def set_mover(workflow: Workflow, index: int, by: Mover) -> Workflow:
    """Who goes the way of that place in the list."""
    return _with_way(workflow, index, lambda way: replace(way, by=by))


def switch(workflow: Workflow, index: int, *, is_off: bool) -> Workflow:
    """Use a way no more, or again."""
    return _with_way(workflow, index, lambda way: replace(way, is_off=is_off))


def require(workflow: Workflow, index: int, wanted: Collection[Condition]) -> Workflow:
    """Of the conditions that may be waived require exactly these; what an act means stays."""

    def change(way: Way) -> Way:
        free = set(optional_of(step_of(workflow, way.leaves), way.act))
        kept = (set(way.conditions) - free) | (set(wanted) & free)
        return replace(way, conditions=tuple(c for c in Condition if c in kept))

    return _with_way(workflow, index, change)


def _with_way(workflow: Workflow, index: int, change: Callable[[Way], Way]) -> Workflow:
    if not 0 <= index < len(workflow.ways):
        raise Refusal(Code.NOT_FOUND)
    ways = list(workflow.ways)
    ways[index] = change(ways[index])
    return replace(workflow, ways=tuple(ways))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A further part of a step, with the ways that are there only because of it."""

    stage: Stage
    ways: tuple[Way, ...]


def add_part(
    workflow: Workflow,
    step: Step,
    *,
    name: str,
    wait_days: int = 0,
    evidence: Collection[Evidence] = (),
    by: Mover = Mover.SERVICE,
) -> Workflow:
    """A further part as the last of its step, such as 公示, 听证 or 验收.

    In DECIDE it comes behind the decision, and `by` leads on from it; anywhere else it comes
    before the way out of the step, and `by` leads into it.
    """
    behind = workflow.stages_of(step)[-1].key
    stage = Stage(
        key=_free_key(workflow, step),
        step=step,
        name=_clean(name),
        wait_days=wait_days,
        evidence=tuple(one for one in Evidence if one in evidence),
    )
    made = _decided_ways(stage, by) if step is Step.DECIDE else _ways(workflow, stage, behind, by)
    return _attach(workflow, Part(stage=stage, ways=tuple(made)), behind)


def _free_key(workflow: Workflow, step: Step) -> str:
    """`decide_b`, `decide_c` …; raises WORKFLOW_INVALID when the alphabet is used up."""
    taken = {stage.key for stage in workflow.stages}
    for letter in ascii_lowercase[1:]:
        if f"{step.value}_{letter}" not in taken:
            return f"{step.value}_{letter}"
    raise Refusal(Code.WORKFLOW_INVALID, problem=say(N_("部分太多了。")))


def _decided_ways(stage: Stage, by: Mover) -> Sequence[Way]:
    """What was decided goes on when the days are over, or back with what somebody objects."""
    return (
        Way(act=Act.ADVANCE, leaves=stage.key, enters=stage.key, by=by),
        Way(
            act=Act.OBJECT,
            leaves=stage.key,
            enters=Step.DISCUSS.value,
            inputs=(Input.REASON,),
            is_back=True,
        ),
    )


def _ways(workflow: Workflow, stage: Stage, behind: str, by: Mover) -> Sequence[Way]:
    """The way in, and all that can be done in every part of the step."""
    everywhere = [
        _moved(way, behind, stage.key)
        for way in workflow.ways
        if way.leaves == behind and not _is_onward(way, stage.step)
    ]
    return [Way(act=Act.ADVANCE, leaves=behind, enters=stage.key, by=by), *everywhere]


def _moved(way: Way, left: str, leaves: str) -> Way:
    """The same act done in another part; what stays where it is stays there."""
    enters = leaves if way.enters == left else way.enters
    return replace(way, leaves=leaves, enters=enters)


def _is_onward(way: Way, step: Step) -> bool:
    """Whether the way leads on to what comes behind the part. A claim takes a matter straight to
    its delivery from every part."""
    if step is Step.DECIDE:
        return way.act in (Act.ADOPT, Act.ADVANCE)
    return not way.is_back and way.act is not Act.CLAIM


def _attach(workflow: Workflow, part: Part, behind: str) -> Workflow:
    """Put a part behind another of its step: what led on from that one leads on from this."""
    key, step = part.stage.key, part.stage.step
    ways, own = list(workflow.ways), list(part.ways)
    if step is Step.DECIDE:
        onward = [way for way in ways if way.leaves == behind and _is_onward(way, step)]
        led_to = onward[0].enters if onward else Step.DELIVER.value
        ways = [replace(way, enters=key) if way in onward else way for way in ways]
        own = [replace(w, enters=led_to) if w.act is Act.ADVANCE else w for w in own]
    else:
        ways = [
            _moved(way, behind, key) if way.leaves == behind and _is_onward(way, step) else way
            for way in ways
        ]
        own = [replace(w, leaves=behind) if w.enters == key != w.leaves else w for w in own]
    stages = list(workflow.stages)
    stages.insert(_place(stages, behind) + 1, part.stage)
    return replace(workflow, stages=tuple(stages), ways=(*ways, *own))


def _place(stages: Sequence[Stage], key: str) -> int:
    return next(place for place, stage in enumerate(stages) if stage.key == key)


def remove_part(workflow: Workflow, key: str) -> Workflow:
    """As it was before the part was added. The first part of a step is the step: NOT_FOUND."""
    return _detach(workflow, key)[0]


def _detach(workflow: Workflow, key: str) -> tuple[Workflow, Part]:
    """Without a part, and the part with its own ways."""
    stage = _further_part(workflow, key)
    behind = _before(workflow, stage)
    if stage.step is Step.DECIDE:
        own = [way for way in workflow.ways if way.leaves == key]
        led_to = next((w.enters for w in own if w.act is Act.ADVANCE), Step.DELIVER.value)
        kept = [
            replace(way, enters=led_to) if way.enters == key else way
            for way in workflow.ways
            if way not in own
        ]
    else:
        onward = [w for w in workflow.ways if w.leaves == key and _is_onward(w, stage.step)]
        own = [w for w in workflow.ways if key in (w.leaves, w.enters) and w not in onward]
        kept = [
            _moved(way, key, behind) if way in onward else way
            for way in workflow.ways
            if way not in own
        ]
    stages = tuple(one for one in workflow.stages if one.key != key)
    return replace(workflow, stages=stages, ways=tuple(kept)), Part(stage=stage, ways=tuple(own))


def _further_part(workflow: Workflow, key: str) -> Stage:
    for stage in workflow.stages:
        if stage.key == key and key != stage.step.value:
            return stage
    raise Refusal(Code.NOT_FOUND)


def _before(workflow: Workflow, stage: Stage) -> str:
    parts = workflow.stages_of(stage.step)
    return parts[_place(parts, stage.key) - 1].key


def move_part(workflow: Workflow, key: str, *, earlier: bool) -> Workflow:
    """Let a further part change places with its neighbour; the outermost stays where it is."""
    stage = _further_part(workflow, key)
    parts = workflow.stages_of(stage.step)
    place = _place(parts, key) + (-1 if earlier else 1)
    if not 1 <= place < len(parts):
        return workflow
    first, second = (stage, parts[place]) if earlier else (parts[place], stage)
    without, part = _detach(workflow, first.key)
    return _attach(without, part, _before(without, without.stage(second.key)))
