"""Tables: electorates, ballots, votes, turnout."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.store.table import RandomKey, Table


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
    """A voter of an electorate: a household, a person, or the owners of units who count one head;
    and the one person who casts the vote (any of the household, when empty)."""

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
    """One occasion of voting; rule, question and wording are frozen with the opening.

    `closes_at` is the end of a window of days, checked by the statement that casts; `deadline_at`
    only reminds. `silent_id` is who presides and has no vote for that; `chair_choice` is their
    deciding vote, or "none" for who gave none. `present` is how many voters were there at the
    close. `lines` is the published list, kept as it was when the result was announced; the votes
    of a secret ballot stand nowhere else once it is closed. `head` is the journal's at the close:
    the seed of a lot together with `lot_digits`, which `lot_by_id` entered and another person
    entered alike. `is_by_hands`: a show of hands was counted, so it takes no other vote.
    """

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
    question = fields.TextField(db_default="", default="")
    is_secret = fields.BooleanField(db_default=False, default=False)
    entitled_area = fields.BigIntField(db_default=0, default=0)
    closes_at: datetime | None = fields.DatetimeField(null=True)
    precedence = fields.CharField(max_length=8, db_default="first", default="first")
    silent_id: UUID | None = fields.UUIDField(null=True)
    lines = fields.TextField(db_default="", default="")
    present = fields.IntField(null=True)
    chair_choice = fields.CharField(max_length=10, db_default="", default="")
    head = fields.CharField(max_length=64, db_default="", default="")
    lot_digits = fields.CharField(max_length=20, db_default="", default="")
    lot_by_id: UUID | None = fields.UUIDField(null=True)
    is_lot_confirmed = fields.BooleanField(db_default=False, default=False)
    is_by_hands = fields.BooleanField(db_default=False, default=False)
    announced_at: datetime | None = fields.DatetimeField(null=True)
    objections_until: datetime | None = fields.DatetimeField(null=True)
    certified_at: datetime | None = fields.DatetimeField(null=True)

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
    choice = fields.TextField()
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


class Mark(Table):
    """Who has voted in a secret ballot. Nothing joins it to the vote: no time, no receipt."""

    id = RandomKey()
    ballot: fields.ForeignKeyRelation[Ballot] = fields.ForeignKeyField(
        "models.Ballot", on_delete=fields.RESTRICT
    )
    ballot_id: UUID
    voter_id = fields.UUIDField()
    channel = fields.CharField(max_length=10)

    class Meta:
        table = "mark"
        unique_together = (("ballot", "voter_id"),)


class SecretVote(Table):
    """A vote of a secret ballot while it is open. At the close the votes are written as a list into
    the ballot, sorted by their receipts, and deleted here, in one transaction."""

    id = RandomKey()
    ballot: fields.ForeignKeyRelation[Ballot] = fields.ForeignKeyField(
        "models.Ballot", on_delete=fields.RESTRICT
    )
    ballot_id: UUID
    receipt = fields.CharField(max_length=20)
    choice = fields.TextField()

    class Meta:
        table = "secret_vote"
        unique_together = (("ballot", "receipt"),)


class Paper(Table):
    """A paper ballot of an open vote, issued to a voter under a serial. Papers of a secret ballot
    have no row: issuing one marks the voter, and nothing else."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    ballot: fields.ForeignKeyRelation[Ballot] = fields.ForeignKeyField(
        "models.Ballot", on_delete=fields.RESTRICT
    )
    ballot_id: UUID
    serial = fields.IntField()
    voter_id = fields.UUIDField()
    state = fields.CharField(max_length=10, default="issued")
    issued_by_id = fields.UUIDField()
    issued_at: datetime = fields.DatetimeField()

    class Meta:
        table = "paper"
        unique_together = (("ballot", "serial"), ("ballot", "voter_id"))


class Batch(Table):
    """Votes that two people enter from paper, the telephone, or a show of hands: `entered` and
    `checked` are the JSON of what each found; they are counted once they agree. `counted` votes
    were taken; `refused` is the JSON of those that were not, with their reasons. Of a secret
    ballot nothing but the numbers is kept then."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    ballot: fields.ForeignKeyRelation[Ballot] = fields.ForeignKeyField(
        "models.Ballot", on_delete=fields.RESTRICT
    )
    ballot_id: UUID
    number = fields.IntField()
    channel = fields.CharField(max_length=10)
    state = fields.CharField(max_length=10, default="entered")
    witness = fields.CharField(max_length=120, default="")
    entered_by_id = fields.UUIDField()
    entered = fields.TextField()
    checked_by_id: UUID | None = fields.UUIDField(null=True)
    checked = fields.TextField(default="")
    counted = fields.IntField(default=0)
    refused = fields.TextField(default="")
    spoilt = fields.IntField(default=0)
    entered_at: datetime = fields.DatetimeField()
    counted_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "batch"
        unique_together = (("ballot", "number"),)


class Objection(Table):
    """An objection to a provisional result, and its answer."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    ballot: fields.ForeignKeyRelation[Ballot] = fields.ForeignKeyField(
        "models.Ballot", on_delete=fields.RESTRICT
    )
    ballot_id: UUID
    person_id = fields.UUIDField()
    words = fields.CharField(max_length=500)
    answer = fields.CharField(max_length=500, default="")
    raised_at: datetime = fields.DatetimeField()
    answered_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "objection"
        unique_together = (("ballot", "person_id"),)


class Signature(Table):
    """A supervisor (监票人) has signed the reconciliation of a ballot, whose digest stands here."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    ballot: fields.ForeignKeyRelation[Ballot] = fields.ForeignKeyField(
        "models.Ballot", on_delete=fields.RESTRICT
    )
    ballot_id: UUID
    person_id = fields.UUIDField()
    digest = fields.CharField(max_length=64)
    note = fields.CharField(max_length=250, default="")
    signed_at: datetime = fields.DatetimeField()

    class Meta:
        table = "signature"
        unique_together = (("ballot", "person_id"),)
