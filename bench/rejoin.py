"""Everybody comes back at once: how long until all are up to date.

    python -m bench.rejoin [--clients 10000] [--rounds 3] [--quick] [--json FILE]

Residents have joined a meeting. "dropped": all but one lose their connection, the chair acts, and
all connect again as fast as they can with `hello{since}`. "restarted": the service is stopped and
started while they keep trying. Current is who has what happened and what is their own (`mine`);
the time runs from the first that gets through (after a restart) or dials (after a drop) to the
last that is current.
"""

import sys
import tempfile
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.support.client import Clients, Result, clients
from bench.support.databases import Template
from bench.support.processes import cost_of
from bench.support.rounds import Contender, Measured, Rounds, Target, figure, parser, tell
from bench.support.seeding import Size
from bench.support.service import chair, service

DROPPED, RESTARTED = "all dropped by the network", "service restarted"
KEYS = ("seconds", "first fill seconds", "server CPU ms/client", "stale", "joined", "join p99 ms")
PATIENCE_SECONDS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    folder: Path
    count: int
    template: Template

    def dropped(self, _round: int) -> Measured:
        city, (meeting, ballot) = self.template.city, self.template.city.ballots[0]
        url = self.template.copy()
        with service(url, self.folder) as (process, port), self._phones(port) as phones:
            filled = phones.joined(seconds=PATIENCE_SECONDS)
            phones.act("drop", 1, self.count - 1)
            before = cost_of(process.pid)
            chair(city, port, meeting, f"ballots/{ballot}/extend", minutes="1")
            back = phones.open(window=self.count, seconds=PATIENCE_SECONDS)
            spent = cost_of(process.pid).since(before).cpu
        return self._figures(filled, back, back["last_joined"], spent)

    def restarted(self, _round: int) -> Measured:
        url = self.template.copy()
        with service(url, self.folder) as (process, port), self._phones(port) as phones:
            filled = phones.joined(seconds=PATIENCE_SECONDS)
            phones.begin("gone", 60)
            process.stop()
            phones.result()
            phones.begin("open", 0, self.count, self.count, PATIENCE_SECONDS)
            with service(url, self.folder, port=port) as (again, _port):
                back = phones.result()
                spent = cost_of(again.pid).cpu
        return self._figures(filled, back, back["last_joined"] - back["first_open"], spent)

    def _phones(self, port: int) -> AbstractContextManager[Clients]:
        return clients(self.template.city.seats, [port], self.folder)

    def _figures(self, filled: Result, back: Result, seconds: float, cpu: float) -> Measured:
        return {
            "seconds": seconds,
            "first fill seconds": filled["seconds"],
            "server CPU ms/client": cpu / self.count * 1e3,
            "stale": float(back["least_seq"] != back["most_seq"]),
            "joined": back["at_tables"],
            "join p99 ms": back["joins_ms"]["p99"],
        }


def targets(rounds: Rounds) -> list[Target]:
    return [
        Target(
            what=f"{name}: seconds until all are current",
            value=rounds.median(name, "seconds"),
            limit=6,
        )
        for name in (DROPPED, RESTARTED)
    ]


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--clients", type=int, default=10_000)
    given = options.parse_args()
    count = 200 if given.quick else given.clients
    with tempfile.TemporaryDirectory() as folder:
        template = Template(Path(folder), Size(households=count))
        bench = Bench(folder=Path(folder), count=count, template=template)
        contenders = [
            Contender(name=DROPPED, measure=bench.dropped),
            Contender(name=RESTARTED, measure=bench.restarted),
        ]
        rounds = Rounds(contenders, 1 if given.quick else given.rounds)
    tell(
        f"{figure(count)} clients come back, medians of {rounds.count} rounds",
        ["after", *KEYS],
        rounds.rows(KEYS),
        targets=targets(rounds),
        details={"rounds": rounds.found, "missing": rounds.missing},
        json_to=given.json,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
