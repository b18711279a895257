"""Failures are limited, successes are not: 300 phones behind one address sign in at once."""

import time
from collections.abc import Mapping
from types import MappingProxyType

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from deliberation.errors import Code, Refusal

LIMITS: Mapping[str, RateLimitItem] = MappingProxyType(
    {
        "card": RateLimitItemPerMinute(60, 5),
        "password": RateLimitItemPerMinute(20, 5),
        "login": RateLimitItemPerMinute(10, 10),
        "set-up": RateLimitItemPerMinute(10, 5),
        "demand": RateLimitItemPerMinute(20, 10),
        "upload": RateLimitItemPerMinute(30, 10),
        "photo": RateLimitItemPerMinute(60, 10),
        "address": RateLimitItemPerMinute(5, 60),
        "similar": RateLimitItemPerMinute(120, 2),
        "export": RateLimitItemPerMinute(20, 5),
        "figures": RateLimitItemPerMinute(120, 5),
        "open311": RateLimitItemPerMinute(60, 1),
        "open311-read": RateLimitItemPerMinute(120, 1),
    }
)
"""How many are let through per so many minutes: of cards, passwords, login names and set-up words
the failures, of all else the acts."""


class Limiter:
    """Counts in this process's memory; a restart forgives."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, kind: str, whose: str) -> None:
        """Raises TOO_MANY_TRIES with the seconds to wait."""
        limit = LIMITS[kind]
        if self._limiter.test(limit, kind, whose):
            return
        reset = self._limiter.get_window_stats(limit, kind, whose).reset_time
        raise Refusal(Code.TOO_MANY_TRIES, seconds=max(1, int(reset - time.time()) + 1))

    def count(self, kind: str, whose: str) -> None:
        """A try of `kind` has failed (or an act was done)."""
        self._limiter.hit(LIMITS[kind], kind, whose)
