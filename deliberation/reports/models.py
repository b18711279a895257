"""Tables: figures of earlier years that the service did not see itself."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields

from deliberation.people.models import Community
from deliberation.store.table import Table


class EarlierFigures(Table):
    """Figures of a `period` such as 2025, taken over from a file as they were quoted; `data` is
    the text of its table."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    period = fields.CharField(max_length=10)
    data = fields.TextField()
    source = fields.CharField(max_length=200)
    taken_at: datetime = fields.DatetimeField()

    class Meta:
        table = "earlier_figures"
        unique_together = (("community", "period"),)
