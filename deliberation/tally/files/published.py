"""The list of votes that a ballot of ours publishes: the whole bundle, or its bare lines.

A bundle (`docs/recount.md`) is one JSON object that says of itself what it is; its votes are read
by its question. Bare lines say nothing of how they are to be counted: then every different choice
is an option, and who abstained chooses nothing.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import msgspec

from deliberation.errors import Refusal
from deliberation.i18n import N_
from deliberation.i18n.sentences import say
from deliberation.rulesets.questions import ABSTAIN, MOTION, Question
from deliberation.tally.asked import profile_of
from deliberation.tally.files.lines import Papers, Read, check_options, numbered, unreadable
from deliberation.tally.profile import Profile

FORMAT = "deliberation.ballot/1"

_CHOICES = {"for": N_("赞成"), "against": N_("反对"), "follow": N_("随多数")}
_NO_LINE = N_("不是公布的票：一行要有回执、选择、投票人，都是文字")
_KINDS = ([str, str, str], [str, str, str, int])


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A published vote; `area` in 0.01 m²."""

    receipt: str
    choice: str
    voter: str
    area: int = 0


def is_bundle(text: str) -> bool:
    """Whether a text says of itself that it is a bundle, of this or another version."""
    return text.lstrip().startswith("{") and '"deliberation.ballot/' in text


def bundle_from(text: str) -> dict[str, Any]:
    """The object. Refuses with TALLY_UNREADABLE what is no bundle of this version."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise unreadable(getattr(error, "lineno", 1), N_("不是完整的JSON")) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise unreadable(1, N_("不是这个版本的公布名单"))
    return found


def lines_from(texts: Iterable[object]) -> Iterator[Line]:
    """Refuses with TALLY_UNREADABLE, and the number of the line, what is no published vote."""
    for number, text in enumerate(texts, 1):
        try:
            fields = json.loads(text) if isinstance(text, str) else None
        except ValueError as error:
            raise unreadable(number, _NO_LINE) from error
        if not isinstance(fields, list) or [type(field) for field in fields] not in _KINDS:
            raise unreadable(number, _NO_LINE)
        receipt, choice, voter, *area = fields
        yield Line(receipt=receipt, choice=choice, voter=voter, area=sum(area))


def read_published(text: str) -> Read:
    """Refuses with TALLY_UNREADABLE, and the line, what is neither a bundle nor a list."""
    if text.lstrip().startswith("{"):
        return _read_bundle(bundle_from(text))
    return _read_choices(line.choice for line in lines_from(line for _n, line in numbered(text)))


def _read_bundle(bundle: dict[str, Any]) -> Read:
    texts, asked, title = bundle.get("lines"), bundle.get("question"), bundle.get("wording")
    if not (isinstance(texts, list) and isinstance(asked, dict) and isinstance(title, str)):
        raise unreadable(1, N_("不是完整的公布名单"))
    choices = [line.choice for line in lines_from(texts)]
    question = Question.from_json(asked)
    if question == MOTION:
        return _titled(_read_choices(choices), title)
    check_choices(question, choices)
    return _titled(Read(profile=profile_of(question, choices)), title)


def _titled(read: Read, title: str) -> Read:
    return replace(read, profile=msgspec.structs.replace(read.profile, title=title))


def check_choices(question: Question, choices: Iterable[str], *, follow: bool = True) -> None:
    """Every choice is one that the question allows, in its one spelling. Refuses with
    TALLY_UNREADABLE, and the number of the line."""
    for number, choice in enumerate(choices, 1):
        try:
            is_known = question.choice_from(choice, follow=follow) == choice
        except Refusal:
            is_known = False
        if not is_known:
            raise unreadable(number, N_("这一行的选择不是这次表决可以选的"))


def _read_choices(choices: Iterable[str]) -> Read:
    """Each choice as it is written is an option; those of a motion in their own order."""
    given = list(choices)
    is_motion = set(given) <= {*_CHOICES, ABSTAIN}
    named = ["for", "against", *(["follow"] if "follow" in given else [])]
    options = named if is_motion else sorted(set(given) - {ABSTAIN})
    check_options(len(options), 1)
    numbers, papers = {option: n for n, option in enumerate(options)}, Papers()
    for number, choice in enumerate(given, 1):
        papers.add(number, 1, ((numbers[choice],),) if choice in numbers else ())
    text = N_("只有票、没有规则：这里只数每种选择有多少，弃权算空白；是否通过，要连同规则一起算。")
    return Read(
        profile=Profile(labels=tuple(options), papers=papers.all()),
        names=tuple(_CHOICES.get(option, "") for option in options) if is_motion else (),
        remarks=(say(text),),
    )
