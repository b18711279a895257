"""Templates and their filters; knows no domain.

Every rendering is given `translate`, `lang` and `zone`; `step_names` where there are such.
"""

import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from deliberation.i18n import N_
from deliberation.i18n.catalogs import format_date, format_moment, format_number
from deliberation.i18n.sentences import Sentence

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "templates"


_telling: ContextVar[Mapping[str, Any]] = ContextVar("telling")


def _told(name: str) -> Any:
    """What this rendering is in: also for macros, which do not see the template's context."""
    return _telling.get()[name]


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(
        ms=_milliseconds,
        hms=_hours_minutes_seconds,
        hm=_hours_minutes,
        day=_day,
        moment=_moment,
        number=_number,
        said=_said,
        weekday=_weekday,
        dated=_dated,
        renamed=_renamed,
    )
    made.globals.update(new_id=new_id, _=_in_words)
    return made


def new_id() -> str:
    """An id for a form's command."""
    return secrets.token_hex(16)


def _gettext(message: str) -> str:
    return str(_told("translate")(message))


@pass_context
def _in_words(context: Context, message: str, /, **facts: object) -> str:
    """`_("…")` of templates. Without facts the message is text as it stands, and escaped like any
    other: it may be what people wrote (the name of a domain or stage), with `%` or `<` in it.
    Jinja's own would take it for a format and for markup."""
    if not facts:
        return _gettext(message)
    told = context.call(context.resolve("gettext"), message, **facts)
    return cast("str", told)  # markup, in which the facts are escaped


def _ngettext(one: str, many: str, n: int) -> str:
    return str(_told("translate")(one if n == 1 else many))


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _local(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(str(_told("zone"))))


def _hours_minutes_seconds(at: datetime) -> str:
    return _local(at).strftime("%H:%M:%S")


def _hours_minutes(at: datetime) -> str:
    return _local(at).strftime("%H:%M")


def _day(on: date | datetime) -> str:
    shown = _local(on).date() if isinstance(on, datetime) else on
    return format_date(shown, str(_told("lang")))


_WEEKDAYS = (
    N_("星期一"),
    N_("星期二"),
    N_("星期三"),
    N_("星期四"),
    N_("星期五"),
    N_("星期六"),
    N_("星期日"),
)


def _weekday(on: date | datetime) -> str:
    shown = _local(on) if isinstance(on, datetime) else on
    return _gettext(_WEEKDAYS[shown.weekday()])


def _renamed(code: str) -> str:
    """The name of its own that a community gives what the code stands for; empty for none."""
    return str(_telling.get().get("step_names", {}).get(code, ""))


_DATES = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日")


def _dated(text: object) -> Markup:
    """Escaped text in which dates do not break over lines."""
    return Markup(_DATES.sub(r"<time>\g<0></time>", str(escape(text))))  # noqa: S704  escaped


def _moment(at: datetime) -> str:
    return format_moment(at, str(_told("lang")), zone=str(_told("zone")))


def _number(number: int) -> str:
    return format_number(number, str(_told("lang")))


def _said(sentence: Sentence) -> str:
    """A sentence of the rules in the reader's language."""
    return sentence.render(_told("translate"))


ENVIRONMENT = _environment()


def rendered(template: str, context: Mapping[str, Any]) -> str:
    """A template, or a fragment of a page, as HTML."""
    mark = _telling.set(context)
    try:
        return ENVIRONMENT.get_template(template).render(context)
    finally:
        _telling.reset(mark)
