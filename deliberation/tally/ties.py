"""Breaking ties by a rule that was declared before, never silently.

By the order of the list, or by lot: SHA-256 over a seed that nobody could choose (the head of the
meeting's journal at the close, and digits drawn in the hall afterwards) and the option's label.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

Ranked = Sequence[int]
TieBreak = Callable[[Iterable[int]], Ranked]
"""Puts tied options in an order; the first one is preferred."""


def by_list(tied: Iterable[int]) -> Ranked:
    """The order of the list, as it was published before the vote."""
    return sorted(tied)


def lot_seed(head: str, digits: str) -> bytes:
    """`head`: the journal's head at the close, in hexadecimal; `digits`: drawn in the hall."""
    return f"{head}:{digits}".encode()


def by_lot(seed: bytes, labels: Sequence[str]) -> TieBreak:
    """The lowest SHA-256(seed, zero byte, label) first; anyone who has the seed can redo it."""

    def drawn(tied: Iterable[int]) -> Ranked:
        return sorted(
            tied, key=lambda n: hashlib.sha256(seed + b"\0" + labels[n].encode()).digest()
        )

    return drawn
