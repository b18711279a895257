"""Whether residents notice clients that mean no good.

    python -m bench.hostile [--voters 1000] [--seconds 15] [--rounds 3] [--quick] [--json FILE]

Residents vote, repeat and change votes at an even pace while the chair puts the deadline off four
times a second. In turn, nobody disturbs them; 500 residents join and never read again; 20 repeat
their vote 10,000 times a second in all; 50 send frames without end; 10,000 connections say nothing
or half a handshake. Told are the others' ack p99 by that of the undisturbed window of the same
round, and how much more memory the service holds.
"""

import contextlib
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.support.client import Clients, Result, clients, hostile, write_plan
from bench.support.databases import Template
from bench.support.processes import cost_of
from bench.support.rounds import Contender, Measured, Rounds, Target, figure, parser, tell
from bench.support.seeding import City, Size
from bench.support.service import chair, service

QUIET = "nobody disturbs"
KEYS = ("ack p50 ms", "ack p99 ms", "lost", "closed", "MB more", "server core %", "thrown out")
VOTES_A_SECOND = 200.0
CHAIR_EVERY_SECONDS = 0.25
SETTLE_SECONDS = 1.5
MOST_MEGABYTES = 200
"""More memory than this is no longer bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """See bench/native/hostile.c for the modes and what the rate means."""

    name: str
    mode: str
    count: int
    rate: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Each window has a service of its own, so that nothing is left of the attack before."""

    folder: Path
    template: Template
    voters: int
    seconds: float

    def quiet(self, _round: int) -> Measured:
        return self._measured(None)

    def attacked(self, attack: Attack) -> Contender:
        return Contender(name=attack.name, measure=lambda _round: self._measured(attack))

    def _measured(self, attack: Attack | None) -> Measured:
        city = self.template.city
        own, theirs = city.seats[: self.voters], self.folder / "guests"
        theirs.mkdir(exist_ok=True)
        with contextlib.ExitStack() as stack:
            process, port = stack.enter_context(service(self.template.copy(), self.folder))
            phones = stack.enter_context(clients(own, [port], self.folder))
            phones.joined()
            phones.listen(SETTLE_SECONDS)
            empty = cost_of(process.pid)
            plan = write_plan(city.seats[self.voters :], [port], theirs)
            did = stack.enter_context(attacking(attack, port, plan))
            before = cost_of(process.pid)
            voted = self._vote(phones, city, port)
            after = cost_of(process.pid)
        return {
            "ack p50 ms": voted["acks_ms"]["p50"],
            "ack p99 ms": voted["acks_ms"]["p99"],
            "lost": voted["sent"] - voted["answered"] + voted["unasked"],
            "closed": voted["closed"],
            "MB more": after.since(empty).memory / 1e6,
            "server core %": after.since(before).cpu / voted["seconds"] * 100,
            "thrown out": did.get("thrown_out", 0),
            "frames": did.get("frames", 0),
        }

    def _vote(self, phones: Clients, city: City, port: int) -> Result:
        with chair_acting(city, port):
            return phones.soak(self.seconds, votes=VOTES_A_SECOND, moves=0)


def attacking(
    attack: Attack | None, port: int, plan: Path
) -> contextlib.AbstractContextManager[Result]:
    if attack is None:
        return contextlib.nullcontext({})
    return hostile(attack.mode, port, plan, count=attack.count, rate=attack.rate)


@contextlib.contextmanager
def chair_acting(city: City, port: int) -> Iterator[None]:
    """The deadline is put off again and again while the block runs."""
    meeting, ballot = city.ballots[0]
    is_over = threading.Event()

    def act() -> None:
        while not is_over.wait(CHAIR_EVERY_SECONDS):
            chair(city, port, meeting, f"ballots/{ballot}/extend", minutes="1")

    acting = threading.Thread(target=act)
    acting.start()
    try:
        yield
    finally:
        is_over.set()
        acting.join()


def attacks(is_quick: bool) -> Sequence[Attack]:
    less = 50 if is_quick else 1
    return [
        Attack(name="500 never read", mode="stall", count=500 // less),
        Attack(name="20 flood with frames", mode="flood", count=20, rate=10_000 / less),
        Attack(name="50 send without end", mode="giant", count=50, rate=20_000 / less),
        Attack(name="10,000 half open", mode="halfopen", count=10_000 // less),
    ]


def targets(rounds: Rounds, found: Sequence[Attack]) -> list[Target]:
    told = []
    for attack in found:
        ratio = rounds.ratio(attack.name, QUIET, "ack p99 ms")
        told.append(Target(what=f"{attack.name}: others' ack p99 ÷", value=ratio, limit=1.2))
        lost, more = (rounds.median(attack.name, key) for key in ("lost", "MB more"))
        told.append(Target(what=f"{attack.name}: others' votes lost", value=lost, limit=0))
        told.append(Target(what=f"{attack.name}: MB more", value=more, limit=MOST_MEGABYTES))
    return told


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--voters", type=int, default=1_000)
    options.add_argument("--seconds", type=float, default=15, help="of each window")
    options.add_argument("--only", choices=["stall", "flood", "giant", "halfopen"])
    given = options.parse_args()
    voters, seconds = (40, 2.0) if given.quick else (given.voters, given.seconds)
    chosen = [a for a in attacks(given.quick) if given.only in (None, a.mode)]
    with tempfile.TemporaryDirectory() as folder:
        template = Template(Path(folder), Size(households=voters + 600))
        bench = Bench(folder=Path(folder), template=template, voters=voters, seconds=seconds)
        contenders = [
            Contender(name=QUIET, measure=bench.quiet),
            *(bench.attacked(attack) for attack in chosen),
        ]
        rounds = Rounds(contenders, 1 if given.quick else given.rounds)
    tell(
        f"{figure(voters)} residents vote while, medians of {rounds.count} rounds",
        ["while", *KEYS],
        rounds.rows(KEYS),
        targets=targets(rounds, chosen),
        details={"rounds": rounds.found, "missing": rounds.missing},
        json_to=given.json,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
