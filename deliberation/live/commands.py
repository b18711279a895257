"""What a client's command does, but for a vote: the same command again gives the same answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.live.protocol import Ask, Attend, Command, Withdraw
from deliberation.meetings import speaking
from deliberation.meetings.attending import sign_in
from deliberation.people.roles import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command with who gave it, where and when."""

    command: Command
    actor: Actor
    meeting: UUID
    at: datetime


async def obey(asked: Asked) -> dict[str, Any]:
    """Do a command and answer after the durable commit. Refusals are raised."""
    asked.actor.require(_needs(asked.command))
    try:
        with journal.commanded(asked.command.id):
            return await _act(asked)
    except journal.AlreadyAnswered as before:
        return before.answer


def _needs(command: Command) -> Permission:
    needs: Permission = command.NEEDS  # type: ignore[attr-defined] # every command has it
    return needs


async def _act(asked: Asked) -> dict[str, Any]:
    actor, meeting, at = asked.actor, asked.meeting, asked.at
    match asked.command:
        case Attend(channel=channel):
            is_new = await sign_in(actor, meeting, channel=channel, at=at)
            return {"present": True, "is_new": is_new}
        case Ask(side=side, channel=channel):
            await speaking.ask(actor, meeting, side, channel=channel, at=at)
            return {"speech": {"state": "waiting"}}
        case Withdraw():
            await speaking.withdraw(actor, meeting, at=at)
            return {"speech": None}
    raise Refusal(Code.BAD_REQUEST)
