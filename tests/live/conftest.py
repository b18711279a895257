"""An open ballot on either engine: made once a run, copied for every test."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from tests.conftest import TEMPLATE
from tests.live.voting import Voting, open_voting
from tests.support.databases import Cluster

VOTING = "voting"


@pytest.fixture(scope="session")
def _voting_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Voting:
    path = tmp_path_factory.mktemp("voting") / "voting.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return asyncio.run(open_voting(f"sqlite://{path}"))


@pytest.fixture(scope="session")
def _voting_database(cluster: Cluster) -> Voting:
    return asyncio.run(open_voting(cluster.create(VOTING, template=TEMPLATE)))


@pytest.fixture
def sqlite_voting(_voting_file: Voting, tmp_path: Path) -> Voting:
    """An open ballot in a SQLite file of this test's own."""
    path = tmp_path / "deliberation.sqlite3"
    shutil.copyfile(_voting_file.url.removeprefix("sqlite://"), path)
    return replace(_voting_file, url=f"sqlite://{path}")


@pytest.fixture
def postgres_voting(_voting_database: Voting, cluster: Cluster) -> Iterator[Voting]:
    """An open ballot in a PostgreSQL database of this test's own."""
    name = f"voting_{uuid4().hex}"
    yield replace(_voting_database, url=cluster.create(name, template=VOTING))
    cluster.drop(name)


@pytest.fixture(params=["sqlite", "postgres"])
def voting(request: pytest.FixtureRequest) -> Voting:
    """The same test on both engines."""
    opened: Voting = request.getfixturevalue(f"{request.param}_voting")
    return opened
