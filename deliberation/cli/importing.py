"""Importing lists from the command line: the same preview and rules as in the pages."""

import json
from dataclasses import dataclass
from typing import Any

import click

from deliberation.cli.desk import Refused, tell_json
from deliberation.cli.wording import _, terminal_language
from deliberation.clock import Clock
from deliberation.demands import intaking as demands
from deliberation.errors import Code
from deliberation.i18n import N_
from deliberation.i18n.catalogs import translations_for, words_for
from deliberation.people import intaking as people
from deliberation.people.roles import Actor
from deliberation.sheets import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A file to be taken over, and how."""

    name: str
    data: bytes
    limits: Limits
    dry_run: bool
    as_json: bool


async def import_demands(operator: Actor, wanted: Import, clock: Clock) -> None:
    """Preview and, unless it is a dry run, take over. Raises Refused when the file has errors."""
    intake = await demands.stage(
        operator, wanted.data, wanted.name, limits=wanted.limits, at=clock.now()
    )
    report = json.loads((await demands.require_intake(operator, intake)).report)
    if _is_taken(wanted, report):
        await demands.confirm(operator, intake, at=clock.now())
    else:
        await demands.discard(operator, intake)
    _tell(wanted, report)


async def import_people(operator: Actor, wanted: Import, clock: Clock, key: bytes) -> None:
    """The same for a list of households and residents; `key` makes their cards."""
    intake = await people.stage(
        operator, wanted.data, wanted.name, key=key, limits=wanted.limits, at=clock.now()
    )
    report = json.loads((await people.require_intake(operator, intake)).report)
    if _is_taken(wanted, report):
        await people.confirm(operator, intake, at=clock.now())
    else:
        await people.discard(operator, intake)
    _tell(wanted, report)


def _is_taken(wanted: Import, report: dict[str, Any]) -> bool:
    return not wanted.dry_run and not report["has_errors"]


def _tell(wanted: Import, report: dict[str, Any]) -> None:
    is_taken = _is_taken(wanted, report)
    if wanted.as_json:
        tell_json({"imported": is_taken, **report})
    else:
        _tell_in_words(report)
        click.echo(_("已导入。") if is_taken else _("没有导入。"))
    if report["has_errors"]:
        raise Refused(_("文件有错，什么都没有导入。"))


def _tell_in_words(report: dict[str, Any]) -> None:
    for problem in report["problems"]:
        where = _("第{row}行 {column}", row=problem["row"], column=problem["column"] or "")
        click.echo(f"{where}：{_words(problem)}")
    counts = report["counts"]
    click.echo("，".join(f"{_(word)}{counts[name]}" for name, word in _COUNTED if name in counts))


_COUNTED = (
    ("added", N_("新增")),
    ("changed", N_("更改")),
    ("unchanged", N_("不变")),
    ("twins", N_("可能重复")),
    ("problems", N_("问题")),
)


def _words(problem: dict[str, Any]) -> str:
    return words_for(Code(problem["code"]), problem["facts"], translations_for(terminal_language()))
