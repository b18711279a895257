"""Tables: rows prepared outside a transaction, to be taken over by one short statement."""

from uuid import uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.store.table import Table


class StagedRow(Table):
    """A row of `target` as JSON, waiting in a batch; `act` is insert, unnumbered or update."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    batch_id = fields.UUIDField()
    target = fields.CharField(max_length=40)
    act = fields.CharField(max_length=10)
    position = fields.IntField()
    data = fields.TextField()

    class Meta:
        table = "staged_row"
        indexes = (Index(fields=("batch_id", "target", "act")),)
