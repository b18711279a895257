"""A workflow as a drawing: five columns of boxes, and the ways between them. Pure geometry.

Lengths are units of the drawing, whose width is WIDTH; a line of text is LINE high.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deliberation.i18n import N_
from deliberation.matters.stages import Stage, Way, Workflow
from deliberation.matters.steps import Act, MatterState, Mover, Step
from deliberation.matters.wording import shown

Translate = Callable[[str], str]

COLUMN, BOX, LINE, GAP, TOP, END = 208, 140, 24, 48, 84, 60
WIDTH = COLUMN * 5 + END
_LINE_UNITS = 14
"""Half widths that fit into a box: a Chinese character has two."""
_STEPS = tuple(Step)
_ORDER = {step: place for place, step in enumerate(_STEPS)}
_BACK_WORDS = {
    (Step.DECIDE, Step.DISCUSS): N_("再议"),
    (Step.DELIVER, Step.RAISE): N_("退回清单"),
    (Step.EVALUATE, Step.DELIVER): N_("不满意，重办"),
}
_MOVER_WORDS = {
    Mover.SERVICE: N_("自动"),
    Mover.STAFF: N_("居委会"),
    Mover.ORGANISATION: N_("单位"),
    Mover.RESIDENTS: N_("居民"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of a step; `days` is how long it holds a matter up."""

    x: int
    y: int
    height: int
    lines: Sequence[str]
    days: int
    is_first: bool

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def centre(self) -> int:
        return self.x + BOX // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A way; `kind` is onward, claim or back. `x` and `y` are the middle of its word."""

    path: str
    kind: str
    word: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`end_y` is where a matter is closed."""

    boxes: Sequence[Box]
    lines: Sequence[Line]
    height: int
    end_y: int


def chart_of(workflow: Workflow, say: Translate) -> Chart:
    """`say` puts words, and the generic names, into the reader's language."""
    boxes = {key: box for step in Step for key, box in _column(workflow, step, say)}
    bottom = max(box.y + box.height for box in boxes.values())
    ways = [way for way in workflow.ways if not way.is_off]
    lines = [*_onward(workflow, ways, boxes, say), *_claims(ways, boxes, say)]
    back = _backward(workflow, ways, boxes, say, bottom)
    last = workflow.stages_of(Step.EVALUATE)[-1].key
    return Chart(
        boxes=list(boxes.values()),
        lines=[*lines, *back],
        height=bottom + (GAP * 2 if back else LINE),
        end_y=boxes[last].middle,
    )


def _column(workflow: Workflow, step: Step, say: Translate) -> list[tuple[str, Box]]:
    found, y = [], TOP
    for stage in workflow.stages_of(step):
        box = _box(stage, COLUMN * _ORDER[step] + 4, y, say)
        found.append((stage.key, box))
        y += box.height + GAP
    return found


def _box(stage: Stage, x: int, y: int, say: Translate) -> Box:
    name = shown(stage.name)
    lines = wrapped(name if isinstance(name, str) else name.render(say))
    rows = len(lines) + (1 if stage.wait_days else 0)
    return Box(
        x=x,
        y=y,
        height=rows * LINE + 22,
        lines=lines,
        days=stage.wait_days,
        is_first=stage.key == stage.step.value,
    )


def wrapped(text: str) -> list[str]:
    """Lines that fit into a box, broken at a space where there is one."""
    lines, line, units = [], "", 0
    for character in text:
        width = 1 if character.isascii() else 2
        if units + width > _LINE_UNITS:
            head, space, tail = line.rpartition(" ")
            lines.append(head if space else line)
            line, units = (tail, sum(1 if c.isascii() else 2 for c in tail)) if space else ("", 0)
        line, units = line + character, units + width
    return [*lines, line]


def _onward(
    workflow: Workflow, ways: Sequence[Way], boxes: dict[str, Box], say: Translate
) -> list[Line]:
    lines = []
    for way in ways:
        if way.is_back or way.act is Act.CLAIM:
            continue
        here, there = boxes[way.leaves], boxes[way.enters]
        word = say(_MOVER_WORDS[way.by])
        if way.ends is MatterState.CLOSED:
            lines.append(_level(here.x + BOX, here.middle, WIDTH - 44, here.middle, word))
        elif way.ends is not MatterState.ACTIVE:
            continue
        elif workflow.stage(way.leaves).step is workflow.stage(way.enters).step:
            lines.append(_down(here, there, word))
        else:
            lines.append(_level(here.x + BOX, here.middle, there.x, there.middle, word))
    return lines


def _down(here: Box, there: Box, word: str) -> Line:
    begins, ends = here.y + here.height, there.y
    return Line(
        path=f"M{here.centre} {begins}V{ends - 8}",
        kind="onward",
        word=word,
        x=here.centre + 34,
        y=(begins + ends) // 2 + 5,
    )


def _level(x: int, y: int, to_x: int, to_y: int, word: str) -> Line:
    middle = (x + to_x) // 2
    path = f"M{x} {y}C{middle} {y} {middle} {to_y} {to_x - 8} {to_y}"
    return Line(path=path, kind="onward", word=word, x=middle, y=max(y, to_y) + LINE)


def _claims(ways: Sequence[Way], boxes: dict[str, Box], say: Translate) -> list[Line]:
    """Over the top, once for all parts of the step."""
    claim = next((way for way in ways if way.act is Act.CLAIM), None)
    if claim is None:
        return []
    here, there = boxes[Step.RAISE.value], boxes[claim.enters]
    path = (
        f"M{here.centre} {here.y}C{here.centre} 10 {there.centre} 10 {there.centre} {there.y - 8}"
    )
    middle = (here.centre + there.centre) // 2
    return [Line(path=path, kind="claim", word=say(N_("认领")), x=middle, y=22)]


def _backward(
    workflow: Workflow, ways: Sequence[Way], boxes: dict[str, Box], say: Translate, bottom: int
) -> list[Line]:
    """Under all columns: one for each pair of steps, whatever acts lead back; the longer, the
    lower, so that none crosses another's word."""
    pairs = {
        (_ORDER[workflow.stage(way.leaves).step], _ORDER[workflow.stage(way.enters).step])
        for way in ways
        if way.ends is MatterState.ACTIVE
    }
    lines = []
    for left, entered in sorted(pairs, key=lambda pair: pair[0] - pair[1]):
        if entered < left:
            here, there = _last(workflow, boxes, left), _last(workflow, boxes, entered)
            level = bottom + LINE + 12 * (left - entered)
            word = say(_BACK_WORDS.get((_STEPS[left], _STEPS[entered]), N_("退回")))
            lines.append(_under(here, there, level, word))
    return lines


def _last(workflow: Workflow, boxes: dict[str, Box], place: int) -> Box:
    return boxes[workflow.stages_of(_STEPS[place])[-1].key]


def _under(here: Box, there: Box, level: int, word: str) -> Line:
    begins, ends = here.centre - 22, there.centre + 22
    path = (
        f"M{begins} {here.y + here.height}V{level - 16}Q{begins} {level} {begins - 16} {level}"
        f"H{ends + 16}Q{ends} {level} {ends} {level - 16}V{there.y + there.height + 8}"
    )
    return Line(path=path, kind="back", word=word, x=(begins + ends) // 2, y=level + 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A way in words, for who cannot see the drawing."""

    way: Way
    index: int
    to: str
    """A msgid, or a name that may be the community's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPart:
    stage: Stage
    ways: Sequence[Told]


ENDS = {
    MatterState.CLOSED: N_("办结"),
    MatterState.MERGED: N_("并入另一议题"),
    MatterState.REJECTED: N_("未通过，结束"),
    MatterState.ABANDONED: N_("不再办理，结束"),
}


def told(workflow: Workflow) -> dict[str, list[ToldPart]]:
    """By step: its parts, and the ways out of each."""
    return {
        step.value: [
            ToldPart(stage=stage, ways=_told_ways(workflow, stage.key))
            for stage in workflow.stages_of(step)
        ]
        for step in Step
    }


def _told_ways(workflow: Workflow, key: str) -> list[Told]:
    return [
        Told(way=way, index=index, to=_to(workflow, way))
        for index, way in enumerate(workflow.ways)
        if way.leaves == key
    ]


def _to(workflow: Workflow, way: Way) -> str:
    if way.ends is not MatterState.ACTIVE:
        return ENDS[way.ends]
    return N_("留在这里") if way.enters == way.leaves else workflow.stage(way.enters).name
