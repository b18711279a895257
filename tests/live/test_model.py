"""Whatever people press, and whenever phones and the service come and go: the ballots are what
the model of them says."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.ballots.voting import Voting
from tests.conftest import TEMPLATE
from tests.live.day import Day, Mornings
from tests.live.house import furnish
from tests.support.databases import Cluster

STEPS = 40


@pytest.fixture
def sqlite_mornings(sqlite_template: Path, tmp_path: Path) -> Mornings:
    def copied(path: Path) -> Path:
        return shutil.copyfile(path, tmp_path / f"{uuid4().hex}.sqlite3")

    furnished: dict[bool, tuple[Path, Voting]] = {}
    for may_change in (True, False):
        path = copied(sqlite_template)
        furnished[may_change] = (
            path,
            asyncio.run(furnish(f"sqlite://{path}", may_change=may_change)),
        )

    def morning(may_change: bool) -> tuple[str, Voting]:
        path, voting = furnished[may_change]
        return f"sqlite://{copied(path)}", voting

    return morning


@pytest.fixture
def postgres_mornings(cluster: Cluster) -> Iterator[Mornings]:
    names: list[str] = []

    def copied(template: str) -> str:
        names.append(f"day_{uuid4().hex}")
        return cluster.create(names[-1], template=template)

    furnished: dict[bool, tuple[str, Voting]] = {}
    for may_change in (True, False):
        voting = asyncio.run(furnish(copied(TEMPLATE), may_change=may_change))
        furnished[may_change] = names[-1], voting

    def morning(may_change: bool) -> tuple[str, Voting]:
        name, voting = furnished[may_change]
        return copied(name), voting

    yield morning
    for name in names:
        cluster.drop(name)


@pytest.mark.parametrize(("engine", "days"), [("sqlite", 8), ("postgres", 4)])
def test_a_days_ballots_are_what_the_model_says(
    request: pytest.FixtureRequest, engine: str, days: int, tmp_path: Path
) -> None:
    mornings: Mornings = request.getfixturevalue(f"{engine}_mornings")

    class DayHere(Day):
        def __init__(self) -> None:
            super().__init__(tmp_path, mornings)

    run_state_machine_as_test(
        DayHere,
        settings=settings(
            max_examples=days,
            stateful_step_count=STEPS,
            suppress_health_check=[HealthCheck.too_slow],  # a service is started for every day
        ),
    )
