"""The base of all tables."""

from typing import Any

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
