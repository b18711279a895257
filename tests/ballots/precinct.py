"""Thirty voters who vote secretly again and again, for a thief to rob after each close."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from deliberation import journal
from deliberation.ballots import electorates, secret, service
from deliberation.ballots.casting import cast
from deliberation.ballots.electorates import Voter
from deliberation.ballots.models import Ballot, Electorate
from deliberation.ballots.published import RECEIPT_BYTES, receipt_code
from deliberation.ballots.votes import Cast, Casting
from deliberation.journal.canonical import canonical
from tests.ballots.voting import SECRET, Voting, voting_hall
from tests.flows.hall import ON_THE_DAY

VOTERS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Precinct:
    """Thirty voters who vote again and again, by a chance that is always the same."""

    voting: Voting
    electorate: Electorate
    voters: Sequence[UUID]
    luck: random.Random

    async def open(self) -> Ballot:
        return await Ballot.create(
            id=self.an_id(),
            meeting_id=self.voting.meeting,
            item_id=self.an_id(),
            electorate_id=self.electorate.id,
            wording="演示",
            rule=canonical(SECRET.to_json()),
            is_secret=True,
            entitled=VOTERS,
            opened_at=ON_THE_DAY,
        )

    async def vote(self, ballot: Ballot, *, is_by_groups: bool) -> dict[str, str]:
        """All vote, one after another or a few at a time; gives who chose what."""
        weights = [self.luck.random() + 0.1 for _choice in range(3)]
        papers = [
            Casting(
                ballot=ballot.id,
                voter=voter,
                person=voter,
                choice=self.luck.choices(["for", "against", "abstain"], weights)[0],
                channel="phone",
                at=ON_THE_DAY + timedelta(seconds=n),
                is_secret=True,
                receipt=receipt_code(self.luck.randbytes(RECEIPT_BYTES)),
            )
            for n, voter in enumerate(self.luck.sample(self.voters, VOTERS))
        ]
        rest = iter(papers)
        while group := list(
            itertools.islice(rest, self.luck.randint(3, 12) if is_by_groups else 1)
        ):
            assert all(isinstance(answer, Cast) for answer in await cast(group))
        return {str(paper.voter): paper.choice for paper in papers}

    async def close(self, ballot: Ballot) -> None:
        """As the service closes: with its journal, its sealing and its scrubbing."""

        @journal.shielded
        async def closing() -> None:
            meeting = self.voting.meeting
            async with journal.record(meeting, actor=None, at=ON_THE_DAY) as entry:
                item = (await journal.state_of(meeting)).items[0]
                await service._close(entry, item, ballot)
            await secret.scrub()

        await closing()

    def an_id(self) -> UUID:
        return UUID(int=self.luck.getrandbits(128))


async def precinct(monkeypatch: pytest.MonkeyPatch, seed: int) -> Precinct:
    """Needs an open store. Keys are drawn from the seed too, so that a run is like the next."""
    luck = random.Random(seed)  # noqa: S311  nothing here is a secret
    monkeypatch.setattr(secret, "_RANDOM", luck)
    voting = await voting_hall(households=1, rule=SECRET)
    ids = [UUID(int=luck.getrandbits(128)) for _ in range(VOTERS)]
    frozen = await electorates.freeze(voting.meeting, [Voter(id=i, holder=i, area=0) for i in ids])
    return Precinct(voting=voting, electorate=frozen, voters=ids, luck=luck)
