"""Many who press: in waves, up to a moment at which something happens to the service."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

from tests.live.voter import Voter

Answers = dict[int, dict[str, Any]]
"""What each was told in the end, by the number of the household."""


class Moment:
    """Comes with one of the presses and answers that are made in the meantime."""

    def __init__(self, luck: random.Random, *, among: int) -> None:
        self._left = luck.randrange(1, among)
        self.came = asyncio.Event()

    def pass_(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.came.set()


class Crowd:
    """Voters who press when they are called up, and go on until they are answered."""

    def __init__(self, group: asyncio.TaskGroup, voters: Sequence[Voter]) -> None:
        self._group = group
        self._voters = voters
        self._pressing: list[asyncio.Task[dict[str, Any]]] = []

    def press(
        self, count: int, moment: Moment | None = None, *, with_us: bool = False
    ) -> asyncio.Barrier:
        """So many more press when all of them have joined; `with_us`, when we wait with them too.

        `moment` is one of theirs and of those who have no answer yet.
        """
        for voter in self._voters:
            voter.on_moment = moment.pass_ if moment else lambda: None
        together, come = asyncio.Barrier(count + with_us), len(self._pressing)
        for voter in self._voters[come : come + count]:
            voter.together = together
            self._pressing.append(self._group.create_task(voter.press()))
        return together

    def is_told(self) -> bool:
        """Everybody who was called up has an answer, or was told to try again."""
        return all(
            task.done() or voter.put_off
            for voter, task in zip(self._voters, self._pressing, strict=False)
        )

    async def answers(self) -> Answers:
        told = await asyncio.gather(*self._pressing)
        return {voter.n: answer for voter, answer in zip(self._voters, told, strict=False)}
