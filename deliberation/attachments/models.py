"""Tables: photos."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.people.models import Community
from deliberation.store.table import Table


class Attachment(Table):
    """A photo of a `subject` such as `demand:…` or `task:…`, re-encoded and without metadata.

    `phase` is before, during or after. It is `is_shown` in public once staff have looked at it;
    what was hidden keeps its reason.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    subject = fields.CharField(max_length=60)
    phase = fields.CharField(max_length=10)
    caption = fields.CharField(max_length=120, default="")
    media_type = fields.CharField(max_length=40)
    width = fields.IntField()
    height = fields.IntField()
    content = fields.BinaryField()
    thumbnail = fields.BinaryField()
    digest = fields.CharField(max_length=64)
    is_shown = fields.BooleanField(default=False)
    hidden_reason = fields.CharField(max_length=250, default="")
    by_id: UUID | None = fields.UUIDField(null=True)
    taken_at: datetime = fields.DatetimeField()

    class Meta:
        table = "attachment"
        unique_together = (("subject", "digest"),)
        indexes = (
            Index(fields=("subject", "taken_at")),
            Index(fields=("community_id", "is_shown", "hidden_reason")),  # pictures are not read
        )
