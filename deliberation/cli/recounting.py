"""Counting a published ballot of ours again, and telling whether all of it fits together."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click
import msgspec

from deliberation.ballots.recounting import Bundle, Recount, recount, tie_break_of, working_of
from deliberation.ballots.tally import OUTCOME_WORDS, Outcome, Tally
from deliberation.cli.desk import Refused
from deliberation.cli.wording import _, terminal_language
from deliberation.i18n.catalogs import translations_for
from deliberation.i18n.sentences import Sentence
from deliberation.rulesets.questions import BUDGETS, MOTION, SHAPES, Question
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.wording import METHODS
from deliberation.tally.asked import count_asked
from deliberation.tally.counted import Count, grouped
from deliberation.tally.files.lines import decoded
from deliberation.tally.files.published import bundle_from, is_bundle, lines_from
from deliberation.tally.files.reading import Kind
from deliberation.tally.methods import count, default_method
from deliberation.tally.names import Method
from deliberation.tally.profile import Profile
from deliberation.tally.shares import Completion
from deliberation.tally.ties import TieBreak


def rendered(sentence: Sentence) -> str:
    return sentence.render(translations_for(terminal_language()).gettext)


def echo_json(body: Mapping[str, Any]) -> None:
    text = json.dumps(body, ensure_ascii=False, indent=2)
    click.echo(text.encode())  # UTF-8 whatever the terminal's encoding


def bundle_in(data: bytes, kind: Kind | None) -> Bundle | None:
    """The published ballot, where a file is one."""
    if kind not in (None, Kind.PUBLISHED):
        return None
    text = decoded(data)
    return Bundle.from_json(bundle_from(text)) if is_bundle(text) else None


def declared(bundle: Bundle, profile: Profile) -> TieBreak | None:
    """How the ballot's own rule breaks ties."""
    return tie_break_of(Rule.from_json(bundle.rule), bundle.lot, profile.labels)


def differently(
    bundle: Bundle,
    profile: Profile,
    method: Method | None,
    seats: int | None,
    tie_break: TieBreak | None,
    completion: Completion,
) -> Count:
    """The same votes by another method, for other seats, or with ties broken otherwise. Refuses
    with TALLY_METHOD_UNSUITABLE where the votes mean nothing to the method."""
    question = Question.from_json(bundle.question)
    by = method or (
        default_method(Kind.PUBLISHED, profile) if question == MOTION else Method(question.method)
    )
    seats = seats or profile.seats
    if question != MOTION and _means_the_same(by, question) and completion == "add1u":
        asked = msgspec.structs.replace(question, method=by.value, seats=seats)
        choices = [line.choice for line in lines_from(bundle.lines)]
        return count_asked(asked, choices, tie_break)
    return count(by, msgspec.structs.replace(profile, seats=seats), tie_break, completion)


def _means_the_same(method: Method, question: Question) -> bool:
    """Whether a vote on the question would look the same under the method."""
    is_alike = SHAPES[method.value] == question.shape
    return is_alike and (method.value in BUDGETS) == (question.method in BUDGETS)


def tell_recount(bundle: Bundle, *, as_json: bool) -> None:
    """By the ballot's own rule. Raises Refused, after telling, if anything does not fit."""
    done = recount(bundle)
    if as_json:
        echo_json(_as_json(done, len(bundle.lines)))
    else:
        click.echo("\n".join(_told(bundle, done)))
    if done.differences:
        raise Refused("\n".join(map(rendered, done.differences)))


def _as_json(done: Recount, votes: int) -> dict[str, Any]:
    """As every count is told; nobody wins a vote in which too few took part."""
    tally, counted = done.tally, done.tally.count
    if counted is None:
        totals = {choice.value: n for choice, n in tally.totals.items()}
        return {
            "method": MOTION.method,
            "seats": 1,
            "votes": votes,
            "winners": ["for"] if tally.outcome is Outcome.ADOPTED else [],
            "order": _by_totals(totals),
            "steps": [_step(sentence) for sentence in tally.steps],
        }
    winners = [] if tally.outcome is Outcome.INVALID else counted["winners"]
    steps = [_step(says, figures) for says, figures in working_of(tally)]
    return {**counted, "winners": winners, "steps": steps}


def _step(sentence: Sentence, figures: Sequence[Sequence[str]] = ()) -> dict[str, Any]:
    return {"says": sentence.render(), "figures": {pair[0]: pair[1] for pair in figures}}


def _by_totals(totals: Mapping[str, int]) -> list[list[str]]:
    names = list(totals)
    order = grouped({n: totals[name] for n, name in enumerate(names)})
    return [[names[n] for n in group] for group in order]


def _told(bundle: Bundle, done: Recount) -> list[str]:
    """For people, line by line."""
    method = _(METHODS[done.question.method])
    return [
        bundle.wording,
        f"{bundle.community} · {bundle.meeting} · {bundle.item}",
        "",
        *bundle.rule_words,
        "",
        _("方法：{method}", method=method),
        _("计票过程："),
        *_numbered(done.tally),
        "",
        *_checked(bundle, done),
    ]


def _numbered(tally: Tally) -> list[str]:
    """The working; under each step of a choice what every option then had."""
    lines = []
    for number, (says, figures) in enumerate(working_of(tally), 1):
        lines.append(f"{number:>4}. {rendered(says)}")
        lines += [f"      {label}  {amount}" for label, amount in figures]
    return lines


def _checked(bundle: Bundle, done: Recount) -> list[str]:
    if done.differences:
        return [_("核对：有不一致，见下。")]
    outcome = _(OUTCOME_WORDS[done.tally.outcome])
    return [
        _("树根：{root}", root=bundle.root),
        _(
            "核对：{n}行名单和树根一致；重算的结果和宣布的一致：{outcome}。",
            n=len(bundle.lines),
            outcome=outcome,
        ),
    ]
