"""Tables: deliberation days, meetings, who should come, who came."""

from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.people.models import Community
from deliberation.store.table import Table


class DeliberationDay(Table):
    """A date set for business. `uid` is its calendar identity for life, `sequence` its revision."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    planned_on: date = fields.DateField()
    held_on: date = fields.DateField()
    starts_at: datetime = fields.DatetimeField()
    minutes = fields.IntField()
    venue = fields.CharField(max_length=120)
    state = fields.CharField(max_length=20, default="planned")
    reason = fields.CharField(max_length=250, default="")
    uid = fields.CharField(max_length=60, unique=True)
    sequence = fields.IntField(default=0)
    modified_at: datetime = fields.DatetimeField()

    class Meta:
        table = "deliberation_day"
        unique_together = (("community", "planned_on"),)
        indexes = (Index(fields=("community_id", "held_on")),)


class Meeting(Table):
    """One gathering of the households under the place path `scope` (all, when empty).

    The rule is copied in when the notice is published, and frozen there.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    day: fields.ForeignKeyNullableRelation[DeliberationDay] = fields.ForeignKeyField(
        "models.DeliberationDay", null=True, on_delete=fields.RESTRICT
    )
    day_id: UUID | None
    body_id = fields.UUIDField(null=True)
    title = fields.CharField(max_length=120)
    level = fields.CharField(max_length=20)
    kind = fields.CharField(max_length=20)
    scope = fields.CharField(max_length=250, default="")
    starts_at: datetime = fields.DatetimeField()
    minutes = fields.IntField()
    venue = fields.CharField(max_length=120)
    venue_id: UUID | None = fields.UUIDField(null=True)
    state = fields.CharField(max_length=20, default="planned")
    rule = fields.TextField(default="")
    present_required = fields.IntField(default=0)
    chair_id = fields.UUIDField(null=True)
    recorder_id = fields.UUIDField(null=True)
    reason = fields.CharField(max_length=250, default="")
    uid = fields.CharField(max_length=60, unique=True)
    sequence = fields.IntField(default=0)
    modified_at: datetime = fields.DatetimeField()

    class Meta:
        table = "meeting"
        indexes = (Index(fields=("community_id", "starts_at")), Index(fields=("day_id",)))


class RollEntry(Table):
    """A household that should attend (应到名册), as set with the notice."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "models.Meeting", on_delete=fields.RESTRICT
    )
    meeting_id: UUID
    household_id = fields.UUIDField()
    area_hundredths = fields.IntField(default=0)

    class Meta:
        table = "roll_entry"
        unique_together = (("meeting", "household_id"),)


class Attendance(Table):
    """A person signed in; presence is counted by household."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "models.Meeting", on_delete=fields.RESTRICT
    )
    meeting_id: UUID
    person_id = fields.UUIDField()
    household_id = fields.UUIDField(null=True)
    channel = fields.CharField(max_length=10)
    is_journalled = fields.BooleanField(default=False)
    signed_at: datetime = fields.DatetimeField()
    left_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "attendance"
        unique_together = (("meeting", "person_id"),)
        indexes = (Index(fields=("meeting_id", "is_journalled")),)


class Proxy(Table):
    """A mandate (委托): `holder_id` votes for the voter `giver_id` in one item of a meeting, or in
    all of them where `item_id` is empty; as instructed where `instruction` names a choice.

    `voter_id` is the household or the person for whom the vote is cast.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "models.Meeting", on_delete=fields.RESTRICT
    )
    meeting_id: UUID
    item_id = fields.UUIDField(null=True)
    voter_id = fields.UUIDField()
    giver_id = fields.UUIDField()
    holder_id = fields.UUIDField()
    instruction = fields.TextField(default="")
    state = fields.CharField(max_length=10, default="given")
    given_at: datetime = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "proxy"
        indexes = (Index(fields=("meeting_id", "voter_id")), Index(fields=("holder_id",)))


class Viewers(Table):
    """How many are connected to a meeting in one process, by face; where several share a database.

    It counts while `seen_at` is fresh: a process that was killed is soon forgotten.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "models.Meeting", on_delete=fields.RESTRICT
    )
    meeting_id: UUID
    worker = fields.CharField(max_length=40)
    resident = fields.IntField()
    screen = fields.IntField()
    console = fields.IntField()
    seen_at: datetime = fields.DatetimeField()

    class Meta:
        table = "viewers"
        unique_together = (("meeting", "worker"),)
        indexes = (Index(fields=("seen_at",)),)
