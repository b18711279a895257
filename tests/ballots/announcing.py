"""A ballot that was voted on and announced, for whoever looks at what is published of it."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from msgspec.structs import replace

from deliberation.app import create_app
from deliberation.ballots.casting import cast
from deliberation.ballots.votes import Cast
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.voting import Voting, code, voting_hall
from tests.flows.hall import KEY, ON_THE_DAY
from tests.support.service import served

RULE = replace(CONSULTATION, version=2, tie_break="list")
FIELDS = Question(method="irv", options=("修路灯", "换门禁", "种树"), seats=1)
RANKED = ("1>2", "1", "2>1", "3>2", "3>2>1")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A served community with a ballot in it that has been announced."""

    url: str
    voting: Voting
    ballot: UUID

    @property
    def path(self) -> str:
        return f"/meetings/{self.voting.meeting}/ballots/{self.ballot}"


async def announced(
    choices: Sequence[str], *, rule: Rule = RULE, question: Question = MOTION
) -> tuple[Voting, UUID]:
    """Needs an open, empty store; the n-th household chose the n-th."""
    voting, ballot = await voted(choices, rule=rule, question=question)
    await voting.announce()
    return voting, ballot


async def voted(
    choices: Sequence[str], *, rule: Rule = RULE, question: Question = MOTION
) -> tuple[Voting, UUID]:
    """The same, closed and not announced yet."""
    voting = await voting_hall(households=len(choices), rule=rule, question=question)
    ballot = await voting.open()
    make = voting.sealed if rule.secrecy == "secret" else None
    papers = [
        make(ballot, n, choice, code(n)) if make else voting.paper(ballot, n, choice)
        for n, choice in enumerate(choices)
    ]
    answers = await cast(papers)
    assert all(isinstance(answer, Cast) for answer in answers), answers
    await voting.close()
    return voting, ballot


@contextlib.asynccontextmanager
async def house(
    folder: Path,
    database_url: str,
    choices: Sequence[str],
    *,
    rule: Rule = RULE,
    question: Question = MOTION,
    is_announced: bool = True,
) -> AsyncIterator[House]:
    settings = Settings(var=str(folder), database_url=database_url, secret_key=KEY)
    async with served(create_app(settings, FixedClock(ON_THE_DAY))) as url:
        made = announced if is_announced else voted
        voting, ballot = await made(choices, rule=rule, question=question)
        yield House(url=url, voting=voting, ballot=ballot)
