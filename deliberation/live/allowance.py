"""How many commands a client may give."""

import time

BURST = 40
PER_SECOND = 10.0
"""So many at once, and so many a second in the long run."""


class Allowance:
    """Grows with time up to a burst; every command takes one from it."""

    __slots__ = ("_at", "_left")

    def __init__(self) -> None:
        self._left = float(BURST)
        self._at = time.monotonic()

    def take(self) -> bool:
        """Whether one more command may be begun now; counts it."""
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._at) * PER_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
