"""Two processes on one PostgreSQL, half of the viewers on each, beside one process with all.

    python -m bench.cluster [--viewers 5000] [--voters 4000] [--rounds 3] [--quick] [--json FILE]

Told are the CPU of both processes together for each message delivered (as in bench.fanout, both on
the server's core), and a burst of votes on both of which none may be lost.
"""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.support import stored
from bench.support.client import clients
from bench.support.databases import Template, cluster
from bench.support.rounds import Contender, Measured, Rounds, Target, figure, parser, tell
from bench.support.seeding import Size
from bench.support.service import service
from bench.support.telling import Servers, costing, measured, meeting_goes_on, voters_in

ONE, TWO = "one process", "two processes"
KEYS = (
    "CPU µs",
    "all in µs",
    "spread p99 ms",
    "bytes",
    "messages",
    "votes/s",
    "CPU µs/vote",
    "ack p99 ms",
    "lost",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`voters` of the viewers vote in the burst."""

    folder: Path
    template: Template
    voters: int
    seconds: float

    def one(self, _round: int) -> Measured:
        return self._measured(1)

    def two(self, _round: int) -> Measured:
        return self._measured(2)

    def _measured(self, processes: int) -> Measured:
        city, seats = self.template.city, self.template.city.seats
        with self._servers(self.template.copy(), processes) as servers:
            drive = meeting_goes_on(city, servers.ports[0], self.seconds)
            few = voters_in(self.seconds)
            telling, _result = measured(servers, seats, few, drive, self.folder)
        return {**telling, **self._burst(processes)}

    def _burst(self, processes: int) -> Measured:
        url, seats = self.template.copy(), self.template.city.seats[: self.voters]
        with (
            self._servers(url, processes) as servers,
            clients(seats, servers.ports, self.folder) as phones,
        ):
            phones.joined()
            phones.listen(1)
            with costing(servers) as spent:
                voted = phones.vote(len(seats), seconds=0)
            answered = phones.dump(self.folder)
        lost = stored.lost(url, seats, answered) + len(seats) - voted["answered"]
        return {
            "votes/s": voted["answered"] / (voted["vote_seconds"] or 1),
            "CPU µs/vote": spent[0].cpu / len(seats) * 1e6,
            "ack p99 ms": voted["acks_ms"]["p99"],
            "lost": lost + voted["unasked"],
        }

    @contextlib.contextmanager
    def _servers(self, url: str, processes: int) -> Iterator[Servers]:
        with contextlib.ExitStack() as stack:
            running = [
                stack.enter_context(service(url, self.folder / f"process{n}"))
                for n in range(processes)
            ]
            yield Servers(
                pids=[process.pid for process, _port in running],
                ports=[port for _process, port in running],
            )


def targets(rounds: Rounds) -> list[Target]:
    return [
        Target(
            what="CPU a message, two processes ÷ one",
            value=rounds.ratio(TWO, ONE, "CPU µs"),
            limit=1.1,
        ),
        Target(what="votes lost on two processes", value=rounds.median(TWO, "lost"), limit=0),
    ]


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--viewers", type=int, default=5_000)
    options.add_argument("--voters", type=int, default=4_000, help="in the burst")
    options.add_argument("--seconds", type=float, default=12, help="of telling, in each round")
    given = options.parse_args()
    viewers, voters = (150, 100) if given.quick else (given.viewers, given.voters)
    with tempfile.TemporaryDirectory() as folder, cluster() as server:
        bench = Bench(
            folder=Path(folder),
            template=Template(Path(folder), Size(households=viewers), server),
            voters=min(voters, viewers),
            seconds=3.0 if given.quick else given.seconds,
        )
        contenders = [
            Contender(name=ONE, measure=bench.one),
            Contender(name=TWO, measure=bench.two),
        ]
        rounds = Rounds(contenders, 1 if given.quick else given.rounds)
    tell(
        f"{figure(viewers)} viewers on PostgreSQL, medians of {rounds.count} rounds",
        ["service", *KEYS],
        rounds.rows(KEYS),
        targets=targets(rounds),
        details={"rounds": rounds.found, "missing": rounds.missing},
        json_to=given.json,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
