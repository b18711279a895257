"""Importing a demand list: compared in another process, previewed, confirmed all or nothing."""

import asyncio
import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from tortoise.exceptions import IntegrityError

from deliberation import journal, store
from deliberation.demands.models import DemandIntake
from deliberation.demands.preparing import prepare
from deliberation.demands.service import ON_THE_WAY
from deliberation.demands.taking import (
    remove_changes,
    remove_staged,
    take_changes,
    write_changes,
    write_staged,
)
from deliberation.errors import Code, Refusal
from deliberation.journal.events import DemandsImported
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import community_of, home_of, require_row
from deliberation.sheets import Limits
from deliberation.store import staging
from deliberation.store.aside import computed_aside

PAGE = 1_000
"""Demands read at once for the comparison."""

_FIELDS = {
    "id": "id",
    "number": "number",
    "title": "title",
    "description": "description",
    "domain": "domain",
    "place": "place",
    "source": "source",
    "raised_on": "raised_on",
    "supporters": "supporters_listed",
    "contact_name": "contact_name",
    "contact_phone": "contact_phone",
}
_one_at_a_time = asyncio.Lock()


async def begin(actor: Actor, filename: str, *, at: datetime) -> UUID:
    """An intake that is being prepared; `fill` does the work."""
    actor.require(Permission.IMPORT)
    intake = await DemandIntake.create(
        id=uuid4(),
        community_id=home_of(actor),
        file_name=filename[:200],
        state="preparing",
        report="{}",
        by_id=actor.person,
        created_at=at,
    )
    return intake.id


async def stage(
    actor: Actor, data: bytes, filename: str, *, limits: Limits | None = None, at: datetime
) -> UUID:
    """Read a file and work out what it would do; returns the intake, to be previewed.

    Nothing of the list is written. Raises `sheet.` and `intake.` refusals for the file as a whole;
    what is wrong in single rows stands in the preview.
    """
    intake = await begin(actor, filename, at=at)
    try:
        await fill(intake, data, limits=limits, at=at)
    except Refusal:
        await forget(intake)
        raise
    return intake


async def forget(intake: UUID) -> None:
    """Drop an intake that failed while somebody waited: they have the reason already."""
    await DemandIntake.filter(id=intake, state="failed").delete()


@journal.shielded
async def fill(intake: UUID, data: bytes, *, limits: Limits | None = None, at: datetime) -> None:
    """Prepare an intake, telling its progress; a file that cannot be read leaves it failed."""
    try:
        await _fill(await _row(intake), data, limits or Limits(), at)
    except BaseException as error:
        refusal = error if isinstance(error, Refusal) else Refusal(Code.INTERNAL)
        report = json.dumps({"code": refusal.code.value, "facts": dict(refusal.facts)})
        await DemandIntake.filter(id=intake).update(state="failed", report=report)
        await staging.discard(intake)
        raise


async def _fill(intake: DemandIntake, data: bytes, limits: Limits, at: datetime) -> None:
    community = await require_row(intake.community_id)
    today = at.astimezone(ZoneInfo(community.zone)).date()
    seq = await journal.position(community.id)
    existing = await _existing(community.id)
    done, row = 0, DemandIntake.filter(id=intake.id)
    async for line in computed_aside(prepare, data, intake.file_name, limits, today, existing):
        kind, _, text = line.partition(" ")
        if kind == "rows":
            await row.update(all_rows=int(text))
        elif kind == "report":
            all_rows = (await DemandIntake.get(id=intake.id)).all_rows
            report = f'{{"seq": {seq}, {text[1:]}'
            waiting = DemandIntake.filter(id=intake.id, state="preparing")
            await waiting.update(state="ready", done_rows=all_rows, report=report)
        else:
            await staging.stage_text(intake.id, "demand", kind, text)
            done += 500
            await row.update(done_rows=done)


async def _existing(community: UUID) -> Sequence[str]:
    """The list as JSON that the database makes, page by page: nothing is built row by row here."""
    made = ", ".join(f"'{name}', {column}" for name, column in _FIELDS.items())
    page = "(SELECT * FROM demand WHERE community_id = ? AND state <> ? ORDER BY number"
    source = f"FROM {page} LIMIT ? OFFSET ?) AS d"
    statement = store.sql(
        sqlite=f"SELECT COUNT(*) AS n, json_group_array(json_object({made})) AS page {source}",
        postgres="SELECT COUNT(*) AS n,"
        f" CAST(json_agg(json_build_object({made})) AS text) AS page {source}",
    )
    pages: list[str] = []
    while True:
        rows = await store.read(statement, community, ON_THE_WAY, PAGE, PAGE * len(pages))
        if not rows[0]["n"]:
            return pages
        pages.append(str(rows[0]["page"]))


async def require_intake(actor: Actor, intake: UUID) -> DemandIntake:
    """One of the actor's community. Raises NOT_FOUND."""
    found = await _row(intake)
    actor.check_in(found.community_id)
    return found


async def _row(intake: UUID) -> DemandIntake:
    found = await DemandIntake.get_or_none(id=intake)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


@journal.shielded
async def confirm(
    actor: Actor, intake: UUID, *, skip: Collection[int] = (), at: datetime
) -> dict[str, int]:
    """Take a previewed file over, all or nothing; `skip` are row numbers left out by choice.

    The rows are written unseen, in chunks, and shown by one short unit of work: one statement for
    20,000 rows would keep everybody waiting. Killed in between, nothing is seen, and the next
    confirmation removes it. Raises INTAKE_HAS_ERRORS, INTAKE_SETTLED, and INTAKE_OUTDATED when
    the list was changed since the preview.
    """
    actor.require(Permission.IMPORT)
    community = await community_of(actor)
    async with _one_at_a_time:
        report = await _check(await require_intake(actor, intake))
        await _leave_out(intake, skip)
        await remove_staged(community.id)
        try:
            written = await write_staged(community, intake, report, at)
            await write_changes(intake, report)
            counts = await _show(actor, community, intake, written, at)
        except IntegrityError as error:
            await remove_staged(community.id)
            raise Refusal(Code.INTAKE_OUTDATED) from error
    await remove_changes(intake)
    await staging.discard(intake)
    return counts


async def _show(
    actor: Actor, community: Community, intake: UUID, written: int, at: datetime
) -> dict[str, int]:
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        report = await _check(await require_intake(actor, intake))
        added = await store.write(
            "UPDATE demand SET state = 'listed', merged_into_id = NULL"
            " WHERE community_id = ? AND state = ? AND merged_into_id = ?",
            [community.id, ON_THE_WAY, intake],
        )
        if added != written:
            raise Refusal(Code.INTAKE_OUTDATED)
        changed = await take_changes(intake)
        unchanged = int(report["counts"]["unchanged"])
        await DemandIntake.filter(id=intake).update(state="confirmed")
        if added or changed:
            told = DemandsImported(intake=intake, added=added, changed=changed, unchanged=unchanged)
            entry.tell(told, subject=f"intake:{intake}")
    return {"added": added, "changed": changed, "unchanged": unchanged}


async def _check(intake: DemandIntake) -> dict[str, Any]:
    if intake.state != "ready":
        raise Refusal(Code.INTAKE_SETTLED)
    report: dict[str, Any] = json.loads(intake.report)
    if report["has_errors"]:
        raise Refusal(Code.INTAKE_HAS_ERRORS)
    newer = await store.read(
        "SELECT 1 AS one FROM entry WHERE stream_id = ? AND seq > ?"
        " AND name IN ('demand.raised', 'demands.imported') LIMIT 1",
        intake.community_id,
        report["seq"],
    )
    if newer:
        raise Refusal(Code.INTAKE_OUTDATED)
    return report


async def _leave_out(intake: UUID, skip: Collection[int]) -> None:
    left = sorted(skip)
    for start in range(0, len(left), 500):
        part = left[start : start + 500]
        await staging.leave_out(intake, part)


@journal.shielded
async def discard(actor: Actor, intake: UUID) -> None:
    """Forget a previewed file."""
    actor.require(Permission.IMPORT)
    await require_intake(actor, intake)
    waiting = DemandIntake.filter(id=intake, state__in=["preparing", "ready", "failed"])
    if not await waiting.update(state="discarded"):
        raise Refusal(Code.INTAKE_SETTLED)
    await staging.discard(intake)
