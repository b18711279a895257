"""What it costs to tell everybody: server CPU for each message delivered to thousands of viewers.

    python -m bench.fanout [--viewers 5000] [--seconds 12] [--rounds 3] [--quick] [--json FILE]

Ours is the whole service: every viewer is a resident on a signed-in device who has joined a
meeting in which a vote is going on. Votes come in (their `turnout` goes to everybody) and the
chair puts the deadline off each second (`news` goes to everybody); the two make frames of some 300
bytes. The others send frames of the size that ours had on average in the same round, as often.

What the votes and the chair's acts themselves cost is measured with a few viewers first and taken
off: "CPU µs" is what the other viewers cost, "all in µs" is everything divided by all messages.
The spread is the time from the first client that has a frame to the others.
"""

import contextlib
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.support import rivals
from bench.support.client import Clients, Pace, Result
from bench.support.databases import Template
from bench.support.rivals import Running
from bench.support.rounds import Contender, Measured, Rounds, Target, figure, parser, tell
from bench.support.seeding import Size
from bench.support.service import service
from bench.support.telling import (
    LINGER_SECONDS,
    Drive,
    Servers,
    measured,
    meeting_goes_on,
    told,
    voters_in,
)

OURS, FLOOR = "ours", "C, one send() a client"
NCHAN, NODE = "nginx nchan", "node ws"
KEYS = ("CPU µs", "user µs", "all in µs", "spread p99 ms", "kB/conn", "bytes", "messages")


@dataclass(slots=True, kw_only=True)
class Bench:
    """`told_bytes` and `told_times` are what ours sent in this round, for the others."""

    folder: Path
    viewers: int
    seconds: float
    template: Template
    told_bytes: int = 300
    told_times: int = 1

    def ours(self, _round: int) -> Measured:
        city = self.template.city
        with service(self.template.copy(), self.folder) as (process, port):
            drive = meeting_goes_on(city, port, self.seconds)
            figures, result = self._measured((process, port), drive)
        messages, size = told(result)
        self.told_bytes = round(size / messages)
        self.told_times = round(messages / self.viewers)
        return figures

    def _measured(
        self, running: Running, drive: Drive, *, plain: bool = False
    ) -> tuple[Measured, Result]:
        process, port = running
        seats = self.template.city.seats[: self.viewers]
        few = max(self.told_times, voters_in(self.seconds))
        servers = Servers(pids=[process.pid], ports=[port])
        return measured(servers, seats, few, drive, self.folder, plain=plain)

    def _rival(self, running: Callable[[], contextlib.AbstractContextManager[Running]]) -> Measured:
        def drive(phones: Clients, first: int) -> Result:
            times, linger = self.told_times, LINGER_SECONDS
            return phones.vote(
                times, seconds=self.seconds, linger=linger, pace=Pace.EVENLY, first=first
            )

        with running() as server:
            return self._measured(server, drive)[0]

    def floor(self, _round: int) -> Measured:
        return self._rival(lambda: rivals.floor(self.folder, size=self.told_bytes))

    def node(self, _round: int) -> Measured:
        return self._rival(lambda: rivals.node(self.folder, size=self.told_bytes))

    def nchan(self, _round: int) -> Measured:
        def drive(phones: Clients, _first: int) -> Result:
            phones.begin("listen", self.seconds + LINGER_SECONDS)
            for n in range(self.told_times):
                start = f'{{"type":"turnout","n":{n},"pad":"'
                rivals.tell_nchan(port, start.ljust(self.told_bytes - 2, "x") + '"}')
                time.sleep(self.seconds / self.told_times)
            return phones.result()

        with rivals.nchan(self.folder) as (process, port):
            return self._measured((process, port), drive, plain=True)[0]


def targets(rounds: Rounds) -> list[Target]:
    limits = {FLOOR: 1.15, NCHAN: 1.05, NODE: 0.88}
    kilobytes = rounds.median(OURS, "kB/conn")
    return [
        *(
            Target(
                what=f"CPU a message ÷ {name}",
                value=rounds.ratio(OURS, name, "CPU µs"),
                limit=limit,
            )
            for name, limit in limits.items()
        ),
        Target(what="kB a connection", value=kilobytes, limit=16),
    ]


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--viewers", type=int, default=5_000)
    options.add_argument("--seconds", type=float, default=12, help="of telling, in each round")
    given = options.parse_args()
    viewers, seconds = (150, 3.0) if given.quick else (given.viewers, given.seconds)
    with tempfile.TemporaryDirectory() as folder:
        template = Template(Path(folder), Size(households=viewers))
        bench = Bench(folder=Path(folder), viewers=viewers, seconds=seconds, template=template)
        contenders = [
            Contender(name=OURS, measure=bench.ours),
            Contender(name=FLOOR, measure=bench.floor),
            Contender(name=NCHAN, measure=bench.nchan),
            Contender(name=NODE, measure=bench.node),
        ]
        rounds = Rounds(contenders, 1 if given.quick else given.rounds)
    tell(
        f"Fan-out to {figure(viewers)} viewers, medians of {rounds.count} rounds",
        ["server", *KEYS],
        rounds.rows(KEYS),
        targets=targets(rounds),
        details={"rounds": rounds.found, "missing": rounds.missing},
        json_to=given.json,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
