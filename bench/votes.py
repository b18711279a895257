"""Everybody votes at once: durable, answered votes a second and what each costs the server.

    python -m bench.votes [--voters 10000] [--postgres] [--rounds 3] [--quick] [--json FILE]

All voters are connected and have joined one meeting with an open ballot; all votes are sent as
fast as they can be; the time runs from the first vote sent to the last answer. Beside it: node
`ws`, which keeps votes in memory only, and the same tables with one ORM `create` a vote.
"""

import contextlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.support import rivals, stored
from bench.support.client import clients
from bench.support.databases import Template, cluster
from bench.support.processes import cost_of
from bench.support.rivals import Running
from bench.support.rounds import Contender, Measured, Rounds, Target, figure, parser, tell
from bench.support.seeding import Seat, Size
from bench.support.service import service

OURS, OURS_POSTGRES = "ours, SQLite", "ours, PostgreSQL"
NODE, ORM = "node ws, in memory", "one ORM create a vote"
KEYS = ("votes/s", "CPU µs", "ack p50 ms", "ack p99 ms", "votes", "lost", "client CPU %")


def burst(running: Running, seats: Sequence[Seat], folder: Path) -> dict[str, float]:
    """All vote at once; what was measured."""
    process, port = running
    with clients(seats, [port], folder) as phones:
        phones.joined()
        phones.listen(1)
        before = cost_of(process.pid)
        voted = phones.vote(len(seats), seconds=0)
        spent = cost_of(process.pid).since(before)
    answered = voted["answered"] or 1
    return {
        "votes/s": answered / (voted["vote_seconds"] or 1),
        "CPU µs": spent.cpu / answered * 1e6,
        "ack p50 ms": voted["acks_ms"]["p50"],
        "ack p99 ms": voted["acks_ms"]["p99"],
        "votes": answered,
        "lost": len(seats) - voted["answered"] + voted["unasked"],
        "client CPU %": voted["cpu_seconds"] / voted["seconds"] * 100,
    }


class Bench:
    """The contenders; each round has fresh databases."""

    def __init__(self, folder: Path, voters: int, orm_voters: int) -> None:
        self._folder, self._voters, self._orm_voters = folder, voters, orm_voters
        self.sqlite = Template(folder, Size(households=voters))
        self.postgres: Template | None = None

    def ours(self, _round: int) -> Measured:
        return self._ours(self.sqlite)

    def ours_on_postgres(self, _round: int) -> Measured:
        assert self.postgres is not None
        return self._ours(self.postgres)

    def _ours(self, template: Template) -> Measured:
        url = template.copy()
        with service(url, self._folder) as running:
            measured = burst(running, template.city.seats, self._folder)
        counted = sum(stored.vote_counts(url).values())
        measured["lost"] += self._voters - counted
        return measured

    def node(self, _round: int) -> Measured:
        with rivals.node(self._folder) as running:
            return burst(running, self.sqlite.city.seats, self._folder)

    def orm(self, _round: int) -> Measured:
        seats = self.sqlite.city.seats[: self._orm_voters]
        with rivals.orm(self.sqlite.copy(), self._folder) as running:
            return burst(running, seats, self._folder)


def targets(rounds: Rounds, ours: str) -> list[Target]:
    rate = "votes/s"
    return [
        Target(
            what=f"{ours}: votes/s ÷ node in memory",
            value=rounds.ratio(ours, NODE, rate),
            limit=1.0,
            is_least=True,
        ),
        Target(
            what=f"{ours}: votes/s ÷ one ORM create a vote",
            value=rounds.ratio(ours, ORM, rate),
            limit=15,
            is_least=True,
        ),
        Target(what=f"{ours}: votes lost", value=rounds.median(ours, "lost"), limit=0),
    ]


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--voters", type=int, default=10_000)
    options.add_argument("--orm-voters", type=int, default=2_000)
    options.add_argument("--postgres", action="store_true", help="also on PostgreSQL")
    given = options.parse_args()
    voters, few = (200, 100) if given.quick else (given.voters, given.orm_voters)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        bench = Bench(Path(folder), voters, few)
        contenders = [Contender(name=OURS, measure=bench.ours)]
        if given.postgres:
            server = stack.enter_context(cluster())
            bench.postgres = Template(Path(folder), Size(households=voters), server)
            contenders.append(Contender(name=OURS_POSTGRES, measure=bench.ours_on_postgres))
        contenders.append(Contender(name=NODE, measure=bench.node))
        contenders.append(Contender(name=ORM, measure=bench.orm))
        rounds = Rounds(contenders, 1 if given.quick else given.rounds)
    found = [t for c in contenders if c.name.startswith("ours") for t in targets(rounds, c.name)]
    tell(
        f"Burst of {figure(voters)} votes, medians of {rounds.count} rounds",
        ["server", *KEYS],
        rounds.rows(KEYS),
        targets=found,
        details={"rounds": rounds.found, "missing": rounds.missing},
        json_to=given.json,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
