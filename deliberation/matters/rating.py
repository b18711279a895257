"""Was it really done? Those who asked for it say so, one word a household."""

from datetime import datetime
from uuid import UUID, uuid4

from deliberation import journal, store
from deliberation.errors import Code, Refusal
from deliberation.journal.events import MatterRated
from deliberation.matters.models import Rating
from deliberation.matters.service import require_matter
from deliberation.matters.steps import MatterState, Step
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import require_community

SCORES = ("done", "partly", "not")


async def rate(actor: Actor, matter: UUID, score: str, words: str = "", *, at: datetime) -> None:
    """A household says whether it was really done; it may change its mind until the end.

    A row of its own: the journal hears of ratings in groups (`journal_ratings`).
    """
    actor.require(Permission.RATE)
    if actor.household is None:
        raise Refusal(Code.NOT_PERMITTED)
    if score not in SCORES:
        raise Refusal(Code.FIELD_INVALID, field="score")
    found = await require_matter(matter)
    if found.step != Step.EVALUATE or found.state != MatterState.ACTIVE:
        raise Refusal(Code.MATTER_NOT_IN_EVALUATION)
    await store.read(
        "INSERT INTO rating (id, matter_id, household_id, score, words, is_journalled, rated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (matter_id, household_id) DO UPDATE SET"
        " score = excluded.score, words = excluded.words, is_journalled = excluded.is_journalled,"
        " rated_at = excluded.rated_at RETURNING id",
        uuid4(),
        matter,
        actor.household,
        score,
        words.strip()[:500],
        False,
        at,
    )


@journal.shielded
async def journal_ratings(*, at: datetime) -> None:
    """Journal ratings that came since the last time, one entry a matter."""
    if not await Rating.exists(is_journalled=False):
        return
    community = await require_community()
    async with journal.record(community.id, actor=None, at=at) as entry:
        rows = await Rating.filter(is_journalled=False)
        await Rating.filter(id__in=[row.id for row in rows]).update(is_journalled=True)
        for matter in sorted({row.matter_id for row in rows}):
            scores = [row.score for row in rows if row.matter_id == matter]
            more = {score: scores.count(score) for score in SCORES if score in scores}
            entry.tell(MatterRated(matter=matter, more=more), subject=f"matter:{matter}")


async def rating_totals(matter: UUID) -> dict[str, int]:
    """How many households said what."""
    scores = [row.score for row in await Rating.filter(matter_id=matter)]
    return {score: scores.count(score) for score in SCORES}
