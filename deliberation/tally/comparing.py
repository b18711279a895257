"""Comparing options two by two."""

from collections.abc import Mapping

from deliberation.tally.profile import Profile
from deliberation.tally.standing import rankings

Pairs = Mapping[int, Mapping[int, int]]
"""`pairs[a][b]`: a number that a has over b, for every two options that stand."""


def preferring(profile: Profile) -> dict[int, dict[int, int]]:
    """How many papers prefer one option to another.

    An option that a paper does not name stands below all it names; those not named stand equal.
    """
    standing = profile.standing
    pairs = {a: {b: 0 for b in standing if b != a} for a in standing}
    for groups, copies in rankings(profile).items():
        below = set(standing)
        for group in groups:
            below -= set(group)
            for preferred in group:
                for other in below:
                    pairs[preferred][other] += copies
    return pairs
