"""Which level stands above which: city, subdistrict, community. Nothing is below a community."""

from collections.abc import Sequence

from deliberation.errors import Code, Refusal

LEVELS: Sequence[str] = ("community", "subdistrict", "city")
"""社区, 街道, 市: from the lowest."""


def above(level: str) -> Sequence[str]:
    """The levels that may stand above one."""
    return LEVELS[LEVELS.index(level) + 1 :]


def below(level: str) -> Sequence[str]:
    """The levels that may stand below one, the next first."""
    return LEVELS[: LEVELS.index(level)][::-1]


def check_level(level: str) -> None:
    """Raises LEVEL_UNSUITABLE for what is no level."""
    if level not in LEVELS:
        raise Refusal(Code.LEVEL_UNSUITABLE)


def check_above(own: str, level: str, *, has_parent: bool) -> None:
    """Raises HAS_LEVEL_ABOVE, LEVEL_UNSUITABLE."""
    if has_parent:
        raise Refusal(Code.HAS_LEVEL_ABOVE)
    if level not in above(own):
        raise Refusal(Code.LEVEL_UNSUITABLE)


def check_below(own: str, level: str) -> None:
    """Raises LEVEL_UNSUITABLE."""
    if level not in below(own):
        raise Refusal(Code.LEVEL_UNSUITABLE)
