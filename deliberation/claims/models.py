"""Tables: claims of organisations, escalations to the level above, their periodic review."""

from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.demands.models import Demand
from deliberation.people.models import Community, Organisation
from deliberation.store.table import Table


class Claim(Table):
    """An organisation's answer to a demand that was offered.

    `state` is claimed, refused, released, done or ended. `active_demand_id` is the demand while
    the claim is in force, and nobody else's: two liaisons at once cannot both have it.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    demand: fields.ForeignKeyRelation[Demand] = fields.ForeignKeyField(
        "models.Demand", on_delete=fields.RESTRICT
    )
    demand_id: UUID
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    matter_id: UUID | None = fields.UUIDField(null=True)
    meeting_id: UUID | None = fields.UUIDField(null=True)
    active_demand_id: UUID | None = fields.UUIDField(null=True, unique=True)
    state = fields.CharField(max_length=12)
    promised_on: date | None = fields.DateField(null=True)
    reason = fields.CharField(max_length=500, default="")
    by_id: UUID | None = fields.UUIDField(null=True)
    claimed_at: datetime = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "claim"
        indexes = (
            Index(fields=("demand_id",)),
            Index(fields=("organisation_id", "state")),
            Index(fields=("community_id", "state")),
        )


class Escalation(Table):
    """A demand or matter on the list of the joint meeting of the level above (of the community
    itself where there is none).

    `cause` is unclaimed, overdue, dissatisfied or asked; `state` listed, assigned, done or
    returned. `open_subject_id` is the demand or matter until it is done or returned: it stands on
    the list once.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    upper_id = fields.UUIDField()
    demand_id: UUID | None = fields.UUIDField(null=True)
    matter_id: UUID | None = fields.UUIDField(null=True)
    open_subject_id: UUID | None = fields.UUIDField(null=True, unique=True)
    cause = fields.CharField(max_length=12)
    reason = fields.CharField(max_length=500, default="")
    state = fields.CharField(max_length=12)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", null=True, on_delete=fields.RESTRICT
    )
    organisation_id: UUID | None
    duty = fields.CharField(max_length=250, default="")
    due_on: date | None = fields.DateField(null=True)
    raised_at: datetime = fields.DatetimeField()
    assigned_at: datetime | None = fields.DatetimeField(null=True)
    ended_at: datetime | None = fields.DatetimeField(null=True)
    outcome = fields.CharField(max_length=500, default="")

    class Meta:
        table = "escalation"
        indexes = (
            Index(fields=("upper_id", "state")),
            Index(fields=("community_id", "state")),
            Index(fields=("organisation_id", "state")),
            Index(fields=("matter_id",)),
            Index(fields=("demand_id",)),
        )


class Review(Table):
    """What a periodic review (调度) found of an assignment."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    escalation: fields.ForeignKeyRelation[Escalation] = fields.ForeignKeyField(
        "models.Escalation", on_delete=fields.RESTRICT
    )
    escalation_id: UUID
    state = fields.CharField(max_length=12)
    words = fields.CharField(max_length=500)
    by_id: UUID | None = fields.UUIDField(null=True)
    reviewed_at: datetime = fields.DatetimeField()

    class Meta:
        table = "review"
        indexes = (Index(fields=("escalation_id", "reviewed_at")),)
