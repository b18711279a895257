"""Finds demands that probably say the same thing in slightly different words.

Texts are compared only when the numbers, letters and points of the compass in them are the same
(3号楼 is not 5号楼, 东门 is not 西门), and only when they share some of the text's rarest pairs of
characters. By the arithmetic in `_lost_pairs`, a text that is similar enough always does, so
nothing is lost but in very common wordings, where the work is bounded: 20,000 against 20,000
stays a matter of seconds.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final, Generic, TypeVar

from rapidfuzz import fuzz, process

Owner = TypeVar("Owner")

SIMILAR: Final = 85
"""Least likeness in percent: twice the common characters over all characters (indel ratio)."""
_SIMILAR_TITLES: Final = 80
"""Least likeness of the titles alone, or two troubles in one long-named place would be twins."""
_SHARED_PAIRS: Final = 3
_MOST_LOOKED_UP: Final = 1_000
_MOST_COMPARED: Final = 100
_BEST: Final = 5

ALIKE: Final = 60
"""Least likeness in percent for asking somebody: they see at a glance what is not the same."""
_LEAST_LETTERS: Final = 3
"""Of a title that is being typed: fewer are in every other one."""

_FILLER = re.compile("关于|希望|建议|要求|请求|申请|反映|请|尽快|的问题|问题|事宜|的")
_NUMERAL = re.compile(r"[零一二三四五六七八九十]+(?=[号栋幢楼单层门期区组网])")
_DIGITS = {numeral: digit for digit, numeral in enumerate("零一二三四五六七八九")}
_MARKS = re.compile(r"[0-9]+|[a-z]+|[东南西北]")


@dataclass(frozen=True, slots=True)
class Wording:
    """A title and its place, reduced to what carries meaning."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Likeness(Generic[Owner]):
    """`score` in percent, 100 for the same wording."""

    owner: Owner
    score: int


def wording_of(title: str, place: str) -> Wording:
    """A place that the title names already is not counted twice."""
    bare_title, bare_place = _bare(title), _bare(place)
    named = bare_place in bare_title
    return Wording(bare_title, bare_title if named else bare_place + bare_title)


@dataclass(slots=True)
class _Block(Generic[Owner]):
    """Wordings with the same numbers, letters and points of the compass in them."""

    wordings: list[Wording] = field(default_factory=list)
    owners: list[Owner] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)
    pairs: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


class Twins(Generic[Owner]):
    """An index of wordings and whose they are; of equal texts the first is kept."""

    def __init__(self) -> None:
        self._blocks: dict[tuple[str, ...], _Block[Owner]] = defaultdict(_Block)

    def add(self, wording: Wording, owner: Owner) -> None:
        block = self._blocks[_marks(wording)]
        if wording.text in block.texts:
            return
        at = len(block.wordings)
        block.texts[wording.text] = at
        block.wordings.append(wording)
        block.owners.append(owner)
        for pair in _pairs(wording.text):
            block.pairs[pair].append(at)

    def find(self, wording: Wording) -> Likeness[Owner] | None:
        """The most similar one, or None if none is similar enough."""
        block = self._blocks.get(_marks(wording))
        if block is None or not wording.text:
            return None
        same = block.texts.get(wording.text)
        if same is not None:
            return Likeness(block.owners[same], 100)
        return _most_similar(block, wording)


def nearest(
    wording: Wording, others: Sequence[tuple[Owner, Wording]], *, limit: int
) -> list[Likeness[Owner]]:
    """The most alike, the best first; work of one comparison each. For somebody who is typing:
    what one says less than the other (no building named yet) does not tell them apart."""
    if len(wording.title) < _LEAST_LETTERS:
        return []
    marks = set(_marks(wording))
    scored = [
        Likeness(owner, score)
        for owner, other in others
        if _may_be_same(marks, set(_marks(other))) and (score := _score(wording, other)) >= ALIKE
    ]
    return sorted(scored, key=lambda found: found.score, reverse=True)[:limit]


def _may_be_same(some: set[str], others: set[str]) -> bool:
    return some <= others or others <= some


def _score(one: Wording, other: Wording) -> int:
    """Of the whole texts or of the titles alone. A title that is part of the other counts as one
    that says less."""
    whole = fuzz.ratio(one.text, other.text, score_cutoff=ALIKE)
    titles = fuzz.ratio(one.title, other.title, score_cutoff=ALIKE)
    within = 0.8 * fuzz.partial_ratio(one.title, other.title, score_cutoff=ALIKE)
    return int(max(whole, titles, within))


def _most_similar(block: _Block[Owner], wording: Wording) -> Likeness[Owner] | None:
    near = _candidates(block, wording.text)
    texts = [block.wordings[at].text for at in near]
    found = process.extract(
        wording.text, texts, scorer=fuzz.ratio, score_cutoff=SIMILAR, limit=_BEST
    )
    for _, score, index in found:
        at = near[index]
        titles = fuzz.partial_ratio(wording.title, block.wordings[at].title)
        if titles >= _SIMILAR_TITLES:
            return Likeness(block.owners[at], min(int(score), 99))
    return None


def _candidates(block: _Block[Owner], text: str) -> list[int]:
    """Those that share enough of the text's rarest pairs; the most alike first to be kept."""
    postings = sorted((block.pairs.get(pair, []) for pair in _pairs(text)), key=len)
    spared = _lost_pairs(len(text))
    shared = max(1, min(_SHARED_PAIRS, len(postings) - spared))
    looked_up = postings[: spared + shared]
    while len(looked_up) > 1 and sum(map(len, looked_up)) > _MOST_LOOKED_UP:
        looked_up.pop()
    counts = Counter(islice(chain.from_iterable(looked_up), _MOST_LOOKED_UP))
    least = min(shared, len(looked_up))
    near = [at for at, count in counts.items() if count >= least]
    if len(near) > _MOST_COMPARED:
        near = sorted(near, key=counts.__getitem__, reverse=True)[:_MOST_COMPARED]
    return near


def _lost_pairs(length: int) -> int:
    """How many of a text's pairs a similar one may lack. With n characters and a likeness of at
    least s, at most 2n(1-s)/(2-s) characters are missing in the twin (all of them deletions),
    and each is part of two pairs."""
    return 2 * (2 * length * (100 - SIMILAR) // (200 - SIMILAR))


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _marks(wording: Wording) -> tuple[str, ...]:
    return tuple(_MARKS.findall(wording.text))


def _bare(text: str) -> str:
    upright = unicodedata.normalize("NFKC", text).casefold()
    letters = "".join(c for c in upright if unicodedata.category(c)[0] in "LN")
    with_digits = _NUMERAL.sub(lambda match: _arabic(match[0]), letters)
    return _FILLER.sub("", with_digits) or with_digits


def _arabic(numeral: str) -> str:
    """十二 → 12, 二十 → 20, 三 → 3, 一零二 → 102."""
    tens, ten, ones = numeral.partition("十")
    if not ten or "十" in ones:
        return "".join(str(_DIGITS.get(c, 10)) for c in numeral)
    return str(int(_digits(tens) or "1") * 10 + int(_digits(ones) or "0"))


def _digits(numeral: str) -> str:
    return "".join(str(_DIGITS[c]) for c in numeral)
