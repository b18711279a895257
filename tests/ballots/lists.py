"""Published ballots of every method, at random from a seed; few voters, so that ties are common."""

import hashlib
import random
from collections.abc import Sequence
from typing import Any

import msgspec

from deliberation.ballots import counting
from deliberation.ballots.choosing import count_choice
from deliberation.ballots.counting import Facts
from deliberation.ballots.published import PublishedVote, merkle_root, published_lines, receipt_code
from deliberation.ballots.recounting import Bundle, Lot, tie_break_of
from deliberation.ballots.tally import Tally
from deliberation.rulesets import wording
from deliberation.rulesets.questions import MOTION, SHAPES, Method, Question
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import CONSULTATION
from deliberation.tally.files.published import FORMAT

METHODS: Sequence[Method] = tuple(SHAPES)
NAMES = ("甲{x}", "乙", "丙 2", "丁", "戊", "己", "7", "Ada")
SHARES = ("1/2", "2/3", "1/3", "3/4", "1/1", "7/13")
BASES = ("cast", "valid", "yes_no", "entitled", "present")


def any_bundle(seed: int, method: Method | None = None) -> Bundle:
    """The same for the same seed; methods take turns."""
    draw = random.Random(seed)  # noqa: S311  made-up votes
    question = any_question(draw, method or METHODS[seed % len(METHODS)])
    rule = any_rule(draw, is_motion=question == MOTION)
    choices = [
        any_choice(draw, question, rule) for _voter in range(draw.choice((0, 1, 2, 5, 9, 30)))
    ]
    return bundle(rule, question, choices, draw)


def bundle(rule: Rule, question: Question, choices: Sequence[str], draw: random.Random) -> Bundle:
    """Published as these choices are by the rule."""
    spoilt = draw.choice((0, 0, 1))
    area = draw.choice((0, 123_456)) if rule.is_by_area else 0
    votes = [
        PublishedVote(
            receipt=receipt_code(draw.randbytes(5)),
            choice=choice,
            area=draw.randrange(1, 12_345) if rule.is_by_area else 0,
        )
        for choice in choices
    ]
    spoilt_area = draw.randrange(1, 12_345) if rule.is_by_area and spoilt else 0
    facts = Facts(
        entitled=len(votes) + spoilt + draw.choice((0, 0, 3)),
        present=draw.randrange(40),
        entitled_area=area + spoilt_area + sum(vote.area for vote in votes),
        spoilt=spoilt,
        spoilt_area=spoilt_area,
    )
    digest = hashlib.sha256(draw.randbytes(8)).hexdigest()
    lot = Lot(head=digest, digits=str(draw.randrange(1000))) if rule.tie_break == "lot" else None
    lines = published_lines(votes)
    return Bundle(
        format=FORMAT,
        community="演示社区",
        meeting="演示议事日",
        item="演示事项",
        position=1,
        wording="演示：是否修路灯",
        rule=rule.to_json(),
        rule_words=tuple(sentence.render() for sentence in wording.words(rule, question)),
        question=question.to_json(),
        facts=facts,
        electorate_digest=digest,
        lines=tuple(lines),
        root=merkle_root(lines),
        tally=_tally(votes, rule, question, facts, lot).to_json(),
        lot=lot,
        opened_at="2026-11-20T01:00:00Z",
        closed_at="2026-11-20T01:03:00Z",
        by_channel={"online": len(votes)},
    )


def _tally(
    votes: Sequence[PublishedVote], rule: Rule, question: Question, facts: Facts, lot: Lot | None
) -> Tally:
    if question == MOTION:
        return counting.count(((v.choice, v.area) for v in votes), rule, facts)
    tie_break = tie_break_of(rule, lot, question.options)
    return count_choice([v.choice for v in votes], rule, question, facts, tie_break)


def any_question(draw: random.Random, method: Method) -> Question:
    if method == "for-against-abstain":
        return MOTION
    options = tuple(draw.sample(NAMES, draw.randint(2, len(NAMES))))
    is_budget = method in ("greedy", "equal-shares")
    cost = draw.choice((1, 50, 10_000))
    return Question(
        method=method,
        options=options,
        seats=1 if method == "plurality" or is_budget else draw.randint(1, len(options) - 1),
        most=draw.choice((0, 1, len(options))),
        costs=tuple(cost * draw.randint(1, 9) for _option in options) if is_budget else (),
        budget=cost * draw.randint(5, 40) if is_budget else 0,
    )


def any_rule(draw: random.Random, *, is_motion: bool = True) -> Rule:
    shares = [{"fraction": share, "strict": False} for share in SHARES]
    shares += [{"fraction": share, "strict": True} for share in SHARES if share != "1/1"]
    is_by_area = is_motion and draw.random() < 0.5
    changed: dict[str, Any] = {
        "electorate": "owners" if is_by_area else draw.choice(("households", "persons")),
        "base": draw.choice(BASES),
        "majority": draw.choice(shares),
        "participation": draw.choice((None, *shares)),
        "majority_area": draw.choice((None, *shares)) if is_by_area else None,
        "participation_area": draw.choice((None, *shares)) if is_by_area else None,
        "follow": draw.choice(("none", "apart", "resolved")) if is_motion else "none",
        "tie_break": draw.choice(("none", "list", "lot")),
    }
    return Rule.from_json({**CONSULTATION.to_json(), **changed})


def any_choice(draw: random.Random, question: Question, rule: Rule) -> str:
    if question == MOTION:
        known = ["for", "for", "against", "abstain"]
        return draw.choice(known if rule.follow == "none" else [*known, "follow"])
    if draw.random() < 0.1:
        return "abstain"
    if question.has_none and draw.random() < 0.1:
        return "none"
    if question.shape == "grades":
        grades = [draw.choice(("", "1", "2", "3", "4", "5")) for _option in question.options]
        return ",".join(grades) if any(grades) else "abstain"
    numbers = range(1, len(question.options) + 1)
    named = draw.sample(numbers, draw.randint(1, question.may_name))
    if question.shape == "ranking":
        return ">".join(map(str, named))
    return ",".join(map(str, sorted(named)))


def as_json(made: Bundle) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.to_builtins(made)
    return body
