"""The count of a choice among options, with the participation that the rule asks for. Pure."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from deliberation.ballots.counting import Facts, participation_of
from deliberation.ballots.tally import OUTCOME_WORDS, Choice, Outcome, Tally
from deliberation.ballots.working import participation_steps
from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.rulesets.exact import percent_text
from deliberation.rulesets.questions import ABSTAIN, Question
from deliberation.rulesets.rules import Rule
from deliberation.tally.asked import count_asked
from deliberation.tally.counted import Count
from deliberation.tally.ties import TieBreak


def count_choice(
    votes: Sequence[str],
    rule: Rule,
    question: Question,
    facts: Facts,
    tie_break: TieBreak | None = None,
) -> Tally:
    """In heads only: options are not put to the vote under a rule that counts areas.

    ValueError if more votes were cast than there are entitled."""
    cast = len(votes) + facts.spoilt
    if cast > facts.entitled:
        raise ValueError(f"{cast} votes of {facts.entitled} entitled")
    counted = count_asked(question, votes, tie_break)
    participation = participation_of(rule, cast, facts.entitled)
    abstained = sum(vote == ABSTAIN for vote in votes)
    made = Tally(
        totals={Choice.ABSTAIN: abstained},
        cast=cast,
        entitled=facts.entitled,
        present=max(facts.present, cast),
        turnout=percent_text(cast, facts.entitled) if facts.entitled else "",
        participation=participation,
        majority=None,
        outcome=Outcome.INVALID
        if participation is not None and not participation.reached
        else _outcome(question, counted),
        steps=(),
        spoilt=facts.spoilt,
        count=_kept(counted),
    )
    return replace(made, steps=_steps(rule, made, abstained, counted))


def _kept(counted: Count) -> dict[str, Any]:
    """The count as the journal can hold it: its keys are ASCII, so that figures, which people's
    words name, are pairs."""
    made = counted.to_json()
    for step in made["steps"]:
        step["figures"] = [[label, amount] for label, amount in step["figures"].items()]
    return made


def _steps(rule: Rule, tally: Tally, abstained: int, counted: Count) -> tuple[Sentence, ...]:
    text = N_("共投票{cast}，其中弃权{abstained}，废票{spoilt}")
    return (
        say(text, cast=tally.cast, abstained=abstained, spoilt=tally.spoilt),
        *participation_steps(rule, tally),
        *(step.says for step in counted.steps),
        say(N_("结果：{outcome}"), outcome=say(OUTCOME_WORDS[tally.outcome])),
    )


def _outcome(question: Question, counted: Count) -> Outcome:
    """Chosen, if no more are left for the seats than there are seats."""
    winners = len(counted.winners)
    if question.costs:
        return Outcome.CHOSEN if winners else Outcome.UNDECIDED
    return Outcome.CHOSEN if 0 < winners <= question.seats else Outcome.UNDECIDED
