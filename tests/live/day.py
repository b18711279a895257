"""A meeting's voting, step by step as hypothesis invents it, beside the model of it."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from deliberation import journal
from deliberation.errors import Code
from tests.ballots.voting import ITEMS, Voting
from tests.live.house import HOUSEHOLDS, Handset, House, refused
from tests.live.model import Ballot, Model, receipts_of
from tests.live.steps import (
    STEPS,
    AllPress,
    ChairActs,
    ComeOrLeave,
    Press,
    PressAgain,
    PressAndLose,
    Restart,
    Step,
)

R = TypeVar("R")

PATIENCE_SECONDS = 60
"""Only bounds how long a step may hang; nothing is measured by it."""


Mornings: TypeAlias = Callable[[bool], tuple[str, Voting]]
"""A database of one's own with the hall in it, where votes may be changed, or are final."""


class Day(RuleBasedStateMachine):
    """All on one event loop; it stands still between the steps."""

    def __init__(self, folder: Path, mornings: Mornings) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = folder
        self.mornings = mornings
        self.house: House
        self.model: Model
        self.given: dict[Any, str] = {}
        self.is_sound = True

    def run(self, step: Coroutine[Any, Any, R]) -> R:
        async def bounded() -> R:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await step

        try:
            return self.loop.run(bounded())
        except BaseException:
            self.is_sound = False
            raise

    @initialize(may_change=st.booleans())
    def begins(self, may_change: bool) -> None:
        """With an open ballot, and everybody there."""
        self.house = House(self.folder, *self.mornings(may_change))
        self.model = Model(may_change=may_change, motions=ITEMS - 1)
        self.run(self._begin())

    async def _begin(self) -> None:
        await self.house.open()
        await self._chair("open")
        await asyncio.gather(*(self._come(n) for n in range(HOUSEHOLDS)))

    # One rule, not one a step: hypothesis would leave half of the rules out of every day.
    @rule(step=STEPS)
    def happens(self, step: Step) -> None:
        self.run(self._happen(step))

    async def _happen(self, step: Step) -> None:
        match step:
            case ChairActs(act):
                usual = {"open": ["close"], "closed": ["announce", "open"]}
                for each in usual.get(self.model.state, ["open"]) if act == "go on" else [act]:
                    await self._chair(each)
            case Press():
                await self._press(step)
            case PressAgain(n):
                await self._again(n)
            case PressAndLose():
                await self._press_and_lose(step)
            case AllPress(choices, is_closing):
                await self._crowd(choices, is_closing=is_closing and self.model.state == "open")
            case ComeOrLeave(n):
                handset = self.house.handsets[n]
                await (handset.leave() if handset.is_connected else self._come(n))
            case Restart(choice):
                await self._restart(choice)

    # ------------------------------------------------------------ the chair

    async def _chair(self, act: str) -> None:
        code = self.model.refusal_of(act)
        if code is not None:
            assert await refused(getattr(self.house.voting, act)()) == code
        elif act == "open":
            await self._open()
        elif act == "announce":
            await self._announce(self.model.in_hand)
        else:
            await getattr(self.house.voting, act)()
            self.model.in_hand.state = {"close": "closed", "void": "voided"}[act]
        await self.house.settle()

    async def _open(self) -> None:
        """Of the item in hand, or of the next one when a result has been announced."""
        if self.model.state == "announced":
            if not self.model.motions:
                assert await refused(self.house.voting.open()) == Code.BALLOT_ALREADY_HELD
                return
            await self.house.voting.call_next_motion()
            self.model.motions -= 1
        self.model.opened(await self.house.voting.open())

    async def _announce(self, ballot: Ballot) -> None:
        await self._clear_up(ballot)
        tally = await self.house.voting.announce()
        ballot.state = "announced"
        totals = {choice.value: n for choice, n in tally.totals.items() if n}
        assert totals == ballot.totals()
        assert (tally.cast, tally.entitled) == (len(ballot.votes), HOUSEHOLDS)
        assert await self.house.voting.turnout_told() == tally.cast
        assert await journal.broken_at(self.house.voting.meeting) is None

    # ------------------------------------------------------------ residents

    async def _press(self, press: Press) -> None:
        ballot = self.model.earlier(press.back)
        await self._clear_up(ballot)
        channel = self.house.by_form if press.is_form else self.house.by_socket
        told = await channel(press.n, ballot.id, press.choice)
        ballot.told(press.n, press.choice, told, self.house.now)

    async def _again(self, n: int) -> None:
        pressed = self.house.handsets[n].pressed
        ballot = next((b for b in self.model.ballots if str(b.id) == pressed.get("ballot")), None)
        if ballot is not None:
            doubt = ballot.doubts.get(n)
            if doubt is not None and doubt.choice != pressed["choice"]:
                await self._clear_up(ballot)
            ballot.told(n, pressed["choice"], await self.house.again(n), self.house.now)

    async def _press_and_lose(self, press: PressAndLose) -> None:
        ballot = self.model.in_hand
        await self._clear_up(ballot)
        handset = await self.house.come(press.n)
        await handset.press(ballot.id, press.choice)
        await handset.fall_silent()
        ballot.lost(press.n, press.choice, self.house.now)

    async def _clear_up(self, ballot: Ballot) -> None:
        """Whoever does not know whether their vote was counted sends it again, by the form."""
        for n, doubt in sorted(ballot.doubts.items()):
            told = await self.house.by_form(n, ballot.id, doubt.choice)
            ballot.told(n, doubt.choice, told, self.house.now)

    async def _crowd(self, choices: Sequence[str], *, is_closing: bool) -> None:
        ballot = self.model.in_hand
        await self._clear_up(ballot)
        presses = []
        for n, choice in enumerate(choices):
            is_connected = self.house.handsets[n].is_connected
            press = self.house.by_socket if is_connected else self.house.by_form
            presses.append(asyncio.create_task(press(n, ballot.id, choice)))
        if is_closing:
            await asyncio.wait(presses, return_when=asyncio.FIRST_COMPLETED)
            await self.house.voting.close()
        for n, told in enumerate(await asyncio.gather(*presses)):
            ballot.told(n, choices[n], told, self.house.now, is_closing=is_closing)
        if is_closing:
            ballot.state = "closed"
            assert await self.house.voting.turnout_told() == len(ballot.votes)

    # ------------------------------------------------------------ coming and going

    async def _come(self, n: int) -> None:
        """Who joins is told the vote of their own household."""
        mine = (await self.house.come(n)).mine
        assert mine["may_vote"] is True
        ballot = self.model.in_hand
        if n not in ballot.doubts:
            own, vote = mine["vote"], ballot.votes.get(n)
            told = (own["ballot"], own["choice"], own["receipt"]) if own else None
            assert told == ((str(ballot.id), vote.choice, vote.receipt) if vote else None)

    async def _restart(self, choice: str | None) -> None:
        ballot = self.model.in_hand
        await self._clear_up(ballot)
        there = [n for n, handset in enumerate(self.house.handsets) if handset.is_connected]
        if choice is not None:
            for n in there:
                await self.house.handsets[n].press(ballot.id, choice)
                ballot.lost(n, choice, self.house.now)
        for n, told in (await self.house.restart()).items():
            assert choice is not None
            ballot.told(n, choice, told, self.house.now)
        await asyncio.gather(*(self._come(n) for n in there))

    # ------------------------------------------------------------ what always holds

    @invariant()
    def the_database_keeps_what_was_told(self) -> None:
        self.run(self._check_kept())
        given = receipts_of(self.model.ballots)
        assert given | self.given == given, "a receipt has changed"
        self.given = given
        self.house.voting.clock.advance(timedelta(seconds=1))

    async def _check_kept(self) -> None:
        for ballot in self.model.ballots:
            kept, turnout = await self.house.kept_and_turnout(ballot.id)
            ballot.check_kept(kept)
            assert turnout == len(kept) <= HOUSEHOLDS

    @invariant()
    def everybody_is_shown_what_the_chair_sees(self) -> None:
        self.run(self._check_shown())

    async def _check_shown(self) -> None:
        await self.house.settle()
        state = await journal.state_of(self.house.voting.meeting)
        assert state.current is not None
        ballot = state.current.ballot
        assert ballot is not None
        assert (ballot.id, ballot.state) == (self.model.in_hand.id, self.model.state)
        is_shown = ballot.state in ("open", "closed")
        there = [handset for handset in self.house.handsets if handset.is_connected]
        for handset in there:
            seen = handset.ballot and (handset.ballot["id"], handset.ballot["state"])
            assert seen == ((str(ballot.id), ballot.state) if is_shown else None)
            assert _durable(handset) == _durable(there[0])

    def teardown(self) -> None:
        try:
            if self.is_sound:
                self.run(self._end_the_day())
            self.loop.run(self.house.close())
        finally:
            self.loop.close()

    async def _end_the_day(self) -> None:
        """Nothing is left in doubt, and what can be counted is."""
        for ballot in self.model.ballots:
            await self._clear_up(ballot)
        for act in ("close", "announce"):
            if self.model.refusal_of(act) is None:
                await self._chair(act)
        await self._check_kept()
        for stream in (self.house.voting.meeting, self.house.voting.community):
            assert await journal.broken_at(stream) is None


def _durable(handset: Handset) -> dict[str, str]:
    """What does not depend on when it was rendered; the turnout comes by frames of its own."""
    return {name: html for name, html in handset.parts.items() if name != "turnout"}
