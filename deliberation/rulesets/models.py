"""Tables: rule sets in force, by version."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields

from deliberation.people.models import Community
from deliberation.store.table import Table


class RuleSet(Table):
    """A version of a community's rule; `data` is the canonical JSON of its facts.

    Kinds: `meeting` (quorum, majority, speech), `days` (the deliberation day), `ranking` (weights).
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    kind = fields.CharField(max_length=20)
    version = fields.IntField()
    data = fields.TextField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "rule_set"
        unique_together = (("community", "kind", "version"),)
