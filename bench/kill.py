"""The service is killed (-9) at random instants while hundreds vote; nothing answered may be lost.

    python -m bench.kill [--rounds 20] [--voters 300] [--engine sqlite|postgres] [--seed N]
                         [--quick] [--json FILE]

A round has three lives. In the first everybody votes and the service is killed. In the second who
was not answered sends the same command again, the chair closes the ballot, and the service is
killed somewhere around that. In the third the rest send again, and the chair closes, if that was
not done. Then every receipt must stand in the table once and for its household, who was refused
must not, the number of votes must be that of the closing entry, and the journal must hold.
"""

import contextlib
import json
import random
import sys
import tempfile
import threading
import urllib.error
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.support import stored
from bench.support.client import Answered, Clients, Pace, clients
from bench.support.databases import Template, cluster
from bench.support.processes import Started, free_port, run_to_end
from bench.support.rounds import parser, tell
from bench.support.seeding import Size
from bench.support.service import ActError, chair, environment, service

VOTING_SECONDS = 1.5
KEYS = ("answered in life 1", "life 2", "life 3", "votes", "refused", "what is wrong")


@dataclass(slots=True, kw_only=True)
class Story:
    """What was seen in a round; `wrong` is empty when all held."""

    answered: list[int] = field(default_factory=list)
    votes: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


class Round:
    def __init__(self, folder: Path, template: Template, chance: random.Random) -> None:
        self._folder, self._city, self._chance = folder, template.city, chance
        self._url, self._port = template.copy(), free_port()
        self._before: Sequence[Answered] = [Answered(0, "", "")] * len(self._city.seats)
        self.story = Story()

    def run(self) -> Story:
        with clients(self._city.seats, [self._port], self._folder) as phones:
            with self._life() as process:
                self._vote(phones, process=process)
            with self._life() as process:
                self._vote(phones, closing_after=self._instant(), process=process)
            with self._life():
                self._vote(phones, closing_after=self._instant())
        self._judge()
        return self.story

    @contextlib.contextmanager
    def _life(self) -> Iterator[Started]:
        with service(self._url, self._folder, port=self._port) as (process, _port):
            yield process

    def _instant(self) -> float:
        return self._chance.uniform(0, VOTING_SECONDS)

    def _vote(
        self,
        phones: Clients,
        *,
        closing_after: float | None = None,
        process: Started | None = None,
    ) -> None:
        """Who was never answered votes; `process` is killed at some instant of it."""
        phones.joined()
        pace = Pace.AGAIN.value
        phones.begin("vote", 0, phones.count, VOTING_SECONDS, 0, pace)
        acts = [threading.Timer(closing_after, self._close)] if closing_after is not None else []
        if process is not None:
            # After the close that it is to disturb, or anywhere.
            instant = self._instant() if closing_after is None else closing_after
            acts.append(threading.Timer(instant + self._chance.uniform(0, 0.05), process.kill))
        for act in acts:
            act.start()
        phones.result()
        for act in acts:
            act.join()
        self._compare(phones.dump(self._folder))

    def _close(self) -> None:
        meeting, ballot = self._city.ballots[0]
        with contextlib.suppress(ActError, urllib.error.URLError, OSError, EOFError):
            chair(self._city, self._port, meeting, f"ballots/{ballot}/close")

    def _compare(self, answered: Sequence[Answered]) -> None:
        """A receipt that was given does not change."""
        changed = sum(
            bool(old.receipt) and old.receipt != new.receipt
            for old, new in zip(self._before, answered, strict=True)
        )
        self._before = answered
        self.story.answered.append(sum(bool(a.receipt) for a in answered))
        self._note(changed, "receipts changed")
        self._note(stored.lost(self._url, self._city.seats, answered), "answered votes lost")

    def _note(self, count: int, what: str) -> None:
        if count:
            self.story.wrong.append(f"{count} {what}")

    def _judge(self) -> None:
        votes = stored.votes(self._url)
        self.story.votes = len(votes)
        standing = Counter(vote.voter for vote in votes)
        self._note(sum(n > 1 for n in standing.values()), "households counted twice")
        receipts = Counter(vote.receipt for vote in votes)
        self._note(sum(n > 1 for n in receipts.values()), "receipts used twice")
        refused = [
            seat
            for seat, answer in zip(self._city.seats, self._before, strict=True)
            if not answer.receipt
        ]
        self.story.refused = len(refused)
        self._note(sum(seat.household in standing for seat in refused), "refused and counted")
        self._judge_closing(len(votes))
        self._judge_journal()

    def _judge_closing(self, votes: int) -> None:
        closed = stored.rows(self._url, "SELECT public FROM entry WHERE name = 'ballot.closed'")
        if len(closed) != 1:
            self.story.wrong.append(f"closed {len(closed)} times")
            return
        turnout = int(json.loads(str(closed[0][0]))["turnout"])
        self._note(abs(votes - turnout), "votes more or less than when it was closed")
        counted = stored.rows(self._url, "SELECT COALESCE(SUM(n), 0) FROM turnout")
        self._note(abs(votes - int(str(counted[0][0]))), "between turnout and votes")

    def _judge_journal(self) -> None:
        """By the service's own self-test."""
        told = run_to_end(
            [sys.executable, "-m", "deliberation", "check", "--json"],
            environment=environment(self._folder, self._url, self._port),
            may_fail=True,  # it finds that no public address is set
        )
        findings = {finding["name"]: finding["ok"] for finding in json.loads(told)["findings"]}
        if not findings.get("journal"):
            self.story.wrong.append("the journal does not hold")


def main() -> int:
    options = parser(__doc__, rounds=20)
    options.add_argument("--voters", type=int, default=300)
    options.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    options.add_argument("--seed", type=int, default=1, help="of the instants")
    given = options.parse_args()
    voters, count = (60, 2) if given.quick else (given.voters, given.rounds)
    chance = random.Random(given.seed)  # noqa: S311  instants, no secrets
    stories = []
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        server = stack.enter_context(cluster()) if given.engine == "postgres" else None
        template = Template(Path(folder), Size(households=voters), server)
        for n in range(count):
            stories.append(Round(Path(folder), template, chance).run())
            print(f"round {n + 1}: {stories[-1].wrong or 'held'}", file=sys.stderr)
    rows = [
        [
            str(n),
            *map(str, story.answered),
            str(story.votes),
            str(story.refused),
            "; ".join(story.wrong) or "nothing",
        ]
        for n, story in enumerate(stories, start=1)
    ]
    passed = sum(not story.wrong for story in stories)
    tell(
        f"Killed while {voters} vote on {given.engine}: {passed} of {count} rounds held",
        ["round", *KEYS],
        rows,
        details={"rounds": count, "passed": passed, "wrong": [s.wrong for s in stories]},
        json_to=given.json,
    )
    return 0 if passed == count else 1


if __name__ == "__main__":
    sys.exit(main())
