"""What telling everybody costs: a few viewers first, then all, while the same things go on."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.support.client import Clients, Pace, Result, clients
from bench.support.processes import Cost, cost_of
from bench.support.rounds import Measured
from bench.support.seeding import City, Seat
from bench.support.service import chair

EVERYWHERE = ("turnout", "news", "presence", "parts", "other")
VOTES_A_SECOND = 2.5
LINGER_SECONDS = 1
SETTLE_SECONDS = 3

Drive = Callable[[Clients, int], Result]
"""Something goes on for a while; the number is the first seat that votes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Processes whose cost is counted together, and the ports that clients are dealt to."""

    pids: Sequence[int]
    ports: Sequence[int]


def told(result: Result) -> tuple[int, int]:
    """Messages that went to everybody, and their bytes."""
    frames = [result["frames"][name] for name in EVERYWHERE if name in result["frames"]]
    return sum(f["count"] for f in frames), sum(f["bytes"] for f in frames)


def voters_in(seconds: float) -> int:
    return int(seconds * VOTES_A_SECOND)


def meeting_goes_on(city: City, port: int, seconds: float) -> Drive:
    """Votes come in, and each second the chair puts the deadline off."""
    meeting, ballot = city.ballots[0]

    def drive(phones: Clients, first: int) -> Result:
        count = voters_in(seconds)
        phones.begin("vote", first, count, seconds, LINGER_SECONDS, Pace.EVENLY.value)
        began = time.monotonic()
        for n in range(int(seconds)):
            time.sleep(max(0.0, began + n - time.monotonic()))
            chair(city, port, meeting, f"ballots/{ballot}/extend", minutes="1")
        return phones.result()

    return drive


def measured(
    servers: Servers,
    seats: Sequence[Seat],
    few: int,
    drive: Drive,
    folder: Path,
    *,
    plain: bool = False,
) -> tuple[Measured, Result]:
    """Figures of the telling, and what the clients counted. `few` come first; two times `few`
    seats vote, for who has voted does not change the turnout any more."""
    with clients(seats, servers.ports, folder, plain=plain) as phones:
        phones.act("open", 0, few, few, 60)
        with costing(servers) as acts:
            alone = drive(phones, 0)
        empty = cost_of(*servers.pids)
        phones.joined()
        phones.listen(SETTLE_SECONDS)
        memory = cost_of(*servers.pids).since(empty).memory / max(1, len(seats) - few)
        with costing(servers) as whole:
            result = drive(phones, few)
    return _figures(acts[0], whole[0], told(alone)[0], result, memory), result


def _figures(acts: Cost, whole: Cost, alone: int, result: Result, memory: float) -> Measured:
    messages, size = told(result)
    more = max(1, messages - alone)
    return {
        "CPU µs": (whole.cpu - acts.cpu) / more * 1e6,
        "user µs": (whole.user - acts.user) / more * 1e6,
        "all in µs": whole.cpu / max(1, messages) * 1e6,
        "spread p99 ms": result["spread_ms"]["p99"],
        "kB/conn": memory / 1e3,
        "bytes": size / max(1, messages),
        "messages": messages,
        "client CPU %": result["cpu_seconds"] / result["seconds"] * 100,
    }


@contextlib.contextmanager
def costing(servers: Servers) -> Iterator[list[Cost]]:
    """What the processes cost inside; in the list when the block has ended."""
    found: list[Cost] = []
    before = cost_of(*servers.pids)
    yield found
    found.append(cost_of(*servers.pids).since(before))
