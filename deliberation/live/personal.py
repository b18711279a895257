"""What is one person's own, as the frames tell it."""

from typing import Any

from deliberation.ballots.votes import Cast
from deliberation.faces.mine import Mine


def vote_facts(vote: Cast) -> dict[str, Any]:
    """A counted vote with its receipt; `at` in milliseconds since 1970, None where no time is
    kept."""
    return {
        "ballot": vote.ballot,
        "choice": vote.choice,
        "receipt": vote.receipt,
        "at": int(vote.at.timestamp() * 1000) if vote.at else None,
        "effect": vote.effect.value,
    }


def mine_facts(mine: Mine) -> dict[str, Any]:
    """Sent when a client joins and when something of its own changes."""
    speech = mine.speech
    return {
        "present": mine.is_present,
        "may_vote": mine.may_vote,
        "votes_as": mine.votes_as,
        "vote": vote_facts(mine.vote) if mine.vote else None,
        "speech": {"state": speech.state, "place": speech.place} if speech else None,
    }
