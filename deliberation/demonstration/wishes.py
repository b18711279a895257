"""The 185 made-up demands of a year: what, where, by which way, and what becomes of each."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from deliberation.demands.rules import Channel
from deliberation.demonstration import invented

CHANNELS: Sequence[Channel] = (
    *(Channel.RESIDENT,) * 8,
    *(Channel.GRID,) * 4,
    *(Channel.PROPERTY,) * 2,
    *(Channel.HOTLINE,) * 2,
    *(Channel.RIDER, Channel.VOLUNTEER, Channel.TALK, Channel.STAFF),
)
URGENCIES: Sequence[str] = ("ordinary", "ordinary", "ordinary", "soon", "urgent")
FATES: Sequence[str] = (
    *("service",) * 10,
    *("offer",) * 13,
    *("agenda",) * 11,
    *("authority",) * 3,
    *("mediation", "petition", "declined"),
)
"""Where triage sends a demand, by how often. An offered one stays on the list for agendas too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One demand before it is raised."""

    title: str
    description: str
    domain: str
    building: int
    channel: Channel
    urgency: str
    fate: str
    repeats: bool = False
    """It says again what the one before it said, in other words."""


def wishes(count: int, chance: random.Random) -> list[Wish]:
    """As many as asked for, each fourteenth a repetition of the one before."""
    made: list[Wish] = []
    for n in range(count):
        if n % 14 == 13:
            made.append(_again(made[-1]))
            continue
        title, description, domain, building = invented.wish(n)
        fate = FATES[chance.randrange(len(FATES))]
        made.append(
            Wish(
                title=title,
                description=description,
                domain=domain,
                building=building,
                channel=chance.choice(CHANNELS),
                urgency=chance.choice(URGENCIES),
                fate=fate,
            )
        )
    return made


def _again(before: Wish) -> Wish:
    return Wish(
        title=f"希望{before.title}",
        description="和别人提的是同一件事。（演示需求，内容是编的）",
        domain=before.domain,
        building=before.building,
        channel=Channel.RESIDENT,
        urgency="ordinary",
        fate="merge",
        repeats=True,
    )
