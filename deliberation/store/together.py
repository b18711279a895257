"""Steps of a migration that are taken together.

Before every step Tortoise copies the description of all tables, which takes longer than the steps:
a new database was made in seconds, most of them spent on copies that nobody looks at.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import cast

from tortoise.fields import Field
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations.operations import (
    AddField,
    AlterField,
    CreateModel,
    Operation,
    TortoiseOperation,
)
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State


class Together(TortoiseOperation):
    """Takes its steps in order, with one copy made before them. Fields refer to no other table."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)

    def state_forward(self, app_label: str, state: State) -> None:
        changed: set[tuple[str, str]] = set()
        for operation in self.operations:
            match operation:
                case AddField() | AlterField():
                    model = self.get_model_state(state, app_label, operation.model_name)
                    model.fields[operation.name] = cast(Field, deepcopy(operation.field))  # type: ignore[type-arg]
                    changed.add((app_label, operation.model_name))
                case CreateModel():
                    made = ModelState.make_from_model(app_label, operation.model)
                    state.models[(app_label, operation.name)] = made
                    changed.add((app_label, operation.name))
                    changed |= _referred_to(made, state)
                case _:
                    state.reload_models(changed)
                    changed.clear()
                    operation.state_forward(app_label, state)
        state.reload_models(changed)

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        for operation in self.operations:
            await operation.database_forward(app_label, old_state, new_state, state_editor)


def _referred_to(made: ModelState, state: State) -> set[tuple[str, str]]:
    """The tables that a new one refers to: they are described anew, with what refers to them."""
    fields = [f for f in made.fields.values() if isinstance(f, ForeignKeyFieldInstance)]
    found = {state.apps.split_reference(field.model_name) for field in fields}
    return {key for key in found if key in state.models}
