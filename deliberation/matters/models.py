"""Tables: matters, what was decided on them, how far they have come, how they were rated."""

from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.demands.models import Demand
from deliberation.people.models import Community, Organisation
from deliberation.store.table import Table


class Matter(Table):
    """One or more demands taken up for deliberation, on one of the five steps."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    number = fields.CharField(max_length=40)
    title = fields.CharField(max_length=120)
    step = fields.CharField(max_length=20)
    state = fields.CharField(max_length=20, default="active")
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT
    )
    organisation_id: UUID | None
    due_on: date | None = fields.DateField(null=True)
    merged_into_id = fields.UUIDField(null=True)
    opened_at: datetime = fields.DatetimeField()
    stepped_at: datetime = fields.DatetimeField()

    class Meta:
        table = "matter"
        unique_together = (("community", "number"),)
        indexes = (
            Index(fields=("community_id", "state", "step")),
            Index(fields=("organisation_id",)),
        )


class MatterDemand(Table):
    """Which demands a matter takes up."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    matter: fields.ForeignKeyRelation[Matter] = fields.ForeignKeyField(
        "models.Matter", on_delete=fields.RESTRICT
    )
    matter_id: UUID
    demand: fields.ForeignKeyRelation[Demand] = fields.ForeignKeyField(
        "models.Demand", on_delete=fields.RESTRICT
    )
    demand_id: UUID

    class Meta:
        table = "matter_demand"
        unique_together = (("matter", "demand"),)
        indexes = (Index(fields=("demand_id",)),)


class Resolution(Table):
    """What was decided, in the exact wording that was put to the vote."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community_id = fields.UUIDField()
    matter: fields.ForeignKeyNullableRelation[Matter] = fields.ForeignKeyField(
        "models.Matter", null=True, on_delete=fields.RESTRICT
    )
    matter_id: UUID | None
    meeting_id = fields.UUIDField()
    item_id = fields.UUIDField()
    ballot_id = fields.UUIDField(unique=True)
    wording = fields.TextField()
    outcome = fields.CharField(max_length=20)
    decided_at: datetime = fields.DatetimeField()

    class Meta:
        table = "resolution"
        indexes = (Index(fields=("matter_id",)), Index(fields=("community_id", "decided_at")))


class Progress(Table):
    """A report on how far the carrying out of a decision has come."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    matter: fields.ForeignKeyRelation[Matter] = fields.ForeignKeyField(
        "models.Matter", on_delete=fields.RESTRICT
    )
    matter_id: UUID
    note = fields.TextField()
    is_done = fields.BooleanField(default=False)
    reported_at: datetime = fields.DatetimeField()

    class Meta:
        table = "progress"
        indexes = (Index(fields=("matter_id", "reported_at")),)


class Rating(Table):
    """How a household finds what was done: done, partly or not."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    matter: fields.ForeignKeyRelation[Matter] = fields.ForeignKeyField(
        "models.Matter", on_delete=fields.RESTRICT
    )
    matter_id: UUID
    household_id = fields.UUIDField()
    score = fields.CharField(max_length=10)
    words = fields.CharField(max_length=500, default="")
    is_journalled = fields.BooleanField(default=False)
    rated_at: datetime = fields.DatetimeField()

    class Meta:
        table = "rating"
        unique_together = (("matter", "household_id"),)
        indexes = (Index(fields=("is_journalled",)),)
