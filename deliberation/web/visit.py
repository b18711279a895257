"""A request as the handlers see it: who asks, in which language, with which form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.support import NullTranslations
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from deliberation.auth.limiting import Limiter
from deliberation.auth.tokens import form_token
from deliberation.clock import Clock
from deliberation.config import Settings
from deliberation.errors import Code, Refusal
from deliberation.people.models import Community
from deliberation.people.roles import Actor

DEVICE_COOKIE = "dd_device"
VISITOR_COOKIE = "dd_visitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the whole service shares, made once by the wiring."""

    settings: Settings
    clock: Clock
    key: bytes
    limiter: Limiter


def peer_of(request: Request, settings: Settings) -> str:
    """Whose tries are counted: the peer, or what a trusted proxy says of it."""
    peer = request.client.host if request.client else ""
    trusted = [a.strip() for a in settings.trusted_proxies.split(",")]
    if peer in trusted:
        forwarded = request.headers.get("x-forwarded-for", "")
        return forwarded.split(",")[-1].strip() or peer
    return peer


@dataclass(slots=True, kw_only=True)
class Visit:
    """One request, in one community.

    `identity` is who is signed in; `actor` who they are here: nobody, in a community that is not
    their own. `has_others`: there are more communities; `is_torn`: the address names things of
    several. `holder` is the cookie that form tokens are made for.
    `unread` counts messages, where a page is asked for.
    """

    request: Request
    desk: Desk
    actor: Actor
    identity: Actor
    community: Community | None
    has_others: bool
    is_torn: bool
    step_names: Mapping[str, str]
    translations: NullTranslations
    language: str
    holder: str
    unread: int = 0
    form: FormData = field(default_factory=FormData)

    @property
    def now(self) -> datetime:
        return self.desk.clock.now()

    @property
    def is_away(self) -> bool:
        """Signed in, and in a community that is not their own."""
        return self.identity.person is not None and self.actor.person is None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.community.zone if self.community else "Asia/Shanghai")

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def csrf_token(self) -> str:
        return form_token(self.desk.key, self.holder)

    @property
    def address(self) -> str:
        return peer_of(self.request, self.desk.settings)

    @property
    def base_url(self) -> str:
        """Where others reach us: the public address, else the one this request came by."""
        return (self.desk.settings.public_url or str(self.request.base_url)).rstrip("/")

    @property
    def here(self) -> Community:
        """The community; raises NOT_FOUND before set-up."""
        if self.community is None:
            raise Refusal(Code.NOT_FOUND)
        return self.community

    def path_id(self, name: str) -> UUID:
        """An id in the path; what is none is not found."""
        try:
            return UUID(self.request.path_params[name])
        except ValueError:
            raise Refusal(Code.NOT_FOUND) from None

    def text(self, name: str, *, limit: int = 5_000) -> str:
        """A field of the form, stripped; empty when it was not sent."""
        value = self.form.get(name, "")
        if not isinstance(value, str):
            raise Refusal(Code.FIELD_INVALID, field=name)
        if len(value) > limit:
            raise Refusal(Code.FIELD_TOO_LONG, field=name, limit=limit)
        if "\0" in value:
            raise Refusal(Code.FIELD_INVALID, field=name)  # PostgreSQL's text has none
        return value.replace("\r\n", "\n").strip()

    def form_password(self) -> str:
        """The password exactly as it was typed."""
        value = self.form.get("password", "")
        if not isinstance(value, str) or len(value) > 1_000:
            raise Refusal(Code.FIELD_INVALID, field="password")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number of the form; raises FIELD_INVALID for anything else."""
        text = self.text(name, limit=9)
        if not text and default is not None:
            return default
        if not (text.isascii() and text.lstrip("-").isdecimal()):
            raise Refusal(Code.FIELD_INVALID, field=name)
        return int(text)

    def day(self, name: str) -> date | None:
        text = self.text(name, limit=10)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise Refusal(Code.FIELD_INVALID, field=name) from None

    def id(self, name: str) -> UUID | None:
        text = self.text(name, limit=36)
        try:
            return UUID(text) if text else None
        except ValueError:
            raise Refusal(Code.FIELD_INVALID, field=name) from None

    def upload(self, name: str) -> UploadFile:
        """A file of the form; raises FIELD_MISSING when none was chosen."""
        value = self.form.get(name)
        if not isinstance(value, UploadFile) or not value.filename:
            raise Refusal(Code.FIELD_MISSING, field=name)
        return value

    def uploads(self, name: str) -> list[UploadFile]:
        """The files that were chosen in a field which takes several; those without a name are
        empty fields."""
        values = self.form.getlist(name)
        return [one for one in values if isinstance(one, UploadFile) and one.filename]

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params
