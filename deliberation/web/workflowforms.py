"""A workflow as the fields of one form, and back: all fields are read at every press, so that
nothing typed is lost; what was pressed (`do`) says what is done besides."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.canonical import canonical
from deliberation.matters import redrawing, soundness
from deliberation.matters.prototypes import movers_of, optional_of
from deliberation.matters.soundness import MOST_DAYS
from deliberation.matters.stages import Limits, Workflow
from deliberation.matters.steps import Condition, Evidence, Mover, Step
from deliberation.matters.wording import LIMITS
from deliberation.web.visit import Visit

PREVIEW, ADD = "preview", "add"
_LONGEST_DRAFT = 100_000
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(slots=True, kw_only=True)
class Tried:
    """What came of the fields; `errors` by field, `typed` what could not be used."""

    workflow: Workflow
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)


def draft_text(workflow: Workflow) -> str:
    """The draft as it travels in the form."""
    return canonical(workflow.to_json())


def draft_from(visit: Visit) -> Workflow:
    """Raises BAD_REQUEST for what no page of ours has sent."""
    try:
        data = json.loads(visit.text("draft", limit=_LONGEST_DRAFT))
    except ValueError as error:
        raise Refusal(Code.BAD_REQUEST) from error
    if not isinstance(data, dict):
        raise Refusal(Code.BAD_REQUEST)
    draft = Workflow.from_json(data)
    if not soundness.has_shape(draft):
        raise Refusal(Code.BAD_REQUEST)
    return replace(draft, version=visit.number("based_on"))


def read(visit: Visit, workflow: Workflow) -> Tried:
    """The draft with all that stands in the form."""
    tried = Tried(workflow=workflow)
    reader = _Reader(visit, tried)
    reader.titles()
    for stage in workflow.stages:
        reader.part(stage.key)
    for index in range(len(workflow.ways)):
        reader.way(index)
    reader.limits()
    pressed, _sign, key = visit.text("do", limit=40).partition(":")
    reader.press(pressed, key)
    return tried


class _Reader:
    def __init__(self, visit: Visit, tried: Tried) -> None:
        self._visit = visit
        self._tried = tried

    def _edit(self, edit: Callable[..., Workflow], *args: object, **more: object) -> None:
        self._tried.workflow = edit(self._tried.workflow, *args, **more)

    def _has(self, name: str) -> bool:
        return name in self._visit.form

    def _chosen(self, name: str, words: type[_Word]) -> list[_Word]:
        """Those of several boxes that are ticked."""
        try:
            return [words(str(value)) for value in self._visit.form.getlist(name)]
        except ValueError:
            raise Refusal(Code.FIELD_INVALID, field=name) from None

    def _number(self, name: str, called: str, least: int, most: int) -> int | None:
        """The number of the field; None, with its fault, for what is none or out of bounds."""
        text = self._visit.text(name, limit=40)
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else -1
        if least <= number <= most:
            return number
        say = self._visit.translations.gettext
        words = say(N_("“{field}”写一个{least}到{most}的整数。"))
        self._tried.errors[name] = words.format(field=called, least=least, most=most)
        self._tried.typed[name] = text
        return None

    def titles(self) -> None:
        if self._has("title"):
            name, source = self._visit.text("title", limit=200), self._visit.text("source")
            self._edit(redrawing.entitle, name=name, source=source[:400])

    def part(self, key: str) -> None:
        if not self._has(f"name-{key}"):
            return
        self._edit(redrawing.rename, key, self._visit.text(f"name-{key}", limit=200))
        called = self._visit.translations.gettext(N_("等几天"))
        days = self._number(f"days-{key}", called, 0, MOST_DAYS)
        if days is not None:
            self._edit(redrawing.set_wait, key, days)
        self._edit(redrawing.set_evidence, key, self._chosen(f"evidence-{key}", Evidence))

    def way(self, index: int) -> None:
        """Only what is in the form: a way may have nothing that can be chosen."""
        if self._has(f"way-{index}"):
            self._edit(redrawing.switch, index, is_off=not self._has(f"on-{index}"))
            self._edit(redrawing.require, index, self._chosen(f"if-{index}", Condition))
        if self._has(f"by-{index}"):
            (by,) = self._chosen(f"by-{index}", Mover)[:1]
            self._edit(redrawing.set_mover, index, by)

    def limits(self) -> None:
        now: dict[str, int] = msgspec.structs.asdict(self._tried.workflow.limits)
        for name, (words, least, most) in LIMITS.items():
            if self._has(name):
                called = self._visit.translations.gettext(words)
                number = self._number(name, called, least, most)
                now[name] = now[name] if number is None else number
        self._edit(redrawing.set_limits, Limits(**now))

    def press(self, pressed: str, key: str) -> None:
        match pressed:
            case "remove":
                self._edit(redrawing.remove_part, key)
            case "earlier" | "later":
                self._edit(redrawing.move_part, key, earlier=pressed == "earlier")
            case "add":
                self._add()

    def _add(self) -> None:
        """What is missing is asked for where it is missing; nothing is added then."""
        say, name = self._visit.translations.gettext, self._visit.text("add_name", limit=200)
        days = self._number("add_days", say(N_("等几天")), 0, MOST_DAYS)
        if not name:
            self._tried.errors["add_name"] = say(N_("请填写“{field}”。")).format(
                field=say(N_("名称"))
            )
        for one in ("add_name", "add_days", "add_step", "add_by"):
            self._tried.typed.setdefault(one, self._visit.text(one, limit=200))
        if not name or days is None:
            return
        (step,) = self._chosen("add_step", Step)[:1] or [Step.DECIDE]
        (by,) = self._chosen("add_by", Mover)[:1] or [Mover.SERVICE]
        self._edit(redrawing.add_part, step, name=name, wait_days=days, by=by)
        for one in ("add_name", "add_days", "add_step", "add_by"):
            self._tried.typed.pop(one, None)


def choices_of(workflow: Workflow) -> Mapping[int, tuple[list[Mover], list[Condition]]]:
    """By the way's place in the list: who may do it, and what may be required of it."""
    found = {}
    for index, way in enumerate(workflow.ways):
        step = workflow.stage(way.leaves).step
        found[index] = (list(movers_of(step, way.act)), list(optional_of(step, way.act)))
    return found
