"""The communities of this installation: choosing one to look at; founding above and below."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.responses import Response

from deliberation.errors import Code, Refusal
from deliberation.founding import levels
from deliberation.founding.service import Founding, found_above, found_below
from deliberation.i18n import N_
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import communities, require_row
from deliberation.web import guarding
from deliberation.web.belonging import COMMUNITY_COOKIE
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.setup import day_rule_of, field_of, places_of
from deliberation.web.signing import YEAR_SECONDS, local_path
from deliberation.web.visit import Visit

LEVEL_WORDS: Mapping[str, str] = {
    "community": N_("社区"),
    "subdistrict": N_("街道"),
    "city": N_("市"),
}
_TYPED = ("name", "level", "facilitator", "login", "places")
_TYPED_DAYS = ("rule", "day", "nth", "weekday", "starts", "minutes", "venue")
_FIELDS_BY_CODE = {
    Code.LEVEL_UNSUITABLE: "level",
    Code.COMMUNITY_NAME_TAKEN: "name",
    Code.LOGIN_TAKEN: "login",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One row with what stands below it, by name."""

    row: Community
    below: Sequence["Branch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A form that was refused: which, why, what was typed."""

    form: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


def branches_of(rows: Sequence[Community], parent: UUID | None = None) -> list[Branch]:
    """The tree, each level by name; a row whose parent is not there stands at the top."""
    known = {row.id for row in rows}
    mine = [row for row in rows if (row.parent_id if row.parent_id in known else None) == parent]
    return [
        Branch(row=row, below=branches_of(rows, row.id))
        for row in sorted(mine, key=lambda row: row.name)
    ]


async def listing(visit: Visit) -> Response:
    return await _listing(visit, Tried())


async def _listing(visit: Visit, tried: Tried) -> Response:
    rows = await communities()
    return page(
        visit,
        "communities/list.html",
        status=tried.status,
        branches=branches_of(rows),
        level_words=LEVEL_WORDS,
        own=visit.identity.community,
        tried=tried,
        **_foundable(visit, {row.id: row for row in rows}),
    )


def _foundable(visit: Visit, rows: Mapping[UUID, Community]) -> dict[str, Any]:
    """The levels that the viewer may found above and below their own, for a choice."""
    own = rows.get(visit.actor.community) if visit.actor.community else None
    if own is None or not visit.actor.may(Permission.ADMINISTER):
        return {"above": (), "below": ()}
    above = levels.above(own.level) if own.parent_id is None else ()
    translate = visit.translations.gettext
    return {
        "above": [(level, translate(LEVEL_WORDS[level])) for level in above],
        "below": [(level, translate(LEVEL_WORDS[level])) for level in levels.below(own.level)],
    }


async def choose(visit: Visit) -> Response:
    """Look at this community from now on, on this device: a visitor's choice changes nothing."""
    chosen = await require_row(visit.path_id("community"))
    response = go(local_path(visit.query.get("next", "/")))
    response.set_cookie(
        COMMUNITY_COOKIE,
        str(chosen.id),
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="lax",
        secure=visit.desk.settings.is_secure,
    )
    return response


Found = Callable[[Visit, Actor], Awaitable[Community]]


def _founding(form: str, found: Found) -> Callable[[Visit], Awaitable[Response]]:
    """A handler that founds once; what was typed stays when something is missing."""

    async def do(visit: Visit) -> None:
        await found(visit, visit.actor)

    async def handler(visit: Visit) -> Response:
        try:
            await guarding.done_once(visit, lambda: do(visit))
        except Refusal as refusal:
            name = _FIELDS_BY_CODE.get(refusal.code) or field_of(refusal)
            errors = {f"{form}-{name}": words_of(visit, refusal)}
            typed = {name: visit.text(name, limit=20_000) for name in (*_TYPED, *_TYPED_DAYS)}
            tried = Tried(form=form, errors=errors, typed=typed, status=refusal.status)
            return await _listing(visit, tried)
        return go("/communities")

    return handler


async def _above(visit: Visit, actor: Actor) -> Community:
    return await found_above(actor, _asked(visit), at=visit.now)


async def _below(visit: Visit, actor: Actor) -> Community:
    return await found_below(actor, _asked(visit), at=visit.now)


def _asked(visit: Visit) -> Founding:
    """A community meets by a rule of its own; the levels above it when they adopt one."""
    level = visit.text("level", limit=20)
    is_community = level == "community"
    return Founding(
        name=visit.text("name"),
        level=level,
        facilitator=visit.text("facilitator"),
        login=visit.text("login"),
        password=visit.form_password(),
        day_rule=day_rule_of(visit) if is_community else None,
        places=places_of(visit.text("places", limit=20_000)) if is_community else (),
    )


PAGES: Sequence[Page] = (
    get("/communities", Permission.PUBLIC, listing),
    get("/communities/{community}", Permission.PUBLIC, choose),
    post("/communities/above", Permission.ADMINISTER, _founding("above", _above)),
    post("/communities/below", Permission.ADMINISTER, _founding("below", _below)),
)
