"""The domains that demands are sorted into: four that come with the service, three named here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from deliberation import journal
from deliberation.demands.models import Demand
from deliberation.demands.rules import OTHER_DOMAIN
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import SettingAdopted
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import home_of
from deliberation.rulesets.models import RuleSet
from deliberation.rulesets.service import adopt, latest
from deliberation.sheets.columns import clean_line

KIND = "domains"
LONGEST = 20
CODES: Sequence[str] = (
    *("facilities", "surroundings", "elder-care", "child-care"),
    *("own-1", "own-2", "own-3"),
)
"""Of the seven, in order. A code stays when its domain is given another name: other programs
know it by the code."""
OTHER = "other"
SHIPPED: Mapping[str, str] = MappingProxyType(
    {
        "facilities": N_("设施改造"),
        "surroundings": N_("环境美化"),
        "elder-care": N_("养老服务"),
        "child-care": N_("儿童托管"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """`code` for other programs, `name` for people."""

    code: str
    name: str


async def domains_of(community: UUID) -> list[Domain]:
    """Those in force, in their order, without 其他."""
    names = await _names(community)
    return [Domain(code=code, name=names[code]) for code in CODES if names.get(code)]


async def _names(community: UUID) -> dict[str, str]:
    data = await latest(community, KIND)
    return dict(SHIPPED) if data is None else {str(k): str(v) for k, v in data["names"].items()}


async def codes_by_name(community: UUID) -> dict[str, str]:
    """The code of every name that was ever in force; demands keep the name they came with."""
    rows = await RuleSet.filter(community_id=community, kind=KIND).order_by("version")
    known = {name: code for code, name in SHIPPED.items()}
    for row in rows:
        known |= {str(name): str(code) for code, name in json.loads(row.data)["names"].items()}
    return known | {OTHER_DOMAIN: OTHER}


async def check_domain(community: UUID, name: str) -> str:
    """The name as the list has it, 其他 for none. Raises FIELD_INVALID for what is no domain
    here: neither in force nor that of a demand there is."""
    wanted = clean_line(name) or OTHER_DOMAIN
    known = {domain.name for domain in await domains_of(community)} | {OTHER_DOMAIN}
    if wanted in known or await Demand.exists(community_id=community, domain=wanted):
        return wanted
    raise Refusal(Code.FIELD_INVALID, field=N_("领域"))


@journal.shielded
async def adopt_domains(actor: Actor, names: Sequence[str], *, at: datetime) -> None:
    """Name the seven, in the order of their codes; an empty name leaves one out. Demands keep the
    name they came with. Raises FIELD_MISSING, FIELD_TOO_LONG, FIELD_INVALID for one name twice."""
    actor.require(Permission.PREPARE)
    given = _checked(names)
    community = home_of(actor)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        if given == await _names(community):
            return
        data = {"names": given}
        version = await adopt(community, KIND, data, at=at)
        entry.tell(SettingAdopted(key=KIND, version=version, data=data))


def _checked(names: Sequence[str]) -> dict[str, str]:
    given = dict(zip(CODES, map(clean_line, names), strict=False))
    kept = {code: name for code, name in given.items() if name}
    if not kept:
        raise Refusal(Code.FIELD_MISSING, field=N_("领域"))
    if any(len(name) > LONGEST for name in kept.values()):
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("领域"), limit=LONGEST)
    if len(set(kept.values())) < len(kept) or OTHER_DOMAIN in kept.values():
        raise Refusal(Code.FIELD_INVALID, field=N_("领域"))
    return kept
