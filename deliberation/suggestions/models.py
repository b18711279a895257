"""Tables: suggestions, measures, and what came of which. Both links are many to many."""

from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.people.models import Community
from deliberation.store.table import Table


class Suggestion(Table):
    """What somebody suggested in an informal meeting (吃茶话事, 夜话), or elsewhere. It may have
    been put on the demand list."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    meeting_id: UUID | None = fields.UUIDField(null=True)
    number = fields.CharField(max_length=40)
    words = fields.CharField(max_length=250)
    demand_id: UUID | None = fields.UUIDField(null=True)
    person_id: UUID | None = fields.UUIDField(null=True)
    noted_at: datetime = fields.DatetimeField()

    class Meta:
        table = "suggestion"
        unique_together = (("community", "number"),)
        indexes = (Index(fields=("meeting_id",)),)


class Measure(Table):
    """What is to be done about suggestions; it may be carried out as a matter."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    number = fields.CharField(max_length=40)
    title = fields.CharField(max_length=120)
    organisation_id: UUID | None = fields.UUIDField(null=True)
    matter_id: UUID | None = fields.UUIDField(null=True)
    due_on: date | None = fields.DateField(null=True)
    taken_at: datetime = fields.DatetimeField()
    done_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "measure"
        unique_together = (("community", "number"),)
        indexes = (Index(fields=("matter_id",)),)


class MeasureSource(Table):
    """A suggestion that a measure answers."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    measure: fields.ForeignKeyRelation[Measure] = fields.ForeignKeyField(
        "models.Measure", on_delete=fields.RESTRICT
    )
    measure_id: UUID
    suggestion: fields.ForeignKeyRelation[Suggestion] = fields.ForeignKeyField(
        "models.Suggestion", on_delete=fields.RESTRICT
    )
    suggestion_id: UUID

    class Meta:
        table = "measure_source"
        unique_together = (("measure", "suggestion"),)
        indexes = (Index(fields=("suggestion_id",)),)


class Solution(Table):
    """A problem that a measure solved: a demand of the list, or in words where it was none."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    measure: fields.ForeignKeyRelation[Measure] = fields.ForeignKeyField(
        "models.Measure", on_delete=fields.RESTRICT
    )
    measure_id: UUID
    demand_id: UUID | None = fields.UUIDField(null=True)
    words = fields.CharField(max_length=250, default="")
    solved_on: date = fields.DateField()

    class Meta:
        table = "solution"
        indexes = (Index(fields=("measure_id",)), Index(fields=("demand_id",)))
