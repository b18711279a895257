"""What the pages of the paper desk show."""

from typing import Any
from uuid import UUID

from deliberation import journal
from deliberation.ballots import batches, issuing, reconciling
from deliberation.ballots.batch_counting import papers_out, refused_in
from deliberation.ballots.desk_rules import (
    HANDS,
    PAPER,
    SPOILT,
    TEL,
    Difference,
    choices_of,
    text_of,
)
from deliberation.ballots.frozen import frozen_of
from deliberation.ballots.holding import labels_of
from deliberation.ballots.models import Ballot, Batch, Signature
from deliberation.errors import Refusal
from deliberation.i18n import N_
from deliberation.people.service import names_of
from deliberation.rulesets.questions import MOTION
from deliberation.web.pages import words_of
from deliberation.web.visit import Visit

EMPTY = N_("还没有录入。请一行录一张。")


async def frame_of(ballot: Ballot) -> dict[str, Any]:
    """What every page of the desk says of its ballot."""
    state = await journal.state_of(ballot.meeting_id)
    question = frozen_of(ballot).question
    return {
        "ballot": ballot,
        "item": state.item(ballot.item_id),
        "meeting_title": state.title,
        "base": f"/meetings/{ballot.meeting_id}/ballots/{ballot.id}",
        "question": question.to_json() if question != MOTION else None,
    }


async def desk_of(visit: Visit, ballot: Ballot) -> dict[str, Any]:
    frozen, translate = frozen_of(ballot), visit.translations.gettext
    rows = await Batch.filter(ballot_id=ballot.id).order_by("-number")
    named = await names_of({row.entered_by_id for row in rows})
    papers = await issuing.papers_of(ballot.id)
    return {
        "section": "days",
        **await frame_of(ballot),
        "takes_votes": ballot.state == "open" and not ballot.is_by_hands,
        "channels": _channels(ballot),
        "codes": _codes(ballot),
        "papers": papers,
        "first_serials": [p.serial for p in papers if p.state == "issued"][::300],
        "papers_out": await papers_out(ballot) if ballot.is_secret else 0,
        "batches": rows,
        "names": {person: one.name for person, one in named.items()},
        "has_piles": ballot.is_secret,
        "sheet": await reconciling.sheet_of(ballot),
        "needs_supervisor": frozen.rule.needs_supervisor,
        "empty_words": translate(EMPTY),
    }


def _channels(ballot: Ballot) -> list[str]:
    """Those that the ballot's rule takes at the desk."""
    taken = []
    for channel in (PAPER, TEL, HANDS):
        try:
            batches.check_channel(frozen_of(ballot), channel)
        except Refusal:
            continue
        taken.append(channel)
    return taken


def _codes(ballot: Ballot) -> list[tuple[str, str]]:
    """What to type, and the choice that it is; rankings and grades are typed in full."""
    frozen = frozen_of(ballot)
    if frozen.question.shape in ("ranking", "grades"):
        return [("弃", "abstain"), ("0", SPOILT)]
    return choices_of(frozen.question, follow=frozen.rule.follow != "none")


async def batch_of(visit: Visit, ballot: Ballot, row: Batch) -> dict[str, Any]:
    """One's own entry for who made it, the differences for both, the other's entry for nobody."""
    is_first = visit.actor.person == row.entered_by_id
    is_second = row.checked_by_id is not None and visit.actor.person == row.checked_by_id
    is_waiting = row.state in batches.WAITING and ballot.state == "open"
    own = row.entered if is_first else row.checked if is_second else ""
    found = batches.found_in(own) if is_waiting else {}
    different = batches.differences_in(row) if is_first or is_second else []
    refused = refused_in(row)
    names = await _names(row, [*found, *(d.name for d in different), *(n for n, _r in refused)])
    people = {row.entered_by_id} | ({row.checked_by_id} if row.checked_by_id else set())
    named = await names_of(people)
    return {
        "section": "days",
        **await frame_of(ballot),
        "batch": row,
        "codes": _codes(ballot),
        "has_piles": ballot.is_secret or row.channel == HANDS,
        "is_first": is_first,
        "may_check": is_waiting and not is_first and (row.checked_by_id is None or is_second),
        "is_waiting": is_waiting,
        "stack": text_of(found, names),
        "differences": [_told(one, names) for one in different],
        "refused": [(names.get(name, name), words_of(visit, why)) for name, why in refused],
        "names": {person: one.name for person, one in named.items()},
    }


async def _names(row: Batch, keys: list[str]) -> dict[str, str]:
    """Doors by voter, of a telephone batch; serials and choices speak for themselves."""
    if row.channel != TEL:
        return {}
    labels = await labels_of([UUID(key) for key in keys])
    return {str(voter): label for voter, label in labels.items()}


def _told(one: Difference, names: dict[str, str]) -> tuple[str, str | int | None, str | int | None]:
    return names.get(one.name, one.name), one.first, one.second


async def signatures_of(ballot: Ballot) -> list[tuple[str, Signature]]:
    rows = await Signature.filter(ballot_id=ballot.id).order_by("signed_at")
    named = await names_of({row.person_id for row in rows})
    return [(named[row.person_id].name, row) for row in rows if row.person_id in named]
