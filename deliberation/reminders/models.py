"""Tables: messages to people, how each wants them, and who runs the scheduler."""

from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.people.models import Community, Person
from deliberation.store.table import Table


class Message(Table):
    """Something a person is told. `key` names the occasion: for one person it is told once.

    `sentence` is the JSON of a msgid and its facts: words are made in the reader's language.
    `due_on` is the last day on which it is worth telling; none: always. `muted_at`: what it told
    of has been cancelled or settled. `mailed_at`: a letter has taken it up, also while it is sent.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT
    )
    person_id: UUID
    kind = fields.CharField(max_length=20)
    key = fields.CharField(max_length=120)
    subject = fields.CharField(max_length=60)
    sentence = fields.TextField()
    link = fields.CharField(max_length=120)
    due_on: date | None = fields.DateField(null=True)
    made_at: datetime = fields.DatetimeField()
    read_at: datetime | None = fields.DatetimeField(null=True)
    mailed_at: datetime | None = fields.DatetimeField(null=True)
    muted_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "message"
        unique_together = (("person", "key"),)
        indexes = (
            Index(fields=("person_id", "made_at")),
            Index(fields=("mailed_at", "made_at")),
            Index(fields=("muted_at", "due_on")),
            Index(fields=("subject",)),
        )


class Preference(Table):
    """How a person wants to be reminded by e-mail, which is written in `language`. `unwanted` are
    kinds, joined by commas; `rhythm` is daily, weekly or never. An address counts once it is
    confirmed; `last_mailed_at` is the last letter to it, also the one that asks. `failures` counts
    letters that were refused for good, one after another."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    person: fields.OneToOneRelation[Person] = fields.OneToOneField(
        "models.Person", on_delete=fields.RESTRICT
    )
    person_id: UUID
    address = fields.CharField(max_length=254, default="")
    confirmed_at: datetime | None = fields.DatetimeField(null=True)
    asked_at: datetime | None = fields.DatetimeField(null=True)
    rhythm = fields.CharField(max_length=10, default="daily")
    unwanted = fields.CharField(max_length=250, default="")
    language = fields.CharField(max_length=10, default="zh")
    last_mailed_at: datetime | None = fields.DatetimeField(null=True)
    failures = fields.IntField(default=0)

    class Meta:
        table = "preference"
        indexes = (Index(fields=("address",)),)


class Lease(Table):
    """Which process does a thing that one at a time may do, and until when it has the word."""

    id = fields.CharField(max_length=40, primary_key=True)
    holder = fields.CharField(max_length=40)
    until: datetime = fields.DatetimeField()
    done_until: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "lease"
