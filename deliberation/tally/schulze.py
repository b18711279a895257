"""Schulze's method: paths of majorities, measured in winning votes.

Source: M. Schulze, A new monotonic, clone-independent, reversal symmetric, and
Condorcet-consistent single-winner election method, Social Choice and Welfare 36 (2011), 267-303.
A majority is as strong as the papers for it, a path as its weakest majority; an option beats
another when its strongest path to it is stronger than the one back. Blank papers count for nobody.
Majorities of as many papers are equally strong; the paper would have those against them decide,
which only ever breaks a tie that stands here, and for which residents would need a second number.

The order takes, again and again, all options that no remaining one beats. Each such group stands
tied; in particular the first one holds all of Schulze's potential winners.
"""

from deliberation.i18n import N_
from deliberation.i18n.sentences import say
from deliberation.tally.comparing import Pairs, preferring
from deliberation.tally.counted import Count, Step, figures
from deliberation.tally.profile import Profile
from deliberation.tally.standing import named, take_seats
from deliberation.tally.ties import TieBreak


def count_schulze(profile: Profile, tie_break: TieBreak | None = None) -> Count:
    """The first options of the order take the seats; the tie-break decides at the last one only."""
    pairs = preferring(profile)
    paths = strongest_paths(pairs)
    order = _order(paths)
    winners, said = take_seats(profile.labels, order, profile.seats, tie_break)
    ranks = " > ".join(named(profile.labels, group) for group in order)
    return Count(
        method="schulze",
        seats=profile.seats,
        votes=profile.votes,
        labels=profile.labels,
        winners=winners,
        order=order,
        steps=(
            *_rows(profile, N_("偏好 {label} 甚于各选项的票数："), pairs),
            *_rows(profile, N_("从 {label} 到各选项最强路径的强度："), paths),
            Step(says=say(N_("名次：{order}"), order=ranks)),
            *said,
        ),
    )


def strongest_paths(pairs: Pairs) -> dict[int, dict[int, int]]:
    """By Floyd and Warshall; 0 where there is no path."""
    paths = {
        a: {b: votes if votes > pairs[b][a] else 0 for b, votes in row.items()}
        for a, row in pairs.items()
    }
    for via, beyond in paths.items():
        for start, row in paths.items():
            reach = row.get(via, 0)
            if reach:
                for end, votes in beyond.items():
                    if end != start and row[end] < min(reach, votes):
                        row[end] = min(reach, votes)
    return paths


def _order(paths: Pairs) -> tuple[tuple[int, ...], ...]:
    remaining, order = sorted(paths), []
    while remaining:
        # "Beats" is transitive, so that it has no cycle and the group is never empty.
        group = tuple(
            a for a in remaining if not any(paths[b][a] > paths[a][b] for b in remaining if b != a)
        )
        order.append(group)
        remaining = [option for option in remaining if option not in group]
    return tuple(order)


def _rows(profile: Profile, text: str, rows: Pairs) -> list[Step]:
    return [
        Step(says=say(text, label=profile.labels[option]), figures=figures(row))
        for option, row in rows.items()
    ]
