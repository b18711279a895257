"""Is it us or the network? Figures of the last minutes, and what they mean. Pure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from deliberation.measures import SECONDS, quantile

WINDOW_SECONDS = 300.0
SLOW_ACK_SECONDS = 1.0
SLOW_TURN_SECONDS = 0.5
MANY_REJOINED = 0.1
MANY_LEFT_OUT = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Figures that only grow, as they stood at an instant of the process's own clock."""

    at: float
    acks: Sequence[int]
    """By the bounds of `measures.SECONDS`, and beyond."""
    rejoined: int
    sent: int
    left_out: int
    failures: int
    slowest_turn: float
    """The longest that the process kept others waiting since the last sample, in seconds."""


class Verdict(StrEnum):
    FINE = "fine"
    STORE = "store"
    """The database did not take something."""
    BUSY = "busy"
    """Answers take long, or the process is overloaded."""
    NETWORK = "network"
    """The service is quick; phones drop out or cannot take what is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What happened in the window. `half` and `most` are bounds in seconds that half and 99 in 100
    of the votes were answered within; None when nobody voted."""

    verdict: Verdict
    seconds: float
    votes: int
    half: float | None
    most: float | None
    acks: Sequence[int]
    rejoined: int
    left_out: int
    failures: int


class Recent:
    """Samples of the window."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque()

    def add(self, sample: Sample) -> None:
        self._samples.append(sample)
        while self._samples[0].at < sample.at - WINDOW_SECONDS:
            self._samples.popleft()

    def health(self, connected: int) -> Health:
        """Of the window that the samples span."""
        if not self._samples:
            return _judged(_NOTHING, _NOTHING, 0.0, connected)
        slowest = max(sample.slowest_turn for sample in self._samples)
        return _judged(self._samples[0], self._samples[-1], slowest, connected)


_NOTHING = Sample(
    at=0.0,
    acks=(0,) * (len(SECONDS) + 1),
    rejoined=0,
    sent=0,
    left_out=0,
    failures=0,
    slowest_turn=0.0,
)


def _judged(first: Sample, last: Sample, slowest_turn: float, connected: int) -> Health:
    acks = [b - a for a, b in zip(first.acks, last.acks, strict=True)]
    most = quantile(SECONDS, acks, 0.99)
    rejoined, left_out = last.rejoined - first.rejoined, last.left_out - first.left_out
    sent, failures = last.sent - first.sent, last.failures - first.failures
    is_slow = (most or 0.0) > SLOW_ACK_SECONDS or slowest_turn > SLOW_TURN_SECONDS
    many_rejoined = rejoined > max(3, MANY_REJOINED * connected)
    many_left_out = left_out > MANY_LEFT_OUT * max(sent, 1) and left_out > 3
    if failures:
        verdict = Verdict.STORE
    elif is_slow:
        verdict = Verdict.BUSY
    elif many_rejoined or many_left_out:
        verdict = Verdict.NETWORK
    else:
        verdict = Verdict.FINE
    return Health(
        verdict=verdict,
        seconds=last.at - first.at,
        votes=sum(acks),
        half=quantile(SECONDS, acks, 0.5),
        most=most,
        acks=acks,
        rejoined=rejoined,
        left_out=left_out,
        failures=failures,
    )
