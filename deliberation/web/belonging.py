"""Which community a visit is in: that of what its address names, the visitor's own, or the chosen.

Nothing is kept between requests: another process may have founded a community meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from starlette.requests import Request
from tortoise.expressions import Case, RawSQL, When

from deliberation import store
from deliberation.matters import redrawing, workflows
from deliberation.people.models import Community
from deliberation.people.roles import NOBODY, Actor

COMMUNITY_COOKIE = "dd_community"

COMMUNITY_OF: Mapping[str, str] = MappingProxyType(
    {
        "community": "SELECT id FROM community WHERE id = ?",
        "meeting": "SELECT community_id AS id FROM meeting WHERE id = ?",
        "matter": "SELECT community_id AS id FROM matter WHERE id = ?",
        "demand": "SELECT community_id AS id FROM demand WHERE id = ?",
        "photo": "SELECT community_id AS id FROM attachment WHERE id = ?",
        "day": "SELECT community_id AS id FROM deliberation_day WHERE id = ?",
        "body": "SELECT community_id AS id FROM body WHERE id = ?",
        "organisation": "SELECT community_id AS id FROM organisation WHERE id = ?",
        "claim": "SELECT community_id AS id FROM claim WHERE id = ?",
        "venue": "SELECT community_id AS id FROM venue WHERE id = ?",
        "agreement": "SELECT community_id AS id FROM agreement WHERE id = ?",
        "suggestion": "SELECT community_id AS id FROM suggestion WHERE id = ?",
        "measure": "SELECT community_id AS id FROM measure WHERE id = ?",
        "participation": "SELECT community_id AS id FROM participation WHERE id = ?",
        "item": "SELECT m.community_id AS id FROM agenda_item i"
        " JOIN meeting m ON m.id = i.meeting_id WHERE i.id = ?",
        "proxy": "SELECT m.community_id AS id FROM proxy p"
        " JOIN meeting m ON m.id = p.meeting_id WHERE p.id = ?",
        "ballot": "SELECT m.community_id AS id FROM ballot b"
        " JOIN meeting m ON m.id = b.meeting_id WHERE b.id = ?",
        "batch": "SELECT m.community_id AS id FROM batch c JOIN ballot b ON b.id = c.ballot_id"
        " JOIN meeting m ON m.id = b.meeting_id WHERE c.id = ?",
        "objection": "SELECT m.community_id AS id FROM objection o"
        " JOIN ballot b ON b.id = o.ballot_id"
        " JOIN meeting m ON m.id = b.meeting_id WHERE o.id = ?",
    }
)
"""By the name of a part of an address: the statement that says whose thing it is, as `id`.

What has no line here (a person, a unit, a file that is imported) is looked for in the community of
who asks, and is not found in another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """Where a visit is, and who the visitor is there: nobody outside their own community.
    `is_torn`: the address names things of several communities."""

    community: Community | None
    has_others: bool
    actor: Actor
    is_torn: bool = False
    step_names: Mapping[str, str] = field(default_factory=dict)
    """What the community calls the steps that have names of its own."""


async def belonging_of(request: Request, identity: Actor) -> Belonging:
    """`identity` is who is signed in. Two statements, or one where the address names nothing."""
    named = await _named(request)
    first = next(iter(named), None)
    community = await _found(first or identity.community or _chosen(request))
    if community is None:
        return Belonging(community=None, has_others=False, actor=identity)
    is_home = identity.belongs_to(community.id) and len(named) < 2
    return Belonging(
        community=community,
        has_others=int(getattr(community, "of_all", 1)) > 1,
        actor=identity if is_home else NOBODY,
        is_torn=len(named) > 1,
        step_names=await _step_names(community),
    )


async def _step_names(community: Community) -> Mapping[str, str]:
    number = getattr(community, "workflow", None)
    if number is None:
        return {}
    return redrawing.names_of(await workflows.version(community.id, int(number))).own


async def _named(request: Request) -> set[UUID]:
    """The communities of what the address names, by one statement."""
    parts = request.path_params
    things = {name: _id_from(str(parts[name])) for name in COMMUNITY_OF if name in parts}
    asked = {name: thing for name, thing in things.items() if thing is not None}
    if not asked:
        return set()
    statement = " UNION ".join(COMMUNITY_OF[name] for name in asked)
    return store.identities(await store.read(statement, *asked.values()))


def _chosen(request: Request) -> UUID | None:
    return _id_from(request.cookies.get(COMMUNITY_COOKIE, ""))


def _id_from(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _found(wanted: UUID | None) -> Community | None:
    """The wanted one, else the first community; with `of_all`, how many rows there are, and
    `workflow`, the version that it adopted last."""
    order = Case(When(level="community", then="1"), default="2")
    if wanted is not None:
        order = Case(When(id=wanted, then="0"), When(level="community", then="1"), default="2")
    count = RawSQL("(SELECT COUNT(*) FROM community)")
    query = Community.annotate(place=order, of_all=count, workflow=_WORKFLOW)
    return await query.order_by("place", "created_at", "id").first()


_WORKFLOW = RawSQL(
    "(SELECT MAX(r.version) FROM rule_set r"
    " WHERE r.kind = 'workflow' AND r.community_id = community.id)"
)
