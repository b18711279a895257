"""The base of all tables."""

from typing import Any

from tortoise.fields import BigIntField
from tortoise.models import Model, ModelMeta


class _TableMeta(ModelMeta):
    """Keeps docstrings out of the schema.

    Tortoise writes a model's docstring into CREATE TABLE as a comment: rewording one would then
    need a migration, and a semicolon in it breaks the statement on SQLite.
    """

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> ModelMeta:
        made = super().__new__(cls, name, bases, attrs)
        made._meta.table_description = ""  # type: ignore[attr-defined] # set by the base metaclass
        return made


class Table(Model, metaclass=_TableMeta):
    class Meta:
        abstract = True


class RandomKey(BigIntField):
    """A primary key that is drawn at random, and the row's place in the table too.

    On SQLite every other type than INTEGER keeps a hidden number beside the key, which counts the
    rows in the order they came: a secret vote and who cast it would be found side by side.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**({"primary_key": True, "generated": False} | arguments))

    class _db_sqlite:  # noqa: N801  Tortoise looks for this name
        SQL_TYPE = "INTEGER"
