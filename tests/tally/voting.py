"""Votes to be counted: written short, or any at all."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec
from hypothesis import strategies as st

from deliberation.tally.counted import Count
from deliberation.tally.profile import Paper, Profile

Counting: TypeAlias = Callable[[Profile], Count]
LABELS = "甲乙丙丁戊己"


def vote(*papers: str, of: int, seats: int = 1, withdrawn: str = "") -> Profile:
    """A vote between the first `of` labels; "3 甲乙>丙" is three papers, "2" two blank ones."""
    return Profile(
        labels=tuple(LABELS[:of]),
        papers=tuple(_paper(text) for text in papers),
        seats=seats,
        withdrawn=frozenset(map(LABELS.index, withdrawn)),
    )


def _paper(text: str) -> Paper:
    copies, _, order = text.partition(" ")
    groups = tuple(tuple(map(LABELS.index, group)) for group in order.split(">") if group)
    return Paper(copies=int(copies), ranking=groups)


def winners(count: Count) -> str:
    return "".join(count.labels[option] for option in count.winners)


def order(count: Count) -> str:
    return ">".join("".join(count.labels[option] for option in group) for group in count.order)


def said(count: Count) -> str:
    return "\n".join(step.says.render() for step in count.steps)


def stages(count: Count) -> list[dict[str, str]]:
    """What every option had in each step that shows figures."""
    return [
        {count.labels[figure.option]: figure.amount for figure in step.figures}
        for step in count.steps
        if step.figures
    ]


def rankings(options: int, *, equal: bool) -> st.SearchStrategy[tuple[tuple[int, ...], ...]]:
    """Some options in any order; with `equal`, neighbours may stand equal."""
    cuts = st.integers(0, 2 ** (options - 1) - 1) if equal else st.just(-1)
    return st.builds(_cut, st.permutations(range(options)), st.integers(0, options), cuts)


def _cut(some: Sequence[int], named: int, cuts: int) -> tuple[tuple[int, ...], ...]:
    """The first of them, in groups: bit n of `cuts` says whether one starts at place n + 1."""
    groups: list[tuple[int, ...]] = []
    for place, option in enumerate(some[:named]):
        if groups and not cuts >> (place - 1) & 1:
            groups[-1] += (option,)
        else:
            groups.append((option,))
    return tuple(groups)


@st.composite
def profiles(
    draw: st.DrawFn, *, equal: bool = True, seats: int = 3, complete: bool = False
) -> Profile:
    """Any vote between two and five options; `complete` papers rank all of them strictly."""
    options = draw(st.integers(2, 5))
    strict = st.permutations(range(options)).map(lambda some: tuple((n,) for n in some))
    ranking = strict if complete else rankings(options, equal=equal)
    papers = draw(
        st.lists(
            st.builds(Paper, copies=st.integers(1, 9), ranking=ranking), min_size=1, max_size=9
        )
    )
    return Profile(
        labels=tuple(LABELS[:options]), papers=tuple(papers), seats=draw(st.integers(1, seats))
    )


def reordered(profile: Profile) -> Profile:
    """The same papers, the last one first."""
    return msgspec.structs.replace(profile, papers=profile.papers[::-1])


def one_by_one(profile: Profile) -> Profile:
    """Every paper by itself."""
    papers = [Paper(ranking=paper.ranking) for paper in profile.papers for _ in range(paper.copies)]
    return msgspec.structs.replace(profile, papers=tuple(papers))


def doubled(profile: Profile) -> Profile:
    """Everybody votes twice."""
    return msgspec.structs.replace(profile, papers=profile.papers * 2)


def renumbered(profile: Profile, numbers: Sequence[int]) -> Profile:
    """The same vote with another list: option n stands at `numbers[n]`."""
    labels = [""] * len(profile.labels)
    for option, label in enumerate(profile.labels):
        labels[numbers[option]] = label
    papers = tuple(
        msgspec.structs.replace(
            paper,
            ranking=tuple(tuple(numbers[n] for n in group) for group in paper.ranking),
        )
        for paper in profile.papers
    )
    return msgspec.structs.replace(profile, labels=tuple(labels), papers=papers)


def raised(paper: Paper, option: int) -> Paper:
    """The paper with the option before all others."""
    rest = (tuple(n for n in group if n != option) for group in paper.ranking)
    ranking = ((option,), *(group for group in rest if group))
    return msgspec.structs.replace(paper, ranking=ranking)


def took_a_rule(count: Count) -> bool:
    """Whether a tie was broken by the order of the list or by lot."""
    return any("rule" in step.says.facts for step in count.steps)


def by_label(count: Count) -> list[set[str]]:
    """The order, whatever the numbers of the options and whoever comes first of those tied."""
    return [{count.labels[option] for option in group} for group in count.order]
