"""What the commands share: settings, the open database, refusals in words, exit codes."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click

from deliberation import journal, store
from deliberation.cli.wording import _, terminal_language
from deliberation.config import SettingError, Settings
from deliberation.errors import Refusal
from deliberation.i18n.catalogs import translations_for, words_for
from deliberation.people.roles import Actor, Role

R = TypeVar("R")


def operator_in(community: UUID) -> Actor:
    """Who holds the machine and its data folder; the journal names no person for what they do."""
    return Actor(community=community, roles=frozenset({Role.ADMINISTRATOR}))


class Refused(click.ClickException):
    """Something was not done, for a reason that is said: exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


class BadSettings(Refused):
    """The settings cannot be understood: exit code 2, as for wrong usage."""

    exit_code = 2


def words(refusal: Refusal) -> str:
    return words_for(refusal.code, refusal.facts, translations_for(terminal_language()))


def settings_from_environment() -> Settings:
    """The settings. Raises BadSettings."""
    try:
        return Settings.from_environment()
    except SettingError as error:
        raise BadSettings(_("设置有误：{error}", error=error)) from error


def run(work: Coroutine[Any, Any, R]) -> R:
    """Do a command's work; a refusal becomes words and exit code 1."""
    try:
        return asyncio.run(work)
    except Refusal as refusal:
        raise Refused(words(refusal)) from refusal
    except SettingError as error:
        raise BadSettings(_("设置有误：{error}", error=error)) from error


def _is_missing_file(url: str) -> bool:
    return url.startswith("sqlite://") and not Path(url.removeprefix("sqlite://")).exists()


async def is_migrated(settings: Settings) -> bool:
    """Whether the database has this version's schema. A missing SQLite file has none: asking the
    driver about one in a missing folder would wait for ever. Raises Refused when it is out of
    reach."""
    url = settings.store_url
    if _is_missing_file(url):
        return False
    try:
        return not await store.pending(url)
    except Exception as error:  # every engine has exceptions of its own
        raise Refused(_("数据库打不开：{error}", error=error)) from error


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[None]:
    """The database, migrated already. Raises Refused when it is not, or cannot be reached."""
    if not await is_migrated(settings):
        raise Refused(_("数据库还没有升级到这个版本。请先运行：python -m deliberation migrate"))
    await store.open_store(settings.store_url)
    try:
        yield
    finally:
        await journal.drain()
        await store.close_store()


def tell_json(facts: object) -> None:
    click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
