"""What households said of matters before there were marks from 1 to 5 is kept as marks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from deliberation import store as the_store
from deliberation.matters.models import Evaluation, Rating
from deliberation.store.engine import configuration
from tests.support.databases import Cluster

pytestmark = pytest.mark.anyio

AT = datetime(2026, 10, 1, 2, tzinfo=UTC)
BEFORE = "0005_rules_of_voting"


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path / 'older.sqlite3'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = f"older_{uuid4().hex}"
    yield cluster.create(name)
    cluster.drop(name)


async def migrate_to(url: str, name: str) -> None:
    config = configuration(url)
    async with TortoiseContext() as context:
        await context.init(config, init_connections=False)
        executor = MigrationExecutor(get_connection("default"), config["apps"])
        await executor.migrate([MigrationTarget("models", name)])


async def insert(table: str, **values: object) -> UUID:
    row = {"id": uuid4(), **values}
    names, marks = ", ".join(row), ", ".join("?" for _ in row)
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id"  # noqa: S608  ours
    await the_store.read(statement, *row.values())
    return UUID(str(row["id"]))


async def fill() -> dict[str, UUID]:
    """A matter that is being rated, one that was closed, and one under discussion."""
    community = await insert(
        "community",
        name="演示社区",
        zone="Asia/Shanghai",
        is_demonstration=True,
        feed_uid="演示",
        created_at=AT,
    )
    households = []
    for n in range(3):
        unit = await insert(
            "unit", community_id=community, place_path="", label=f"演示{n}", area_hundredths=1
        )
        households.append(await insert("household", community_id=community, unit_id=unit))
    matters = {}
    for step, state in (("evaluate", "active"), ("evaluate", "closed"), ("discuss", "active")):
        matters[f"{step} {state}"] = await insert(
            "matter",
            community_id=community,
            number=f"{step}-{state}",
            title="演示",
            step=step,
            state=state,
            opened_at=AT,
            stepped_at=AT,
        )
    said = [("evaluate active", s) for s in ("done", "partly", "not")]
    for n, (name, score) in enumerate([*said, ("evaluate closed", "done")]):
        await insert(
            "rating",
            matter_id=matters[name],
            household_id=households[n % 3],
            score=score,
            words="演示：还暗" if score == "not" else "",
            is_journalled=True,
            rated_at=AT,
        )
    return matters


async def test_done_partly_and_not_become_five_three_and_one(empty_url: str) -> None:
    await migrate_to(empty_url, BEFORE)
    await the_store.open_store(empty_url)
    matters = await fill()
    await the_store.close_store()
    assert await the_store.migrate(empty_url)
    await the_store.open_store(empty_url)
    try:
        asked = await Evaluation.get(matter_id=matters["evaluate active"])
        assert (asked.scope, asked.asked, asked.rated, asked.mean) == ("everybody", 3, 3, 300)
        assert (asked.closes_on, asked.closed_at) == (date(2026, 10, 31), None)
        rows = await Rating.filter(evaluation_id=asked.id).order_by("-mark")
        assert [(one.mark, one.words) for one in rows] == [(5, ""), (3, ""), (1, "演示：还暗")]
        ended = await Evaluation.get(matter_id=matters["evaluate closed"])
        assert (ended.rated, ended.mean, ended.outcome, ended.closed_at) == (1, 500, "closed", AT)
        assert await Evaluation.all().count() == 2
    finally:
        await the_store.close_store()
