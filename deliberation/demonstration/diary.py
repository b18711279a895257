"""What happens when, in a made-up year: acts wait for their moment and are done in order."""

import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime

Act = Callable[[datetime], Awaitable[None]]


class Diary:
    """Acts by their moment; those of one moment in the order in which they were written down."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._waiting: list[tuple[datetime, int, Act]] = []
        self._numbers = itertools.count()

    def write(self, at: datetime, act: Act) -> None:
        """What would be later than the end never happens."""
        if at <= self.until:
            heapq.heappush(self._waiting, (at, next(self._numbers), act))

    async def live_through(self) -> None:
        """Until nothing is left; what is done may write further acts."""
        while self._waiting:
            at, _number, act = heapq.heappop(self._waiting)
            await act(at)
