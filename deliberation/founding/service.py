"""Setting a community up: its name, places, rules, first facilitator and the days to come.

The first one is set up on an empty database; a subdistrict or city above it, and further ones
below, are founded by administrators.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import available_timezones

from deliberation import journal
from deliberation.agendas.ranking import Weights
from deliberation.auth.passwords import hash_password
from deliberation.errors import Code, Refusal
from deliberation.founding.levels import check_above, check_below, check_level
from deliberation.i18n import N_
from deliberation.journal.events import CommunityEstablished, DayRuleChanged, RoleGranted
from deliberation.meetings.days import DayRule
from deliberation.meetings.service import plan_days
from deliberation.people.models import Community, Person, Place, RoleGrant
from deliberation.people.roles import Actor, Permission, Role
from deliberation.people.service import create_account, first_community, home_of, lock_row
from deliberation.rulesets import service as rulesets
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import CONSULTATION

KINDS: Sequence[str] = ("grid", "courtyard", "entrance")
"""网格, 楼院, 楼门: the levels of the tree from the root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What set-up asks for. `places` are paths from the root, such as ("第一网格", "1号楼").
    Without a `day_rule` no days are planned, until one is adopted."""

    name: str
    facilitator: str
    login: str
    password: str
    day_rule: DayRule | None
    level: str = "community"
    zone: str = "Asia/Shanghai"
    places: Sequence[tuple[str, ...]] = ()
    is_demonstration: bool = False
    rule: Rule = CONSULTATION
    weights: Weights = field(default_factory=Weights)


def _check(founding: Founding) -> None:
    for text, name, limit in (
        (founding.name, N_("社区名称") if founding.level == "community" else N_("名称"), 60),
        (founding.facilitator, N_("主持人姓名"), 60),
        (founding.login, N_("用户名"), 40),
    ):
        if not text.strip():
            raise Refusal(Code.FIELD_MISSING, field=name)
        if len(text.strip()) > limit:
            raise Refusal(Code.FIELD_TOO_LONG, field=name, limit=limit)
        if not text.strip().isprintable():  # names stand in headers of letters and files
            raise Refusal(Code.FIELD_INVALID, field=name)
    check_level(founding.level)
    if founding.zone not in available_timezones():
        raise Refusal(Code.FIELD_INVALID, field=N_("时区"))
    for path in founding.places:
        if not 1 <= len(path) <= len(KINDS) or not all(part.strip() for part in path):
            raise Refusal(Code.FIELD_INVALID, field=N_("网格、楼院、楼门"))


@journal.shielded
async def found(founding: Founding, *, at: datetime) -> tuple[Community, UUID]:
    """Set up the first community of this installation; returns it and its first facilitator.

    Raises SETUP_DONE when there is one already.
    """
    _check(founding)
    password_hash = await hash_password(founding.password)
    await _check_empty()
    community = _new(founding, at)
    opens = journal.Opens(community.id, "community")
    async with journal.record(community.id, actor=None, at=at, opens=opens) as entry:
        await _check_empty()
        person = await _establish(entry, community, founding, password_hash)
    return community, person


async def _check_empty() -> None:
    if await first_community() is not None:
        raise Refusal(Code.SETUP_DONE)


@journal.shielded
async def found_above(actor: Actor, founding: Founding, *, at: datetime) -> Community:
    """Set up the subdistrict or city above the actor's own, with an administrator of its own.

    Raises HAS_LEVEL_ABOVE, LEVEL_UNSUITABLE, COMMUNITY_NAME_TAKEN.
    """
    actor.require(Permission.ADMINISTER)
    _check(founding)
    password_hash = await hash_password(founding.password)
    own = home_of(actor)
    made = _new(founding, at)
    opens = journal.Opens(made.id, "community")
    async with journal.record(made.id, actor=actor.person, at=at, opens=opens) as entry:
        below = await lock_row(own)
        check_above(below.level, made.level, has_parent=below.parent_id is not None)
        made.is_demonstration, made.zone = below.is_demonstration, below.zone
        await _check_name(made.name)
        await _establish(entry, made, founding, password_hash, above=own)
        await Community.filter(id=own).update(parent_id=made.id)
        entry.answer["community"] = str(made.id)
    return made


@journal.shielded
async def found_below(actor: Actor, founding: Founding, *, at: datetime) -> Community:
    """Set up a community, or a subdistrict of a city, below the actor's own, with a facilitator
    and rules of its own.

    Raises LEVEL_UNSUITABLE, COMMUNITY_NAME_TAKEN.
    """
    actor.require(Permission.ADMINISTER)
    _check(founding)
    password_hash = await hash_password(founding.password)
    own = home_of(actor)
    made = _new(founding, at)
    opens = journal.Opens(made.id, "community")
    async with journal.record(made.id, actor=actor.person, at=at, opens=opens) as entry:
        parent = await lock_row(own)
        check_below(parent.level, made.level)
        made.parent_id = own
        made.is_demonstration, made.zone = parent.is_demonstration, parent.zone
        await _check_name(made.name)
        await _establish(entry, made, founding, password_hash)
        entry.answer["community"] = str(made.id)
    return made


async def _check_name(name: str) -> None:
    """Two of one name could not be told apart where one is chosen."""
    if await Community.exists(name=name):
        raise Refusal(Code.COMMUNITY_NAME_TAKEN, name=name)


def _new(founding: Founding, at: datetime) -> Community:
    return Community(
        name=founding.name.strip(),
        level=founding.level,
        zone=founding.zone,
        is_demonstration=founding.is_demonstration,
        feed_uid=f"feed-{uuid4().hex}",
        created_at=at,
    )


async def _establish(
    entry: journal.Recorder,
    community: Community,
    founding: Founding,
    password_hash: str,
    *,
    above: UUID | None = None,
) -> UUID:
    """The row with its places, rules and days; returns who is its first facilitator."""
    await community.save(force_create=True)
    established = CommunityEstablished(
        name=community.name,
        is_demonstration=community.is_demonstration,
        level=community.level,
        parent=community.parent_id,
        above=above,
    )
    entry.tell(established)
    await _make_places(community.id, founding.places)
    person = await _make_facilitator(entry, community.id, founding, password_hash)
    await _adopt_rules(entry, community, founding)
    return person


async def _make_places(community: UUID, places: Sequence[tuple[str, ...]]) -> None:
    made: dict[tuple[str, ...], UUID] = {}
    for path in sorted({p[:n] for p in places for n in range(1, len(p) + 1)}):
        place = await Place.create(
            community_id=community,
            parent_id=made.get(path[:-1]),
            kind=KINDS[len(path) - 1],
            name=path[-1].strip(),
            path=" / ".join(part.strip() for part in path),
        )
        made[path] = place.id


async def _make_facilitator(
    entry: journal.Recorder, community: UUID, founding: Founding, password_hash: str
) -> UUID:
    person = await Person.create(community_id=community, name=founding.facilitator.strip())
    for role in (Role.FACILITATOR, Role.ADMINISTRATOR):
        await RoleGrant.create(person_id=person.id, role=role)
        entry.tell(RoleGranted(person=person.id, role=role), subject=f"person:{person.id}")
    await create_account(person.id, founding.login.strip(), password_hash)
    return person.id


async def _adopt_rules(entry: journal.Recorder, community: Community, founding: Founding) -> None:
    at = entry.at
    await rulesets.adopt(community.id, rulesets.MEETING, founding.rule.to_json(), at=at)
    await rulesets.adopt(community.id, rulesets.RANKING, founding.weights.to_json(), at=at)
    if founding.day_rule is None:
        return
    await rulesets.adopt(community.id, rulesets.DAYS, founding.day_rule.to_json(), at=at)
    entry.tell(DayRuleChanged(rule=founding.day_rule.to_json()))
    await plan_days(entry, community, founding.day_rule)
