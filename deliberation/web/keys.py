"""Keys for other programs: issued and shown once, revoked."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from starlette.responses import Response

from deliberation.i18n import N_
from deliberation.people import access
from deliberation.people.access import PURPOSES
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.trying import UNTRIED, Tried, tried
from deliberation.web.visit import Visit

PURPOSE_WORDS: Mapping[str, str] = MappingProxyType(
    dict(zip(PURPOSES, (N_("城市平台收发需求（Open311）"), N_("积分系统读参与记录")), strict=True))
)


async def listing(visit: Visit) -> Response:
    return await _listing(visit, UNTRIED)


async def _listing(visit: Visit, again: Tried, token: str = "") -> Response:
    return page(
        visit,
        "keys/list.html",
        status=again.status,
        section="desk",
        keys=await access.keys_of(visit.here.id),
        purpose_words=PURPOSE_WORDS,
        purposes=[(key, visit.translations.gettext(text)) for key, text in PURPOSE_WORDS.items()],
        token=token,
        base_url=visit.base_url,
        tried=again,
    )


async def issue(visit: Visit) -> Response:
    """The page that answers shows the key, this once: reloaded, it does not come again."""
    tokens: list[str] = []

    async def act() -> None:
        name, purpose = visit.text("name", limit=300), visit.text("purpose", limit=12)
        tokens.append(await access.issue_key(visit.actor, name, purpose, at=visit.now))

    again = await tried(visit, "issue", act, {"给谁用": "name", "用来做什么": "purpose"})
    if again is not None:
        return await _listing(visit, again)
    return await _listing(visit, UNTRIED, tokens[0]) if tokens else go("/keys")


async def revoke(visit: Visit) -> Response:
    key = visit.path_id("key")
    await guarding.done_once(visit, lambda: access.revoke_key(visit.actor, key, at=visit.now))
    return go("/keys")


PAGES: Sequence[Page] = (
    get("/keys", Permission.ADMINISTER, listing),
    post("/keys", Permission.ADMINISTER, issue),
    post("/keys/{key}/revocation", Permission.ADMINISTER, revoke),
)
