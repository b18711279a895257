"""Tables: items of an agenda."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.meetings.models import Meeting
from deliberation.store.table import Table


class AgendaItem(Table):
    """One line of business, from a demand or a matter; the notice makes a matter of a demand.

    `reasons` is the JSON of its rank when it was put on the agenda. `rule_key` names the rule set
    it is voted by (the meeting's own, when empty), `question` is the JSON of what is asked (a
    motion, when empty), `window_days` how long its ballot stands open (0: in the meeting only).
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "models.Meeting", on_delete=fields.RESTRICT
    )
    meeting_id: UUID
    position = fields.IntField()
    demand_id = fields.UUIDField(null=True)
    matter_id = fields.UUIDField(null=True)
    title = fields.CharField(max_length=120)
    step = fields.CharField(max_length=20)
    minutes = fields.IntField()
    reporter = fields.CharField(max_length=60, default="")
    wording = fields.TextField(default="")
    reasons = fields.TextField(default="")
    override_reason = fields.CharField(max_length=250, default="")
    rule_key = fields.CharField(max_length=14, db_default="", default="")
    question = fields.TextField(db_default="", default="")
    window_days = fields.IntField(db_default=0, default=0)
    is_noticed = fields.BooleanField(default=False)
    state = fields.CharField(max_length=12, default="waiting")
    is_read = fields.BooleanField(default=False)
    outcome = fields.CharField(max_length=250, default="")
    opened_at: datetime | None = fields.DatetimeField(null=True)
    closed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "agenda_item"
        indexes = (Index(fields=("meeting_id", "position")), Index(fields=("matter_id",)))
