"""The self-test: is this installation fit for a deliberation day?"""

import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from deliberation import journal, store
from deliberation.cli.desk import Refused, is_migrated
from deliberation.cli.wording import _
from deliberation.config import SettingError, Settings
from deliberation.journal.models import Stream
from deliberation.keys import FILE, secret_key
from deliberation.papers.coverage import covered_by
from deliberation.papers.press import FONTS

SAMPLE = "议事日表决结果：赞成、反对、弃权 0123456789㎡"
"""What minutes always contain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `name` is stable, for machines; `says` is for people."""

    name: str
    is_well: bool
    says: str


def _finding(name: str, is_well: bool, well: str, ill: str) -> Finding:
    return Finding(name=name, is_well=is_well, says=well if is_well else ill)


async def look(settings: Settings) -> AsyncIterator[Finding]:
    """Everything that is looked at, in order; settings were understood, or we were not here."""
    yield Finding(name="settings", is_well=True, says=_("设置读得懂"))
    yield _key(settings)
    yield _public_url(settings)
    yield _fonts(settings)
    database = await _database(settings)
    yield database
    if database.is_well:
        yield await _chains(settings)


def _key(settings: Settings) -> Finding:
    try:
        secret_key(settings)
    except SettingError as error:
        return Finding(name="key", is_well=False, says=str(error))
    path = settings.folder / FILE
    if settings.secret_key:
        return Finding(name="key", is_well=True, says=_("密钥来自环境变量"))
    mode = stat.S_IMODE(path.stat().st_mode)
    return _finding(
        "key",
        mode == 0o600,
        _("密钥文件只有本服务能读"),
        _("密钥文件{path}的权限是{mode}，应为600：chmod 600 {path}", path=path, mode=f"{mode:o}"),
    )


def _public_url(settings: Settings) -> Finding:
    return _finding(
        "public_url",
        bool(settings.public_url),
        _("手机用的网址：{url}", url=settings.public_url),
        _("没有设置DELIBERATION_PUBLIC_URL：二维码和日历里的网址只有这台电脑能打开"),
    )


def _fonts(settings: Settings) -> Finding:
    folders = (Path(settings.fonts), FONTS) if settings.fonts else (FONTS,)
    try:
        missing = sorted(set(SAMPLE) - {" "} - covered_by(folders))
    except OSError as error:
        return Finding(name="fonts", is_well=False, says=_("字体读不了：{error}", error=error))
    lacking = _("字体里没有这些字：{letters}", letters="".join(missing))
    return _finding("fonts", not missing, _("纪要的字体齐全"), lacking)


async def _database(settings: Settings) -> Finding:
    try:
        migrated = await is_migrated(settings)
    except Refused as refused:
        return Finding(name="database", is_well=False, says=refused.message)
    return _finding(
        "database",
        migrated,
        _("数据库能用，已是这个版本"),
        _("数据库还没有升级到这个版本：python -m deliberation migrate"),
    )


async def _chains(settings: Settings) -> Finding:
    await store.open_store(settings.store_url)
    try:
        streams = await Stream.all().order_by("id")
        broken = [(s.id, at) for s in streams if (at := await journal.broken_at(s.id)) is not None]
    finally:
        await store.close_store()
    found = "；".join(_("{stream}第{at}条起", stream=stream, at=at) for stream, at in broken)
    return _finding(
        "journal",
        not broken,
        _("{n}本记录前后相接", n=len(streams)),
        _("记录被改动过：{found}", found=found),
    )
