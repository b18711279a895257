"""Who may do what: one table. Every route and frame names the permission it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

from deliberation.errors import Code, Refusal


class Role(StrEnum):
    RESIDENT = "resident"
    REPRESENTATIVE = "representative"
    FACILITATOR = "facilitator"
    RECORDER = "recorder"
    ARCHIVIST = "archivist"
    LIAISON = "liaison"
    GRID_WORKER = "grid_worker"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a route, a frame or an act needs. PUBLIC needs nobody to be signed in."""

    PUBLIC = "public"
    RAISE_DEMAND = "raise_demand"
    SUPPORT_DEMAND = "support_demand"
    REGISTER = "register"
    """Enter what others bring, saying how it came."""
    ATTEND = "attend"
    SPEAK = "speak"
    VOTE = "vote"
    RATE = "rate"
    SEE_CONTACTS = "see_contacts"
    PREPARE = "prepare"
    PRESIDE = "preside"
    RECORD = "record"
    ENTER_PAPERS = "enter_papers"
    SUPERVISE = "supervise"
    APPROVE_MINUTES = "approve_minutes"
    CLAIM = "claim"
    """Take a demand on or refuse to: a liaison for their own organisation, staff for one that says
    so in the joint meeting."""
    REPORT_PROGRESS = "report_progress"
    OVERSEE = "oversee"
    """Assign and review what communities below escalated."""
    READ_RECORDS = "read_records"
    IMPORT = "import"
    ADMINISTER = "administer"


_RESIDENT = frozenset(
    {
        Permission.PUBLIC,
        Permission.RAISE_DEMAND,
        Permission.SUPPORT_DEMAND,
        Permission.ATTEND,
        Permission.SPEAK,
        Permission.VOTE,
        Permission.RATE,
    }
)
_STAFF = frozenset({Permission.PUBLIC, Permission.ATTEND})

PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.RESIDENT: _RESIDENT,
        Role.REPRESENTATIVE: _RESIDENT,
        Role.FACILITATOR: _STAFF
        | {
            Permission.RAISE_DEMAND,
            Permission.REGISTER,
            Permission.OVERSEE,
            Permission.SEE_CONTACTS,
            Permission.PREPARE,
            Permission.PRESIDE,
            Permission.RECORD,
            Permission.ENTER_PAPERS,
            Permission.APPROVE_MINUTES,
            Permission.CLAIM,
            Permission.REPORT_PROGRESS,
            Permission.READ_RECORDS,
            Permission.IMPORT,
        },
        Role.RECORDER: _STAFF
        | {Permission.RECORD, Permission.ENTER_PAPERS, Permission.READ_RECORDS},
        Role.ARCHIVIST: _STAFF | {Permission.READ_RECORDS},
        Role.LIAISON: _STAFF | {Permission.REPORT_PROGRESS, Permission.CLAIM},
        Role.GRID_WORKER: _STAFF | {Permission.RAISE_DEMAND, Permission.REGISTER},
        Role.SUPERVISOR: _STAFF | {Permission.ENTER_PAPERS, Permission.SUPERVISE},
        Role.ADMINISTRATOR: _STAFF
        | {Permission.IMPORT, Permission.ADMINISTER, Permission.SEE_CONTACTS, Permission.PREPARE},
    }
)


@lru_cache(maxsize=64)
def _permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Asked for every vote: each set of roles is looked up once."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks. Nobody signed in: `person` is None and only PUBLIC is granted.

    `community` is where the person belongs; `organisation` the one a liaison speaks for.
    """

    person: UUID | None = None
    community: UUID | None = None
    household: UUID | None = None
    organisation: UUID | None = None
    name: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)

    def may(self, permission: Permission) -> bool:
        if permission is Permission.PUBLIC:
            return True
        return permission in _permissions_of(self.roles)

    def require(self, permission: Permission) -> None:
        """Raises SIGN_IN_REQUIRED when nobody is signed in, NOT_PERMITTED when it is not theirs."""
        if self.may(permission):
            return
        raise Refusal(Code.SIGN_IN_REQUIRED if self.person is None else Code.NOT_PERMITTED)

    def belongs_to(self, community: UUID | None) -> bool:
        """Whether a thing of that community is one of their own."""
        return community is not None and self.community == community

    def check_in(self, community: UUID | None) -> None:
        """A thing of another community is not there for them: raises NOT_FOUND."""
        if not self.belongs_to(community):
            raise Refusal(Code.NOT_FOUND)

    @property
    def is_staff(self) -> bool:
        return bool(self.roles - {Role.RESIDENT, Role.REPRESENTATIVE})

    def present_person(self) -> UUID:
        """The person who asks; raises SIGN_IN_REQUIRED when there is none."""
        if self.person is None:
            raise Refusal(Code.SIGN_IN_REQUIRED)
        return self.person


NOBODY = Actor()
