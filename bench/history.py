"""What a page costs with ten years of a community behind it, beside one year.

    python -m bench.history [--years 10] [--rounds 20] [--postgres] [--quick] [--json FILE]

Each year has 10,000 demands, 300 meetings and 100,000 votes. Two services run, one on each
database; every page is asked of both in turn, and the medians of its server's CPU are compared.
"""

import contextlib
import http.client
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.support.databases import Template, cluster
from bench.support.past import Past, remember
from bench.support.processes import Started, cost_of
from bench.support.rounds import Target, figure, parser, tell
from bench.support.seeding import City, Size
from bench.support.service import service

LIMIT = 1.3
WARM_UP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A page, and who asks for it."""

    path: str
    is_chair: bool = False


def pages(city: City) -> Sequence[Asked]:
    meeting, _ballot = city.ballots[0]
    residents = (
        "/", "/demands", "/demands?page=2", "/matters", "/days", "/minutes", "/ranking",
        "/calendar", "/calendar.ics", "/me", "/me/receipts", "/me/demands",
        f"/meetings/{meeting}", f"/meetings/{meeting}/screen", f"/meetings/{meeting}/notice",
    )  # fmt: skip
    staff = ("/desk", "/people", "/status", f"/meetings/{meeting}/console")
    return [
        *(Asked(path=path) for path in residents),
        *(Asked(path=path, is_chair=True) for path in staff),
    ]


class Side:
    """One of the two services."""

    def __init__(self, process: Started, port: int, city: City) -> None:
        self._pid, self._city = process.pid, city
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.bytes = 0
        self.status = 0

    def ask(self, asked: Asked) -> float:
        """Milliseconds of the server's CPU."""
        token = self._city.chair_token if asked.is_chair else self._city.seats[0].token
        before = cost_of(self._pid)
        self._connection.request("GET", asked.path, headers={"Cookie": f"dd_device={token}"})
        answer = self._connection.getresponse()
        self.bytes, self.status = len(answer.read()), answer.status
        return cost_of(self._pid).since(before).cpu * 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Medians in milliseconds, and the sizes of both answers."""

    path: str
    status: int
    one: float
    many: float
    one_bytes: int
    many_bytes: int

    @property
    def ratio(self) -> float:
        return self.many / self.one

    def row(self) -> Sequence[str]:
        sizes = (f"{self.one_bytes:,}", f"{self.many_bytes:,}")
        return (self.path[:60], str(self.status), figure(self.one), figure(self.many),
                figure(self.ratio), *sizes)  # fmt: skip


def compare(one: Side, many: Side, asked: Asked, rounds: int) -> Compared:
    times: list[tuple[float, float]] = []
    for n in range(rounds + WARM_UP):
        both = (one.ask(asked), many.ask(asked))
        if n >= WARM_UP:
            times.append(both)
    return Compared(
        path=asked.path,
        status=many.status,
        one=statistics.median(t[0] for t in times),
        many=statistics.median(t[1] for t in times),
        one_bytes=one.bytes,
        many_bytes=many.bytes,
    )


def main() -> int:
    options = parser(__doc__, rounds=20)
    options.add_argument("--years", type=int, default=10)
    options.add_argument("--postgres", action="store_true", help="instead of SQLite")
    given = options.parse_args()
    small = {"demands": 100, "meetings": 12, "votes": 240} if given.quick else {}
    rounds, years = (5, 2) if given.quick else (given.rounds, given.years)
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        server = stack.enter_context(cluster()) if given.postgres else None
        template = Template(folder, Size(households=50 if given.quick else 1_000), server)
        sides = []
        for length in (1, years):
            url = template.copy()
            remember(url, template.city, Past(years=length, **small))
            process, port = stack.enter_context(service(url, folder / f"years{length}"))
            sides.append(Side(process, port, template.city))
        found = [compare(sides[0], sides[1], asked, rounds) for asked in pages(template.city)]
    worst = max(found, key=lambda one: one.ratio)
    tell(
        f"Pages with {years} years behind them beside one, medians of {rounds} rounds",
        ["page", "status", "1 year ms", f"{years} years ms", "÷", "bytes", "bytes then"],
        [one.row() for one in found],
        targets=[Target(what=f"the worst, {worst.path}: ÷", value=worst.ratio, limit=LIMIT)],
        details={"pages": {one.path: [one.one, one.many] for one in found}},
        json_to=given.json,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
