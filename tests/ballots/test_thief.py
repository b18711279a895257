"""Who has the files of the database after the close does not learn who voted what."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from deliberation import journal, store
from deliberation.ballots import secret
from deliberation.ballots.models import Mark, SecretVote
from deliberation.ballots.votes import Answer, Group
from tests.ballots.precinct import VOTERS, Precinct, precinct
from tests.ballots.thief import Chance, Loot, Thief, in_text, loot_of
from tests.support.databases import Cluster

pytestmark = pytest.mark.anyio

KNOWN, JUDGED = 20, 200


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite://"))


async def told(meeting: UUID, log: Sequence[object]) -> str:
    """The journal and the log, as texts."""
    rows = await store.read("SELECT * FROM entry WHERE stream_id = ?", meeting)
    return json.dumps([*map(dict, rows), *log], default=str)


async def rob(
    url: str, place: Precinct, *, known: int, judged: int, is_first: bool = False
) -> Thief:
    """A robbery after every close; `is_first`: no marks of earlier ballots lie about."""
    thief = Thief()
    with capture_logs() as log:
        for n in range(known + judged):
            log.clear()
            if is_first:
                await Mark.all().delete()
            ballot = await place.open()
            truth = await place.vote(ballot, is_by_groups=n % 4 > 0)
            await place.close(ballot)
            said = await told(place.voting.meeting, log) if n % 20 == 0 else str(log)
            path = path_of(url)
            is_backup = n % 20 == 10
            loot = loot_of(
                store.backup(path, before=str(n)) if is_backup else path, ballot.id, said
            )
            (thief.learn if n < known else thief.steal)(loot, truth)
    return thief


async def test_who_steals_the_files_after_the_close_guesses_no_better_than_from_the_totals(
    sqlite_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await precinct(monkeypatch, seed=2026)
    thief = await rob(sqlite_store, place, known=KNOWN, judged=JUDGED)
    assert not thief.succeeds, thief
    assert await SecretVote.all().count() == 0
    assert await Mark.all().count() == (KNOWN + JUDGED) * VOTERS
    (row,) = await store.read("SELECT COUNT(*) AS n FROM mark WHERE id <> rowid")
    assert row["n"] == 0, "a hidden number counts the rows"


def counting_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys in the order of the casting, on votes that stay."""
    monkeypatch.setattr(secret, "random_id", itertools.count(1).__next__)
    kept(monkeypatch)


def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async def drop(ballot: UUID) -> None:
        """Nothing is deleted."""

    monkeypatch.setattr(secret, "drop", drop)


def unscrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of what is to be written stays as it is."""

    async def scrub() -> None:
        """Nothing is scrubbed."""

    monkeypatch.setattr(secret, "scrub", scrub)


def not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log ends with the close, but what was deleted stays in the pages."""

    async def scrub() -> None:
        await store.read("PRAGMA wal_checkpoint(TRUNCATE)")

    monkeypatch.setattr(secret, "scrub", scrub)


def logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line in the log for every vote."""
    write = secret.write

    async def telling(group: Group) -> dict[int, Answer]:
        for casting in group.values():
            secret._log.info("voted", voter=str(casting.voter), code=casting.receipt)
        return await write(group)

    monkeypatch.setattr(secret, "write", telling)


HIDDEN_NUMBERS = (
    "DROP TABLE mark",
    "DROP TABLE secret_vote",
    "CREATE TABLE mark (id BIGINT NOT NULL PRIMARY KEY, voter_id TEXT, channel TEXT,"
    " ballot_id TEXT, UNIQUE (ballot_id, voter_id))",
    "CREATE TABLE secret_vote (id BIGINT NOT NULL PRIMARY KEY, receipt TEXT, choice TEXT,"
    " ballot_id TEXT, UNIQUE (ballot_id, receipt))",
)
"""Tables whose keys are not the places of their rows, beside which SQLite counts the rows."""


@pytest.mark.parametrize(
    ("broken", "statements"),
    [
        (counting_keys, ()),
        (kept, HIDDEN_NUMBERS),
        (unscrubbed, ()),
        (not_overwritten, ("PRAGMA secure_delete=OFF",)),
        (logged, ()),
    ],
    ids=["keys that count", "hidden row numbers", "no scrubbing", "free pages", "log lines"],
)
async def test_the_thief_succeeds_where_something_is_left(
    sqlite_store: str,
    monkeypatch: pytest.MonkeyPatch,
    broken: Callable[[pytest.MonkeyPatch], None],
    statements: Sequence[str],
) -> None:
    place = await precinct(monkeypatch, seed=7)
    for statement in statements:
        await store.read(statement)
    broken(monkeypatch)
    thief = await rob(sqlite_store, place, known=4, judged=8, is_first=True)
    assert thief.succeeds, thief


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[str]:
    await store.open_store(postgres_url)
    yield postgres_url
    await journal.drain()
    await store.close_store()


async def postgres_loot(cluster: Cluster, ballot: UUID, voters: Sequence[UUID]) -> Loot:
    """What PostgreSQL's rows say of themselves, and what lies in the files of its tables."""
    await store.write("CHECKPOINT")
    marks: dict[str, list[str]] = {"by id": []}
    for order in ("ctid", "xmin::text::bigint", "id"):
        rows = await store.read(_MARKS + order, ballot)
        marks[f"mark by {order}"] = [str(row["voter_id"]) for row in rows]
    (row,) = await store.read("SELECT lines FROM ballot WHERE id = ?", ballot)
    published = {line[0]: line[1] for line in map(json.loads, row["lines"].splitlines())}
    raw = {name: await asyncio.to_thread(_raw, cluster, await _file(name)) for name in TABLES}
    places = [(raw["mark"].find(ballot.bytes + v.bytes), str(v)) for v in voters]
    marks["file"] = [v for _place, v in sorted(places)]
    votes = {
        "file": in_text(raw["secret_vote"].decode("latin-1"), published),
        "list": list(published),
    }
    return Loot(voters=marks, receipts=votes, published=published)


TABLES = ("mark", "secret_vote")
_MARKS = "SELECT voter_id FROM mark WHERE ballot_id = ? ORDER BY "


async def _file(table: str) -> str:
    (row,) = await store.read(f"SELECT pg_relation_filepath('{table}') AS path")
    return str(row["path"])


def _raw(cluster: Cluster, path: str) -> bytes:
    return (cluster.folder / "data" / path).read_bytes()


async def rob_postgres(cluster: Cluster, place: Precinct, *, known: int, judged: int) -> Thief:
    thief = Thief()
    for n in range(known + judged):
        ballot = await place.open()
        truth = await place.vote(ballot, is_by_groups=n % 4 > 0)
        await place.close(ballot)
        loot = await postgres_loot(cluster, ballot.id, place.voters)
        (thief.learn if n < known else thief.steal)(loot, truth)
    return thief


async def test_the_rows_and_files_of_postgresql_tell_the_thief_nothing(
    postgres: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await precinct(monkeypatch, seed=15)
    thief = await rob_postgres(cluster, place, known=5, judged=30)
    assert not thief.succeeds, thief


async def test_dead_rows_of_postgresql_tell_the_thief_everything_until_they_are_scrubbed(
    postgres: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    unscrubbed(monkeypatch)
    place = await precinct(monkeypatch, seed=16)
    thief = await rob_postgres(cluster, place, known=2, judged=6)
    assert thief.succeeds, thief


def test_chance_is_what_laying_votes_beside_voters_at_random_gives() -> None:
    """Three votes a, a, b: guesses in any order are right 3 times in one case of three, and once
    in the two others. The mean is 5/3, the variance (9 + 1 + 1) / 3 - 25/9 = 8/9."""
    chance = Chance.of(["a", "a", "b"])
    assert (chance.mean.numerator, chance.mean.denominator) == (5, 3)
    assert (chance.variance.numerator, chance.variance.denominator) == (8, 9)
