"""Tables: the demand list and files on their way into it."""

from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.people.models import Community
from deliberation.store.table import Table


class Demand(Table):
    """One thing residents ask for. Contact details are for staff only.

    `channel` is how it came (resident, grid, property, rider, volunteer, talk, hotline, open311,
    import, staff); `route` where triage sent it (deliberation, service, mediation, authority,
    petition, declined; empty: not looked at yet), with its public `route_reason` and the day until
    which an answer is due. What is `is_private` is a dispute between people: only its number is
    shown. Latitude and longitude in millionths of a degree.
    """

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
    place_id: UUID | None = fields.UUIDField(null=True)
    channel = fields.CharField(max_length=12, db_default="staff", default="staff")
    urgency = fields.CharField(max_length=10, db_default="ordinary", default="ordinary")
    route = fields.CharField(max_length=12, db_default="", default="")
    route_reason = fields.CharField(max_length=500, db_default="", default="")
    triaged_at: datetime | None = fields.DatetimeField(null=True)
    due_on: date | None = fields.DateField(null=True)
    answer = fields.CharField(max_length=1_000, db_default="", default="")
    answered_at: datetime | None = fields.DatetimeField(null=True)
    is_private = fields.BooleanField(db_default=False, default=False)
    offered_on: date | None = fields.DateField(null=True)
    latitude_micro: int | None = fields.IntField(null=True)
    longitude_micro: int | None = fields.IntField(null=True)
    outside_number = fields.CharField(max_length=60, db_default="", default="")
    settled_at: datetime | None = fields.DatetimeField(null=True)
    changed_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "demand"
        unique_together = (("community", "number"),)
        indexes = (
            Index(fields=("community_id", "state", "raised_on")),
            Index(fields=("community_id", "domain")),
            Index(fields=("raised_by_id",)),
            Index(fields=("community_id", "route", "due_on")),
            Index(fields=("place_id",)),
            Index(fields=("merged_into_id",)),
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


class Handover(Table):
    """A demand given to somebody by name; `kind` is service, authority (吹哨报到), mediation or
    petition. What was handed over in a dispute is for staff only.

    `state` is open, returned or withdrawn; `outcome` settled, unsettled, refused, disputed (said to
    be settled, and whoever asked says it is not), or accepted: a petition that is still open.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    demand: fields.ForeignKeyRelation[Demand] = fields.ForeignKeyField(
        "models.Demand", on_delete=fields.RESTRICT
    )
    demand_id: UUID
    kind = fields.CharField(max_length=12)
    to_name = fields.CharField(max_length=80)
    organisation_id: UUID | None = fields.UUIDField(null=True)
    words = fields.CharField(max_length=1_000, default="")
    due_on: date = fields.DateField()
    state = fields.CharField(max_length=10, default="open")
    outcome = fields.CharField(max_length=10, default="")
    returned_words = fields.CharField(max_length=1_000, default="")
    handed_at: datetime = fields.DatetimeField()
    returned_at: datetime | None = fields.DatetimeField(null=True)
    by_id: UUID | None = fields.UUIDField(null=True)

    class Meta:
        table = "handover"
        indexes = (
            Index(fields=("demand_id",)),
            Index(fields=("state", "due_on")),
            Index(fields=("organisation_id", "state")),
        )


class SupportAsk(Table):
    """A household that stood behind a demand which was merged is asked whether it stands behind
    the other too; its support is never moved. `answer` is empty, yes or no."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    demand: fields.ForeignKeyRelation[Demand] = fields.ForeignKeyField(
        "models.Demand", on_delete=fields.RESTRICT
    )
    demand_id: UUID
    from_demand_id = fields.UUIDField()
    household_id = fields.UUIDField()
    answer = fields.CharField(max_length=4, default="")
    asked_at: datetime = fields.DatetimeField()
    answered_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "support_ask"
        unique_together = (("demand", "household_id"),)
        indexes = (Index(fields=("household_id", "answer")),)


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
