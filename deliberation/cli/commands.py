"""The commands. Exit codes: 0 done; 1 refused or a check failed; 2 wrong usage or settings."""

import contextlib
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from deliberation import papers, store
from deliberation.cli import importing, serving, tallying
from deliberation.cli.checking import Finding, look
from deliberation.cli.demonstrating import demonstrate
from deliberation.cli.desk import (
    Refused,
    opened,
    operator_in,
    run,
    settings_from_environment,
    tell_json,
)
from deliberation.cli.wording import _
from deliberation.cli.yearly import demonstrate_year
from deliberation.clock import SystemClock
from deliberation.config import Settings
from deliberation.keys import secret_key
from deliberation.minutes import service as minutes
from deliberation.minutes.exporting import Exported
from deliberation.people.roles import Actor
from deliberation.people.service import communities
from deliberation.sheets import Limits
from deliberation.tally.files.reading import Kind
from deliberation.tally.names import Method

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_DRY_RUN = click.option("--dry-run", is_flag=True, help=_("只预览，不导入。"))
_AS_JSON = click.option("--json", "as_json", is_flag=True, help=_("按JSON输出预览。"))
_COMMUNITY = click.option(
    "--community", default="", help=_("导入到哪个社区（名称）；只有一个社区时不用写。")
)


_ABOUT = _("社区议事：需求清单、议程、现场会议和表决、纪要、日历。")
_HOW = _(
    "设置从环境变量（DELIBERATION_…）读取。退出码：0完成；1被拒绝或检查未通过；2用法或设置有误。"
)


@click.group(help=f"{_ABOUT}\n\n{_HOW}", context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Everything that can be done from the command line."""


@main.command(help=_("启动服务，直到停止。"))
def serve() -> None:
    sys.exit(serving.serve())


@main.command(help=_("把数据库升级到这个版本；SQLite文件会先备份。"))
def migrate() -> None:
    settings = settings_from_environment()
    names = run(_migrate(settings))
    click.echo("\n".join(names) if names else _("数据库已是这个版本。"))


async def _migrate(settings: Settings) -> list[str]:
    try:
        return await store.migrate(settings.store_url)
    except OSError as error:
        raise Refused(_("数据库打不开：{error}", error=error)) from error


@main.command("import-demands", help=_("导入需求清单FILE（xlsx、xls或csv）；有一处错就都不导入。"))
@_FILE
@_DRY_RUN
@_AS_JSON
@_COMMUNITY
def import_demands(file: Path, dry_run: bool, as_json: bool, community: str) -> None:
    settings, wanted = _wanted(file, dry_run=dry_run, as_json=as_json)
    work = partial(importing.import_demands, wanted=wanted, clock=SystemClock())
    run(_in_community(settings, community, work))


@main.command("import-people", help=_("导入住户名册FILE（xlsx、xls或csv）；有一处错就都不导入。"))
@_FILE
@_DRY_RUN
@_AS_JSON
@_COMMUNITY
def import_people(file: Path, dry_run: bool, as_json: bool, community: str) -> None:
    settings, wanted = _wanted(file, dry_run=dry_run, as_json=as_json)
    key = secret_key(settings)
    work = partial(importing.import_people, wanted=wanted, clock=SystemClock(), key=key)
    run(_in_community(settings, community, work))


def _wanted(file: Path, *, dry_run: bool, as_json: bool) -> tuple[Settings, importing.Import]:
    settings = settings_from_environment()
    return settings, importing.Import(
        name=file.name,
        data=file.read_bytes(),
        limits=Limits(size=settings.upload_bytes),
        dry_run=dry_run,
        as_json=as_json,
    )


async def _in_community(
    settings: Settings, name: str, work: Callable[[Actor], Awaitable[None]]
) -> None:
    """Do what needs a community. Raises Refused when there is none, or it is unclear which."""
    async with opened(settings):
        await work(operator_in(await _community_named(name)))


async def _community_named(name: str) -> UUID:
    all_of_them = await communities()
    found = [row for row in all_of_them if name in ("", row.name)]
    if not all_of_them:
        raise Refused(_("还没有建立社区。请先启动服务，打开网页建立。"))
    if len(found) != 1:
        names = "、".join(row.name for row in all_of_them)
        raise Refused(_("请用--community写明是哪个社区：{names}", names=names))
    return found[0].id


@main.command("export-minutes", help=_("导出会议MEETING（编号）的纪要，草稿也可以。"))
@click.argument("meeting", type=click.UUID)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["pdf", "md", "html", "json"]),
    default="md",
    show_default=True,
    help=_("文件格式。"),
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help=_("写到哪个文件；不写就输出到屏幕。"),
)
def export_minutes(meeting: UUID, kind: str, output: Path | None) -> None:
    data = run(_export(settings_from_environment(), meeting, kind))
    if output is None:
        sys.stdout.buffer.write(data)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise Refused(_("写不了{path}：{error}", path=output, error=error.strerror)) from error


async def _export(settings: Settings, meeting: UUID, kind: str) -> bytes:
    how = Exported(fonts=Path(settings.fonts) if settings.fonts else None)
    async with opened(settings):
        try:
            return await minutes.export(meeting, kind, how)
        finally:
            papers.close_papers()


@main.command(
    help=_(
        "给一份选票文件FILE（BLT、PrefLib、Pabulib或csv；-为标准输入）计票，不需要设置和数据库。"
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--method", type=click.Choice(list(map(str, Method))), help=_("计票方法；不写就按文件。")
)
@click.option("--seats", type=click.IntRange(1, 10_000), help=_("名额；不写就按文件。"))
@click.option(
    "--tie-break",
    type=click.Choice(["list", "lot"]),
    help=_("并列时按名单次序（list）还是抽签（lot）；不写就保留并列。"),
)
@click.option("--lot-seed", metavar="TEXT", help=_("抽签的种子，和--tie-break lot一起用。"))
@click.option(
    "--completion",
    type=click.Choice(["none", "add1", "add1u", "greedy"]),
    default="add1u",
    show_default=True,
    help=_("均等份额法剩下的钱怎么用。"),
)
@click.option("--format", "kind", type=click.Choice(list(map(str, Kind))), help=_("文件格式。"))
@click.option("--json", "as_json", is_flag=True, help=_("按JSON输出。"))
def tally(file: str, tie_break: str | None, lot_seed: str | None, **how: Any) -> None:
    if (tie_break == "lot") != (lot_seed is not None):
        raise click.UsageError(_("--tie-break lot和--lot-seed要一起用。"))
    method, kind = how.pop("method"), how.pop("kind")
    tallying.tally(
        tallying.Wanted(
            path=file,
            kind=kind and Kind(kind),
            method=method and Method(method),
            tie_break=tie_break,
            lot_seed=lot_seed,
            **how,
        )
    )


@main.command(help=_("自检：设置、密钥、网址、字体、数据库、记录是否前后相接。"))
@click.option("--json", "as_json", is_flag=True, help=_("按JSON输出。"))
def check(as_json: bool) -> None:
    findings = run(_look(settings_from_environment()))
    is_well = all(finding.is_well for finding in findings)
    if as_json:
        shown = [{"name": f.name, "ok": f.is_well, "words": f.says} for f in findings]
        tell_json({"ok": is_well, "findings": shown})
    else:
        for finding in findings:
            click.echo(f"{_('通过') if finding.is_well else _('未通过')}  {finding.says}")
    if not is_well:
        sys.exit(1)


async def _look(settings: Settings) -> list[Finding]:
    return [finding async for finding in look(settings)]


@main.command(help=_("在数据文件夹的demo里装入演示社区，今天就开会，模拟居民进场、发言、投票。"))
@click.option("--finish", is_flag=True, help=_("自动开完会，写出纪要就结束。"))
@click.option("--year", is_flag=True, help=_("改为装入过去一年：12次议事日，185件需求。"))
@click.option(
    "--residents",
    type=click.IntRange(6, 300),
    default=60,
    show_default=True,
    help=_("多少位模拟居民。"),
)
def demo(finish: bool, residents: int, year: bool) -> None:
    settings = settings_from_environment()
    with contextlib.suppress(KeyboardInterrupt):  # how somebody who watched ends it
        if year:
            run(demonstrate_year(settings, finish=finish))
        else:
            run(demonstrate(settings, residents=residents, finish=finish))
