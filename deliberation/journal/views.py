"""What a meeting looks like from outside, as frozen values; made by `replay`."""

from datetime import datetime
from uuid import UUID

import msgspec

from deliberation.journal.events import Json


class SpeechView(msgspec.Struct, frozen=True, kw_only=True):
    """A request for the floor."""

    id: UUID
    item: UUID
    person: UUID
    side: str
    channel: str
    is_first: bool
    asked_at: datetime


class SpeakingView(msgspec.Struct, frozen=True, kw_only=True):
    """Who has the floor, since when, for how many seconds."""

    speech: SpeechView
    recognised_at: datetime
    seconds: int


class HeardView(msgspec.Struct, frozen=True, kw_only=True):
    """A speech that ended, for the balance of sides."""

    speech: SpeechView
    seconds: int


class BallotView(msgspec.Struct, frozen=True, kw_only=True):
    """A ballot as everybody may see it; `tally` only once it is announced."""

    id: UUID
    state: str
    wording: str
    rule: Json
    entitled: int
    opened_at: datetime
    deadline_at: datetime | None = None
    closed_at: datetime | None = None
    question: Json | None = None
    entitled_area: int = 0
    closes_at: datetime | None = None
    turnout: int | None = None
    by_channel: dict[str, int] = {}
    provisional_until: datetime | None = None
    certified_at: datetime | None = None
    signatures: int = 0
    lot: str | None = None
    tally: Json | None = None
    reason: str | None = None

    @property
    def is_by_itself(self) -> bool:
        """It goes on whatever item is in hand: it stands open for days, or its result does."""
        return self.closes_at is not None or self.provisional_until is not None

    @property
    def is_provisional(self) -> bool:
        return (
            self.state == "announced"
            and self.provisional_until is not None
            and self.certified_at is None
        )


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the noticed agenda and how far it has come."""

    id: UUID
    position: int
    title: str
    step: str
    minutes: int
    reporter: str
    matter: UUID | None
    wording: str | None
    rule: Json | None = None
    question: Json | None = None
    window_days: int = 0
    state: str = "waiting"
    is_read: bool = False
    ballot: BallotView | None = None
    outcome: str | None = None
    resolution: str | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None


class MeetingState(msgspec.Struct, frozen=True, kw_only=True):
    """The whole meeting after entry `seq`."""

    seq: int = 0
    at: datetime | None = None
    meeting: UUID | None = None
    title: str = ""
    state: str = "planned"
    starts_at: datetime | None = None
    minutes: int = 0
    venue: str = ""
    rule: Json = {}
    chair: UUID | None = None
    recorder: UUID | None = None
    roll: int = 0
    present_required: int = 0
    present: int = 0
    hall: int = 0
    remote: int = 0
    is_quorum_lost: bool = False
    """Enough were there once, and have left; until enough are there again."""
    presence_told: int = 0
    """How often it was told that who is there, or who stands for whom, has changed."""
    items: tuple[ItemView, ...] = ()
    current_id: UUID | None = None
    queue: tuple[SpeechView, ...] = ()
    speaking: SpeakingView | None = None
    heard: tuple[HeardView, ...] = ()
    convened_at: datetime | None = None
    adjourned_at: datetime | None = None
    reason: str | None = None

    def rule_of(self, item: ItemView) -> Json:
        """What the item is, or will be, voted by."""
        if item.ballot is not None:
            return item.ballot.rule
        return item.rule if item.rule is not None else self.rule

    @property
    def current(self) -> ItemView | None:
        """The item that is open, if one is."""
        return next((i for i in self.items if i.id == self.current_id), None)

    @property
    def is_quorate(self) -> bool:
        return self.present >= self.present_required

    @property
    def open_ballot(self) -> BallotView | None:
        """The ballot that takes votes now, if one does."""
        ballot = self.current.ballot if self.current else None
        return ballot if ballot is not None and ballot.state == "open" else None

    @property
    def standing_open(self) -> tuple[ItemView, ...]:
        """Items whose ballots stand open for days, whatever item is in hand."""
        return tuple(
            i
            for i in self.items
            if i.ballot is not None and i.ballot.state == "open" and i.ballot.closes_at is not None
        )

    def ballot_item(self, ballot: UUID) -> ItemView | None:
        """The item whose latest ballot it is."""
        return next((i for i in self.items if i.ballot is not None and i.ballot.id == ballot), None)

    def item(self, item: UUID) -> ItemView | None:
        return next((i for i in self.items if i.id == item), None)

    @property
    def next_item(self) -> ItemView | None:
        """The first item in order that has not been called yet."""
        return next((i for i in self.items if i.state == "waiting"), None)
