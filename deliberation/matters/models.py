"""Tables: matters, what was decided on them, how far they have come, how they were rated."""

from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.demands.models import Demand
from deliberation.people.models import Community, Organisation
from deliberation.store.table import Table


class Matter(Table):
    """One or more demands taken up, on one of the five steps; `stage` is the part of the step by
    the version of the `workflow` that it began with (0: the one that comes with the service)."""

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
    workflow = fields.IntField(db_default=0, default=0)
    stage = fields.CharField(max_length=20, db_default="", default="")
    staged_at: datetime | None = fields.DatetimeField(null=True)
    returns = fields.IntField(db_default=0, default=0)
    carried_over = fields.IntField(db_default=0, default=0)
    done_at: datetime | None = fields.DatetimeField(null=True)
    closed_at: datetime | None = fields.DatetimeField(null=True)
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
    task_id: UUID | None = fields.UUIDField(null=True)
    note = fields.TextField()
    is_done = fields.BooleanField(default=False)
    reported_at: datetime = fields.DatetimeField()

    class Meta:
        table = "progress"
        indexes = (Index(fields=("matter_id", "reported_at")), Index(fields=("task_id",)))


class Task(Table):
    """A piece of carrying a matter out, with an owner and a day. `origin` is claim, assignment,
    escalation or return; `state` open, done or released. `first_due_on` never changes."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    matter: fields.ForeignKeyRelation[Matter] = fields.ForeignKeyField(
        "models.Matter", on_delete=fields.RESTRICT
    )
    matter_id: UUID
    community_id = fields.UUIDField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    title = fields.CharField(max_length=120)
    origin = fields.CharField(max_length=12)
    state = fields.CharField(max_length=10, default="open")
    due_on: date = fields.DateField()
    first_due_on: date = fields.DateField()
    reason = fields.CharField(max_length=500, default="")
    set_at: datetime = fields.DatetimeField()
    done_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "task"
        indexes = (
            Index(fields=("matter_id",)),
            Index(fields=("organisation_id", "state")),
            Index(fields=("community_id", "state", "due_on")),
        )


class Milestone(Table):
    """A stage of a task, scheduled backwards from its day (倒排工期)."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    task: fields.ForeignKeyRelation[Task] = fields.ForeignKeyField(
        "models.Task", on_delete=fields.RESTRICT
    )
    task_id: UUID
    position = fields.IntField()
    title = fields.CharField(max_length=80)
    due_on: date = fields.DateField()
    reached_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "milestone"
        unique_together = (("task", "position"),)


class Postponement(Table):
    """A task's day was moved, with a public reason."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    task: fields.ForeignKeyRelation[Task] = fields.ForeignKeyField(
        "models.Task", on_delete=fields.RESTRICT
    )
    task_id: UUID
    moved_from: date = fields.DateField()
    moved_to: date = fields.DateField()
    reason = fields.CharField(max_length=500)
    postponed_at: datetime = fields.DatetimeField()

    class Meta:
        table = "postponement"
        indexes = (Index(fields=("task_id", "postponed_at")),)


class Evaluation(Table):
    """One time of asking "is it really done?". `asked` and `rated` are households, `mean` is in
    hundredths; `scope` is supporters, attendants or everybody. `outcome` is closed, returned or
    escalated."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    matter: fields.ForeignKeyRelation[Matter] = fields.ForeignKeyField(
        "models.Matter", on_delete=fields.RESTRICT
    )
    matter_id: UUID
    round = fields.IntField()
    scope = fields.CharField(max_length=12)
    asked = fields.IntField(default=0)
    rated = fields.IntField(default=0)
    mean = fields.IntField(default=0)
    opened_at: datetime = fields.DatetimeField()
    closes_on: date = fields.DateField()
    closed_at: datetime | None = fields.DatetimeField(null=True)
    outcome = fields.CharField(max_length=12, default="")

    class Meta:
        table = "evaluation"
        unique_together = (("matter", "round"),)
        indexes = (Index(fields=("closed_at", "closes_on")),)


class Rating(Table):
    """A household that is asked; `mark` is 1 to 5, None until it has answered."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    evaluation: fields.ForeignKeyRelation[Evaluation] = fields.ForeignKeyField(
        "models.Evaluation", on_delete=fields.RESTRICT
    )
    evaluation_id: UUID
    household_id = fields.UUIDField()
    mark: int | None = fields.IntField(null=True)
    words = fields.CharField(max_length=500, default="")
    is_journalled = fields.BooleanField(default=True)
    rated_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "household_rating"
        unique_together = (("evaluation", "household_id"),)
        indexes = (Index(fields=("is_journalled",)), Index(fields=("household_id",)))
