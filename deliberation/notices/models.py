"""Tables: public notices as they were published."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.people.models import Community
from deliberation.store.table import Table


class Notice(Table):
    """A public notice (公示); `content` is canonical JSON and `digest` its SHA-256."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    subject_id = fields.UUIDField(unique=True)
    content = fields.TextField()
    digest = fields.CharField(max_length=64)
    published_at: datetime = fields.DatetimeField()

    class Meta:
        table = "notice"
        indexes = (Index(fields=("community_id", "published_at")),)
