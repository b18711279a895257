"""Importing households and residents: previewed, confirmed all or nothing, with their cards."""

import asyncio
import json
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from deliberation import journal, store
from deliberation.errors import Code, Refusal
from deliberation.journal.events import PeopleImported
from deliberation.people import taking
from deliberation.people.intake import PeopleIntake, read_people
from deliberation.people.known import Known, known_of
from deliberation.people.models import Card
from deliberation.people.models import PeopleIntake as IntakeRow
from deliberation.people.planning import PeoplePlan, plan_people
from deliberation.people.preview import report_of
from deliberation.people.roles import Actor, Permission
from deliberation.people.sameness import remarks, same_owners
from deliberation.people.service import home_of
from deliberation.sheets import Limits, read_table
from deliberation.store import staging


async def stage(
    actor: Actor,
    data: bytes,
    filename: str,
    *,
    key: bytes,
    limits: Limits | None = None,
    at: datetime,
) -> UUID:
    """Read a file and work out what it would do; returns the intake, to be previewed."""
    actor.require(Permission.IMPORT)
    community = home_of(actor)
    seq = await journal.position(community)
    known = await known_of(community)
    taken = {str(lookup) for lookup in await Card.all().values_list("lookup", flat=True)}
    prepared = await asyncio.to_thread(
        _prepare, data, filename, limits or Limits(), known, _Cards(community, key, taken, at)
    )
    row = await IntakeRow.create(
        id=uuid4(),
        community_id=community,
        file_name=filename[:200],
        state="preparing",
        report=report_of(prepared.intake, prepared.plan, seq=seq),
        by_id=actor.person,
        created_at=at,
    )
    if not prepared.intake.has_errors:
        await taking.stage(row.id, prepared.rows, prepared.corrections)
    await IntakeRow.filter(id=row.id).update(state="ready")
    return row.id


@dataclass(frozen=True, slots=True)
class _Cards:
    """What new rows are made with: whose they are, and cards that no other card is like."""

    community: UUID
    key: bytes
    taken: set[str]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    intake: PeopleIntake
    plan: PeoplePlan
    rows: taking.Rows
    corrections: taking.Rows


def _prepare(data: bytes, filename: str, limits: Limits, known: Known, cards: _Cards) -> _Prepared:
    intake = read_people(read_table(data, filename, limits=limits))
    plan = plan_people(intake.households, known.households())
    plan = replace(plan, same=same_owners(plan, known.owners()))
    told = sorted((*intake.problems, *remarks(plan.same)), key=lambda problem: problem.row)
    intake = replace(intake, problems=tuple(told))
    rows, corrections = taking.rows_of(cards.community, plan, cards.key, cards.taken, cards.at)
    return _Prepared(intake=intake, plan=plan, rows=rows, corrections=corrections)


async def require_intake(actor: Actor, intake: UUID) -> IntakeRow:
    """One of the actor's community. Raises NOT_FOUND."""
    found = await IntakeRow.get_or_none(id=intake)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    actor.check_in(found.community_id)
    return found


@journal.shielded
async def confirm(actor: Actor, intake: UUID, *, at: datetime) -> dict[str, int]:
    """Take a previewed file over, all or nothing.

    Raises INTAKE_HAS_ERRORS, INTAKE_SETTLED, INTAKE_OUTDATED.
    """
    actor.require(Permission.IMPORT)
    community = home_of(actor)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await require_intake(actor, intake)
        await _check(found)
        await taking.take(intake, community)
        counts: dict[str, int] = json.loads(found.report)["counts"]
        await IntakeRow.filter(id=intake).update(state="confirmed")
        imported = PeopleImported(
            intake=intake,
            added=counts["added"],
            changed=counts["changed"],
            unchanged=counts["unchanged"],
        )
        if counts["added"] or counts["changed"]:
            entry.tell(imported, subject=f"intake:{intake}")
    await staging.discard(intake)
    return counts


async def _check(intake: IntakeRow) -> None:
    if intake.state != "ready":
        raise Refusal(Code.INTAKE_SETTLED)
    report = json.loads(intake.report)
    if report["has_errors"]:
        raise Refusal(Code.INTAKE_HAS_ERRORS)
    newer = await store.read(
        "SELECT 1 AS one FROM entry WHERE stream_id = ? AND seq > ?"
        " AND name IN ('people.imported', 'ownership.changed', 'role.granted', 'role.withdrawn')"
        " LIMIT 1",
        intake.community_id,
        report["seq"],
    )
    if newer:
        raise Refusal(Code.INTAKE_OUTDATED)


@journal.shielded
async def discard(actor: Actor, intake: UUID) -> None:
    """Forget a previewed file."""
    actor.require(Permission.IMPORT)
    found = await require_intake(actor, intake)
    if found.state != "ready":
        raise Refusal(Code.INTAKE_SETTLED)
    await IntakeRow.filter(id=intake).update(state="discarded")
    await staging.discard(intake)
