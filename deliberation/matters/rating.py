"""Was it really done? Those who asked for it say so, one mark a household."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID, uuid4

from deliberation import journal, store
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import MatterRated
from deliberation.matters import asking
from deliberation.matters.asking import MARKS, Scope
from deliberation.matters.models import Evaluation, Rating
from deliberation.matters.moving import require_matter
from deliberation.matters.steps import MatterState, Step
from deliberation.people.roles import Actor, Permission

LONGEST_WORDS = 500
MARK_WORDS: Mapping[int, str] = MappingProxyType(
    {1: N_("没办好"), 2: N_("差得多"), 3: N_("办了一部分"), 4: N_("还差一点"), 5: N_("办好了")}
)


@journal.shielded
async def rate(actor: Actor, matter: UUID, mark: int, words: str = "", *, at: datetime) -> None:
    """A household says whether it was really done, from 1 (not) to 5; it may change its mind
    until the asking ends.

    A row of its own: the journal hears of ratings in groups (`journal_ratings`).

    Raises MATTER_NOT_IN_EVALUATION, and EVALUATION_NOT_ASKED for who did not ask for it.
    """
    actor.require(Permission.RATE)
    if actor.household is None:
        raise Refusal(Code.NOT_PERMITTED)
    if mark not in MARKS:
        raise Refusal(Code.FIELD_INVALID, field=N_("评价"))
    found = await require_matter(matter)
    actor.check_in(found.community_id)
    asked = await asking.open_of(matter)
    if found.step != Step.EVALUATE or found.state != MatterState.ACTIVE or asked is None:
        raise Refusal(Code.MATTER_NOT_IN_EVALUATION)
    household, said = actor.household, words.strip()[:LONGEST_WORDS]
    await store.in_one_transaction(lambda: _write(asked, household, mark, said, at))


async def _write(asked: Evaluation, household: UUID, mark: int, words: str, at: datetime) -> None:
    if not await asking.lock(asked.id):
        raise Refusal(Code.MATTER_NOT_IN_EVALUATION)
    if asked.scope == Scope.EVERYBODY:
        await store.read(
            "INSERT INTO household_rating (id, evaluation_id, household_id, words, is_journalled)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (evaluation_id, household_id) DO NOTHING"
            " RETURNING id",
            uuid4(),
            asked.id,
            household,
            "",
            True,
        )
    changed = await Rating.filter(evaluation_id=asked.id, household_id=household).update(
        mark=mark, words=words, is_journalled=False, rated_at=at
    )
    if not changed:
        raise Refusal(Code.EVALUATION_NOT_ASKED)
    await asking.count(asked.id)


async def journal_ratings(*, at: datetime) -> None:
    """Journal ratings that came since the last time, one entry a matter."""
    waiting = await store.read(
        "SELECT DISTINCT m.community_id AS id FROM household_rating r"
        " JOIN evaluation e ON e.id = r.evaluation_id JOIN matter m ON m.id = e.matter_id"
        " WHERE r.is_journalled = ?",
        False,
    )
    for community in sorted(store.identities(waiting)):
        await _journal_ratings(community, at=at)


@journal.shielded
async def _journal_ratings(community: UUID, *, at: datetime) -> None:
    async with journal.record(community, actor=None, at=at) as entry:
        rows = await Rating.filter(
            is_journalled=False, evaluation__matter__community_id=community
        ).prefetch_related("evaluation")
        await Rating.filter(id__in=[row.id for row in rows]).update(is_journalled=True)
        for matter in sorted({row.evaluation.matter_id for row in rows}):
            marks = [row.mark for row in rows if row.evaluation.matter_id == matter]
            more = {str(mark): marks.count(mark) for mark in MARKS if mark in marks}
            entry.tell(MatterRated(matter=matter, more=more), subject=f"matter:{matter}")


async def rating_totals(matter: UUID) -> dict[int, int]:
    """How many households gave which mark when they were last asked."""
    asked = await asking.last_of(matter)
    return await asking.marks_of(asked.id) if asked else dict.fromkeys(MARKS, 0)
