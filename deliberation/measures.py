"""Figures about the running process, kept in memory and cheap enough for every vote."""

from bisect import bisect_left
from collections.abc import Sequence

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZES = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)


class Histogram:
    """How often values fell at or below each bound, and their sum."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    @property
    def count(self) -> int:
        return sum(self.counts)


def quantile(bounds: Sequence[float], counts: Sequence[int], share: float) -> float | None:
    """The bound that `share` of the values do not exceed; None without values, and the largest
    bound for what lies beyond it."""
    left = share * sum(counts)
    if not left:
        return None
    for bound, count in zip(bounds, counts, strict=False):
        left -= count
        if left <= 0:
            return bound
    return bounds[-1]


class Counts:
    """Named figures that only grow."""

    def __init__(self) -> None:
        self._figures: dict[str, int] = {}

    def add(self, name: str, more: int = 1) -> None:
        self._figures[name] = self._figures.get(name, 0) + more

    def __getitem__(self, name: str) -> int:
        return self._figures.get(name, 0)
