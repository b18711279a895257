"""The load client (bench/native/load.c), told what to do line by line."""

import contextlib
import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from bench.support.building import built
from bench.support.processes import cores
from bench.support.seeding import Seat

Result = dict[str, Any]
PLAN = "plan.txt"
WINDOW = 400
"""Connections that are on their way in at once when a hall fills."""


class Answered(NamedTuple):
    """How often a seat's votes were answered, and the last answer; empty if there was none."""

    answers: int
    receipt: str
    effect: str


class Pace(Enum):
    """When within its seconds a vote is sent; AGAIN: only by who was never answered."""

    AT_RANDOM = 0
    AGAIN = 1
    EVENLY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Phones of a plan's seats, all in one process. See bench/native/acts.c for the acts."""

    process: "subprocess.Popen[str]"
    count: int

    def act(self, *words: object) -> Result:
        """One act; returns what was counted while it lasted."""
        self.begin(*words)
        return self.result()

    def begin(self, *words: object) -> None:
        """Start an act; `result` waits for its end."""
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def result(self) -> Result:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the load client ended with {self.process.wait()}")
        counted: Result = json.loads(line)
        return counted

    def open(self, *, window: int = WINDOW, seconds: float = 120) -> Result:
        """Everybody joins."""
        return self.act("open", 0, self.count, window, seconds)

    def joined(self, *, window: int = WINDOW, seconds: float = 180) -> Result:
        """As `open`; raises when somebody cannot."""
        counted = self.open(window=window, seconds=seconds)
        if counted["at_tables"] != self.count:
            raise RuntimeError(f"of {self.count} clients only {counted['at_tables']} joined")
        return counted

    def vote(
        self,
        count: int,
        *,
        seconds: float,
        linger: float = 0,
        pace: Pace = Pace.AT_RANDOM,
        first: int = 0,
    ) -> Result:
        """All vote once; seconds 0 is a burst."""
        return self.act("vote", first, count, seconds, linger, pace.value)

    def soak(self, seconds: float, *, votes: float, moves: float) -> Result:
        """So many votes a second, new, repeated and changed; so many who leave and come back."""
        return self.act("soak", seconds, votes, moves)

    def dump(self, folder: Path) -> list[Answered]:
        """Seat by seat, the last answer to a vote."""
        file = folder / "dump.txt"
        self.act("dump", file)
        lines = (line.split() for line in file.read_text().splitlines())
        return [
            Answered(int(answers), receipt.strip("-"), effect.strip("-"))
            for answers, receipt, effect in lines
        ]

    def listen(self, seconds: float) -> Result:
        return self.act("listen", seconds)


def write_plan(seats: Sequence[Seat], ports: Sequence[int], folder: Path) -> Path:
    """A line for each seat, as bench/native/load.c reads it."""
    plan = folder / PLAN
    lines = (
        f"{seat.token} {seat.meeting} {seat.ballot} {('for', 'against')[n // 7 % 2]}"
        f" {ports[n % len(ports)]}"
        for n, seat in enumerate(seats)
    )
    plan.write_text("\n".join(lines) + "\n")
    return plan


@contextlib.contextmanager
def clients(
    seats: Sequence[Seat], ports: Sequence[int], folder: Path, *, plain: bool = False
) -> Iterator[Clients]:
    """Phones on the load's core; seats are dealt out to the ports in turn. Nobody joins yet."""
    plan = write_plan(seats, ports, folder)
    command = ["taskset", "-c", str(cores().load), str(built("load")), str(plan)]
    process = subprocess.Popen(  # noqa: S603  our own program
        [*command, *(["plain"] if plain else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Clients(process=process, count=len(seats))
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()


@contextlib.contextmanager
def hostile(mode: str, port: int, plan: Path, *, count: int, rate: float) -> Iterator[Result]:
    """Clients that mean no good (bench/native/hostile.c), from when all are there; what they did
    is in the result when the block has ended."""
    command = ["taskset", "-c", str(cores().load), str(built("hostile"))]
    process = subprocess.Popen(  # noqa: S603  our own program
        [*command, mode, str(port), str(count), str(rate), str(plan)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    did: Result = {}
    try:
        process.stdout.readline()
        yield did
        process.stdin.close()
        did.update(json.loads(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()
