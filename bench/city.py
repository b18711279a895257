"""A whole city on one process: every room of it votes at the same time, with tallies running.

    python -m bench.city [--rooms 78] [--voters 240] [--seconds 10] [--rounds 3] [--postgres]
    python -m bench.city --one-room 5000
    python -m bench.city --soak [SECONDS] [--one-room 5000]
    (each also [--quick] [--json FILE])

Every voter is connected and votes at a random instant of the seconds. None may be lost: every vote
is answered once, and every ballot has a vote of each household. The soak goes on for ten minutes
with new, repeated and changed votes while people leave and come back; its tail is of the whole run.
"""

import argparse
import contextlib
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.support import stored
from bench.support.client import Clients, Result, clients
from bench.support.databases import Template, cluster
from bench.support.processes import Cost, cost_of
from bench.support.rounds import Contender, Measured, Rounds, Target, figure, parser, tell
from bench.support.seeding import Size
from bench.support.service import service

KEYS = (
    "acked",
    "lost",
    "ack p50 ms",
    "ack p99 ms",
    "ack max ms",
    "least tally Hz",
    "widest gap s",
    "server core %",
    "CPU µs/vote",
    "MB",
    "fill s",
)
FILL_SECONDS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`soak` is its length in seconds; 0: all vote once within `seconds`."""

    folder: Path
    template: Template
    seconds: float
    soak: float
    votes_a_second: float
    moves_a_second: float

    def measure(self, _round: int) -> Measured:
        url, seats = self.template.copy(), self.template.city.seats
        with (
            service(url, self.folder) as (process, port),
            clients(seats, [port], self.folder) as phones,
        ):
            filled = phones.joined(seconds=FILL_SECONDS)
            phones.listen(2)
            before = cost_of(process.pid)
            voted = self._vote(phones)
            after = cost_of(process.pid)
            answered = phones.dump(self.folder)
        lost = stored.lost(url, seats, answered) + voted["unasked"]
        lost += voted["sent"] - voted["answered"]
        if not self.soak:
            lost += len(seats) - sum(stored.vote_counts(url).values())
        return _figures(voted, after, after.since(before), lost, filled["seconds"])

    def _vote(self, phones: Clients) -> Result:
        if self.soak:
            votes, moves = self.votes_a_second, self.moves_a_second
            return phones.soak(self.soak, votes=votes, moves=moves)
        return phones.vote(phones.count, seconds=self.seconds)


def _figures(voted: Result, now: Cost, spent: Cost, lost: int, filled: float) -> Measured:
    return {
        "acked": voted["answered"],
        "lost": lost,
        "ack p50 ms": voted["acks_ms"]["p50"],
        "ack p99 ms": voted["acks_ms"]["p99"],
        "ack max ms": voted["acks_ms"]["max"],
        "least tally Hz": voted["turnout"]["least_per_second"],
        "widest gap s": voted["turnout"]["widest_gap_seconds"],
        "server core %": spent.cpu / voted["seconds"] * 100,
        "CPU µs/vote": spent.cpu / max(1, voted["answered"]) * 1e6,
        "MB": now.memory / 1e6,
        "MB more": spent.memory / 1e6,
        "fill s": filled,
        "client CPU %": voted["cpu_seconds"] / voted["seconds"] * 100,
        "closed": voted["closed"],
    }


def targets(rounds: Rounds, name: str, given: argparse.Namespace) -> list[Target]:
    limit = 120 if given.soak else 60 if given.one_room else 300
    found = [
        Target(what="votes lost", value=rounds.median(name, "lost"), limit=0),
        Target(what="ack p99 ms", value=rounds.median(name, "ack p99 ms"), limit=limit),
    ]
    if not given.soak:  # a changed vote does not change the turnout
        slowest = rounds.median(name, "least tally Hz")
        found.append(Target(what="least tally Hz", value=slowest, limit=1, is_least=True))
    return found


def options() -> argparse.ArgumentParser:
    made = parser(__doc__)
    made.add_argument("--rooms", type=int, default=78)
    made.add_argument("--voters", type=int, default=240, help="of each room")
    made.add_argument("--one-room", type=int, metavar="VOTERS", help="instead of many rooms")
    made.add_argument("--seconds", type=float, default=10, help="within which all vote")
    made.add_argument("--soak", type=float, nargs="?", const=600, default=0, metavar="SECONDS")
    made.add_argument("--votes-a-second", type=float, default=250, help="of the soak")
    made.add_argument("--moves-a-second", type=float, default=20, help="of the soak")
    made.add_argument("--postgres", action="store_true", help="instead of SQLite")
    return made


def shrunk(given: argparse.Namespace) -> argparse.Namespace:
    given.rooms, given.voters, given.seconds, given.rounds = 3, 30, 2, 1
    given.one_room = 100 if given.one_room else None
    given.soak = 4 if given.soak else 0
    given.votes_a_second = 50
    return given


def main() -> int:
    given = options().parse_args()
    given = shrunk(given) if given.quick else given
    given.rounds = 1 if given.soak else given.rounds
    rooms, voters = (1, given.one_room) if given.one_room else (given.rooms, given.voters)
    name = f"{rooms} × {figure(voters)}"
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        server = stack.enter_context(cluster()) if given.postgres else None
        bench = Bench(
            folder=Path(folder),
            template=Template(Path(folder), Size(meetings=rooms, households=voters), server),
            seconds=given.seconds,
            soak=given.soak,
            votes_a_second=given.votes_a_second,
            moves_a_second=given.moves_a_second,
        )
        rounds = Rounds([Contender(name=name, measure=bench.measure)], given.rounds)
    how = f"soak of {given.soak:g} s" if given.soak else f"all vote within {given.seconds:g} s"
    tell(
        f"{rooms} rooms of {figure(voters)} voters, {how}, medians of {rounds.count} rounds",
        ["rooms", *KEYS],
        rounds.rows(KEYS),
        targets=targets(rounds, name, given),
        details={"rounds": rounds.found, "missing": rounds.missing},
        json_to=given.json,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
