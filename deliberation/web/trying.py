"""A form that was refused: shown again with what was typed, and the words beside the field."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from deliberation.errors import Code, Refusal
from deliberation.web import guarding
from deliberation.web.guarding import Answering
from deliberation.web.pages import words_of
from deliberation.web.visit import Visit

_HIDDEN = ("csrf", "command")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`form` is the one of the page that was sent; `errors` by the id of the field."""

    form: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    status: int = 200

    def value(self, form: str, name: str, usual: object = "") -> str:
        """What was typed into a field of that form, else what stands there usually."""
        return self.typed.get(name, "") if self.form == form else str(usual)

    def error(self, form: str, name: str) -> str:
        return self.errors.get(f"{form}-{name}", "")


UNTRIED = Tried()

Fields = Mapping[str | Code, str]
"""Which field a refusal is about: by its code, or by the field that it names."""


async def tried(visit: Visit, form: str, act: Answering, fields: Fields) -> Tried | None:
    """Do the act of a form once; None when it is done. What concerns no field is raised."""
    try:
        await guarding.done_once(visit, act)
    except Refusal as refusal:
        named = str(refusal.facts.get("field", ""))
        name = fields.get(refusal.code) or fields.get(named) or ""
        if not name:
            raise
        typed = {key: str(value) for key, value in visit.form.items() if key not in _HIDDEN}
        errors = {f"{form}-{name}": words_of(visit, refusal)}
        return Tried(form=form, errors=errors, typed=typed, status=refusal.status)
    return None


def page_number(visit: Visit) -> int:
    """The page that the address asks for, from 1; what is no number is the first."""
    text = visit.query.get("page", "1")
    is_number = text.isascii() and text.isdecimal() and len(text) < 6
    return max(1, int(text)) if is_number else 1
