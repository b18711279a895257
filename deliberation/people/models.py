"""Tables: who lives where, who may do what, and how they prove it."""

from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index

from deliberation.store.table import Table


class Community(Table):
    """A 社区 with its own demand list, calendar and people."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    name = fields.CharField(max_length=60)
    zone = fields.CharField(max_length=40, default="Asia/Shanghai")
    level = fields.CharField(max_length=20, db_default="community", default="community")
    parent_id: UUID | None = fields.UUIDField(null=True)
    is_demonstration = fields.BooleanField(default=False)
    feed_uid = fields.CharField(max_length=40)
    created_at = fields.DatetimeField()

    class Meta:
        table = "community"


class Place(Table):
    """A node of the tree 网格 / 楼院 / 楼门; `path` is the names from the root, joined by ' / '."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    parent: fields.ForeignKeyNullableRelation["Place"] = fields.ForeignKeyField(
        "models.Place", null=True, on_delete=fields.RESTRICT
    )
    parent_id: UUID | None
    kind = fields.CharField(max_length=20)
    name = fields.CharField(max_length=60)
    path = fields.CharField(max_length=250)

    class Meta:
        table = "place"
        unique_together = (("community", "path"),)
        indexes = (Index(fields=("parent_id",)),)


class Unit(Table):
    """A dwelling (门牌) with its exclusive area in 0.01 m²."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    place: fields.ForeignKeyNullableRelation[Place] = fields.ForeignKeyField(
        "models.Place", null=True, on_delete=fields.RESTRICT
    )
    place_id: UUID | None
    place_path = fields.CharField(max_length=250, default="")
    label = fields.CharField(max_length=60)
    area_hundredths = fields.IntField(default=0)

    class Meta:
        table = "unit"
        unique_together = (("community", "place_path", "label"),)
        indexes = (Index(fields=("place_id",)),)


class Household(Table):
    """Those who live in a unit; one vote, cast by its representative."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    unit: fields.OneToOneRelation[Unit] = fields.OneToOneField(
        "models.Unit", on_delete=fields.RESTRICT
    )
    unit_id: UUID
    representative_id: UUID | None = fields.UUIDField(null=True)

    class Meta:
        table = "household"
        indexes = (Index(fields=("community_id",)),)


class Person(Table):
    """Somebody, under an opaque id; the name stands nowhere else."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    household: fields.ForeignKeyNullableRelation[Household] = fields.ForeignKeyField(
        "models.Household", null=True, on_delete=fields.RESTRICT
    )
    household_id: UUID | None
    name = fields.CharField(max_length=60)
    phone_last4 = fields.CharField(max_length=4, default="")
    organisation_id: UUID | None = fields.UUIDField(null=True)
    is_participation_hidden = fields.BooleanField(db_default=False, default=False)

    class Meta:
        table = "person"
        indexes = (Index(fields=("community_id",)), Index(fields=("household_id",)))


class Ownership(Table):
    """Who owns a unit. Of several owners the `is_holder` casts their one vote."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", on_delete=fields.RESTRICT, related_name="ownerships"
    )
    unit_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name="ownerships"
    )
    person_id: UUID
    is_holder = fields.BooleanField(default=False)

    class Meta:
        table = "ownership"
        unique_together = (("unit", "person"),)
        indexes = (Index(fields=("person_id",)),)


class RoleGrant(Table):
    """A role a person holds beside being a resident."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name="grants"
    )
    person_id: UUID
    role = fields.CharField(max_length=20)

    class Meta:
        table = "role_grant"
        unique_together = (("person", "role"),)


class Account(Table):
    """A name and password to sign in with; for facilitators and other staff."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    person: fields.OneToOneRelation[Person] = fields.OneToOneField(
        "models.Person", on_delete=fields.RESTRICT, related_name="account"
    )
    person_id: UUID
    login = fields.CharField(max_length=40, unique=True)
    password_hash = fields.CharField(max_length=200)

    class Meta:
        table = "account"


class Card(Table):
    """A person's card. Its code is derived with the secret key; only a keyed digest is stored."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name="cards"
    )
    person_id: UUID
    serial = fields.IntField(default=0)
    lookup = fields.CharField(max_length=64, unique=True)
    is_revoked = fields.BooleanField(default=False)
    issued_at = fields.DatetimeField()

    class Meta:
        table = "card"
        indexes = (Index(fields=("person_id",)),)


class Device(Table):
    """A browser that stays signed in; only the digest of its token is stored."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", on_delete=fields.RESTRICT, related_name="devices"
    )
    person_id: UUID
    token_digest = fields.CharField(max_length=64, unique=True)
    expires_at: datetime = fields.DatetimeField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "device"
        indexes = (Index(fields=("person_id",)),)


class Organisation(Table):
    """Who carries things out; `kind` is partner (共建单位), department, social, property, associate
    (合伙人) or committee. What has left keeps its name in what it did."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    name = fields.CharField(max_length=80)
    kind = fields.CharField(max_length=20, db_default="partner", default="partner")
    duties = fields.CharField(max_length=200, db_default="", default="")
    joined_on: date | None = fields.DateField(null=True)
    left_at: datetime | None = fields.DatetimeField(null=True)
    left_reason = fields.CharField(max_length=250, db_default="", default="")

    class Meta:
        table = "organisation"
        unique_together = (("community", "name"),)


class Body(Table):
    """Who convenes; `kind` is group (议事团), council, committee or volunteers."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    name = fields.CharField(max_length=80)
    kind = fields.CharField(max_length=20, db_default="group", default="group")
    purpose = fields.CharField(max_length=250, db_default="", default="")
    formed_on: date | None = fields.DateField(null=True)
    dissolved_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "body"
        unique_together = (("community", "name"),)


class AccessKey(Table):
    """A key for another program; `purpose` is open311 or points. Only its digest is stored."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    name = fields.CharField(max_length=60)
    purpose = fields.CharField(max_length=12)
    digest = fields.CharField(max_length=64, unique=True)
    made_at: datetime = fields.DatetimeField()
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "access_key"
        indexes = (Index(fields=("community_id",)),)


class PeopleIntake(Table):
    """A file of households and residents between its preview and its confirmation."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    community: fields.ForeignKeyRelation[Community] = fields.ForeignKeyField(
        "models.Community", on_delete=fields.RESTRICT
    )
    community_id: UUID
    file_name = fields.CharField(max_length=200)
    state = fields.CharField(max_length=20)
    report = fields.TextField()
    by_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "people_intake"
        indexes = (Index(fields=("community_id",)),)
