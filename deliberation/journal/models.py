"""Tables: streams of entries, and answers to commands."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.store.table import Table


class Stream(Table):
    """An append-only sequence: one per meeting, one per community. `head` is the last hash."""

    id = fields.UUIDField(primary_key=True)
    community_id = fields.UUIDField()
    kind = fields.CharField(max_length=12)
    seq = fields.BigIntField(default=0)
    head = fields.CharField(max_length=64)

    class Meta:
        table = "stream"


class Entry(Table):
    """One thing that happened. Bodies are canonical text; the restricted one may be erased."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    stream: fields.ForeignKeyRelation[Stream] = fields.ForeignKeyField(
        "models.Stream", on_delete=fields.RESTRICT
    )
    stream_id: UUID
    seq = fields.BigIntField()
    at: datetime = fields.DatetimeField()
    actor_id = fields.UUIDField(null=True)
    name = fields.CharField(max_length=40)
    subject = fields.CharField(max_length=60, null=True)
    public = fields.TextField()
    public_salt = fields.CharField(max_length=32)
    public_digest = fields.CharField(max_length=64)
    restricted = fields.TextField(null=True)
    restricted_salt = fields.CharField(max_length=32, null=True)
    restricted_digest = fields.CharField(max_length=64, null=True)
    hash = fields.CharField(max_length=64)

    class Meta:
        table = "entry"
        unique_together = (("stream", "seq"),)
        indexes = (Index(fields=("subject",)),)


class Answer(Table):
    """What a command was answered, so that the same command gets the same answer again."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    actor_id = fields.UUIDField()
    command = fields.CharField(max_length=40)
    answer = fields.TextField()
    answered_at: datetime = fields.DatetimeField()

    class Meta:
        table = "answer"
        unique_together = (("actor_id", "command"),)
        indexes = (Index(fields=("answered_at",)),)
