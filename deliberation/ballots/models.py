"""Tables: electorates, ballots, votes, turnout."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.store.table import Table


class Electorate(Table):
    """Who may vote, stored once per content; `digest` is salted with `salt`."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    meeting_id = fields.UUIDField()
    fingerprint = fields.CharField(max_length=64)
    salt = fields.CharField(max_length=32)
    digest = fields.CharField(max_length=64)
    size = fields.IntField()

    class Meta:
        table = "electorate"
        unique_together = (("meeting_id", "fingerprint"),)


class Elector(Table):
    """A voter of an electorate: a household, and the person who casts its vote."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    electorate: fields.ForeignKeyRelation[Electorate] = fields.ForeignKeyField(
        "models.Electorate", on_delete=fields.RESTRICT
    )
    electorate_id: UUID
    voter_id = fields.UUIDField()
    person_id = fields.UUIDField(null=True)
    area_hundredths = fields.IntField(default=0)

    class Meta:
        table = "elector"
        unique_together = (("electorate", "voter_id"),)


class Ballot(Table):
    """One occasion of voting; rule and wording are frozen with the opening."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    meeting_id = fields.UUIDField()
    item_id = fields.UUIDField()
    electorate: fields.ForeignKeyRelation[Electorate] = fields.ForeignKeyField(
        "models.Electorate", on_delete=fields.RESTRICT
    )
    electorate_id: UUID
    state = fields.CharField(max_length=12, default="open")
    wording = fields.TextField()
    rule = fields.TextField()
    may_change = fields.BooleanField(default=False)
    entitled = fields.IntField()
    tally = fields.TextField(default="")
    votes_root = fields.CharField(max_length=64, default="")
    opened_at: datetime = fields.DatetimeField()
    deadline_at: datetime | None = fields.DatetimeField(null=True)
    closed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "ballot"
        indexes = (
            Index(fields=("meeting_id", "state")),
            Index(fields=("item_id",)),
            Index(fields=("electorate_id",)),
        )


class Vote(Table):
    """One cast choice. One per ballot and voter: the database says so.

    The id is a random 63-bit integer, so that no order of casting is kept in it.
    """

    id = fields.BigIntField(primary_key=True, generated=False)
    ballot: fields.ForeignKeyRelation[Ballot] = fields.ForeignKeyField(
        "models.Ballot", on_delete=fields.RESTRICT
    )
    ballot_id: UUID
    voter_id = fields.UUIDField()
    person_id = fields.UUIDField()
    choice = fields.CharField(max_length=12)
    channel = fields.CharField(max_length=10)
    receipt = fields.CharField(max_length=20)
    cast_at: datetime = fields.DatetimeField()

    class Meta:
        table = "vote"
        unique_together = (("ballot", "voter_id"), ("ballot", "receipt"))
        indexes = (Index(fields=("voter_id", "cast_at")),)


class Turnout(Table):
    """How many new votes a worker has committed for a ballot; the sum is what is shown."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    ballot: fields.ForeignKeyRelation[Ballot] = fields.ForeignKeyField(
        "models.Ballot", on_delete=fields.RESTRICT
    )
    ballot_id: UUID
    worker = fields.CharField(max_length=40)
    n = fields.IntField()

    class Meta:
        table = "turnout"
        unique_together = (("ballot", "worker"),)
