"""Tables: members of bodies, venues, agreements, participation."""

from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.people.models import Body, Community, Organisation, Person
from deliberation.store.table import Table


class BodyMember(Table):
    """A person's seat in a body for a term; `office` is chair, secretary or member."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    body: fields.ForeignKeyRelation[Body] = fields.ForeignKeyField(
        "models.Body", on_delete=fields.RESTRICT
    )
    body_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT
    )
    person_id: UUID
    office = fields.CharField(max_length=20)
    begins_on: date = fields.DateField()
    ends_on: date | None = fields.DateField(null=True)
    left_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "body_member"
        unique_together = (("body", "person", "begins_on"),)
        indexes = (Index(fields=("person_id",)),)


class Venue(Table):
    """Where people meet: a station (党群服务站), hall or courtyard; `capacity` in persons, 0: not
    known. A closed one stays in what was held there."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    name = fields.CharField(max_length=80)
    kind = fields.CharField(max_length=20)
    address = fields.CharField(max_length=120, default="")
    capacity = fields.IntField(default=0)
    has_step_free_way = fields.BooleanField(default=False)
    organisation_id: UUID | None = fields.UUIDField(null=True)
    closed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "venue"
        unique_together = (("community", "name"),)


class Agreement(Table):
    """What a partner and the community give each other (场地换服务), and until when."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    community_gives = fields.CharField(max_length=250)
    organisation_gives = fields.CharField(max_length=250)
    venue_id: UUID | None = fields.UUIDField(null=True)
    begins_on: date = fields.DateField()
    ends_on: date = fields.DateField()
    ended_at: datetime | None = fields.DatetimeField(null=True)
    ended_reason = fields.CharField(max_length=250, default="")

    class Meta:
        table = "agreement"
        indexes = (Index(fields=("community_id", "ends_on")), Index(fields=("organisation_id",)))


class Participation(Table):
    """Somebody took part: `kind` is attended, spoke, raised or helped, in a `subject` such as
    `meeting:…`. How they voted stands nowhere here."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    person_id = fields.UUIDField()
    household_id: UUID | None = fields.UUIDField(null=True)
    kind = fields.CharField(max_length=12)
    subject = fields.CharField(max_length=60)
    words = fields.CharField(max_length=120, default="")
    happened_on: date = fields.DateField()
    noted_at: datetime = fields.DatetimeField()

    class Meta:
        table = "participation"
        unique_together = (("person_id", "kind", "subject"),)
        indexes = (
            Index(fields=("community_id", "happened_on")),
            Index(fields=("household_id",)),
        )
