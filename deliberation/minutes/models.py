"""Tables: versions of minutes."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields

from deliberation.meetings.models import Meeting
from deliberation.store.table import Table


class Minutes(Table):
    """A version of a meeting's minutes: facts up to an entry of the journal, and edited prose."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "models.Meeting", on_delete=fields.RESTRICT
    )
    meeting_id: UUID
    version = fields.IntField()
    state = fields.CharField(max_length=12, default="draft")
    upto = fields.IntField()
    prose = fields.TextField(default="{}")
    document = fields.TextField(default="")
    digest = fields.CharField(max_length=64, default="")
    drafted_at: datetime = fields.DatetimeField()
    approved_at: datetime | None = fields.DatetimeField(null=True)
    published_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "minutes"
        unique_together = (("meeting", "version"),)
