"""Tables: the demand list and files on their way into it."""

from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.people.models import Community
from deliberation.store.table import Table


class Demand(Table):
    """One thing residents ask for. Contact details are for staff only."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    number = fields.CharField(max_length=40)
    title = fields.CharField(max_length=120)
    description = fields.TextField(default="")
    domain = fields.CharField(max_length=40)
    place = fields.CharField(max_length=120, default="")
    source = fields.CharField(max_length=60, default="")
    raised_on: date = fields.DateField()
    supporters_listed = fields.IntField(default=0)
    supporters_signed = fields.IntField(default=0)
    carried_over = fields.IntField(default=0)
    contact_name = fields.CharField(max_length=60, default="")
    contact_phone = fields.CharField(max_length=30, default="")
    raised_by_id = fields.UUIDField(null=True)
    state = fields.CharField(max_length=20, default="listed")
    merged_into_id = fields.UUIDField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "demand"
        unique_together = (("community", "number"),)
        indexes = (
            Index(fields=("community_id", "state", "raised_on")),
            Index(fields=("community_id", "domain")),
            Index(fields=("raised_by_id",)),
        )


class Support(Table):
    """A household stands behind a demand. `journalled` once an entry has counted it."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    demand: fields.ForeignKeyRelation[Demand] = fields.ForeignKeyField(
        "models.Demand", on_delete=fields.RESTRICT
    )
    demand_id: UUID
    household_id = fields.UUIDField()
    person_id = fields.UUIDField()
    is_journalled = fields.BooleanField(default=False)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "support"
        unique_together = (("demand", "household_id"),)
        indexes = (Index(fields=("is_journalled",)), Index(fields=("household_id",)))


class DemandChange(Table):
    """What an intake will make of a demand, column by column: taken over by one statement that
    has no text to take apart, so that nobody waits for thousands of corrections."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    intake_id = fields.UUIDField()
    demand_id = fields.UUIDField()
    title = fields.CharField(max_length=120)
    description = fields.TextField()
    domain = fields.CharField(max_length=40)
    place = fields.CharField(max_length=120)
    source = fields.CharField(max_length=60)
    raised_on: date = fields.DateField()
    supporters_listed = fields.IntField()
    contact_name = fields.CharField(max_length=60)
    contact_phone = fields.CharField(max_length=30)

    class Meta:
        table = "demand_change"
        unique_together = (("intake_id", "demand_id"),)


class DemandIntake(Table):
    """A demand list between its preview and its confirmation; `report` is the preview as JSON."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    file_name = fields.CharField(max_length=200)
    state = fields.CharField(max_length=20)
    done_rows = fields.IntField(default=0)
    all_rows = fields.IntField(default=0)
    report = fields.TextField()
    by_id = fields.UUIDField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "demand_intake"
        indexes = (Index(fields=("community_id",)),)
