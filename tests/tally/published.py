"""Reads the published elections beside the tests.

A line is a comment (#), the seats, an option (=), or how many papers have an order; {1,2} stand
equal. Options are numbered from 1.
"""

import re
from pathlib import Path

from deliberation.tally.profile import Paper, Profile

DATA = Path(__file__).parent / "data"
GROUP = re.compile(r"\{([0-9,]+)\}|([0-9]+)")


def published(name: str) -> Profile:
    """The election in `data/{name}.txt`."""
    seats, labels, papers = 1, [], []
    for line in (DATA / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        if line.startswith("= "):
            labels.append(line[2:])
        elif line.startswith("seats "):
            seats = int(line.removeprefix("seats "))
        else:
            copies, order = line.split(": ")
            papers.append(Paper(copies=int(copies), ranking=_groups(order)))
    return Profile(labels=tuple(labels), papers=tuple(papers), seats=seats)


def _groups(order: str) -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(int(option) - 1 for option in (many or one).split(","))
        for many, one in GROUP.findall(order)
    )
