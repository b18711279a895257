"""The tables that stand in the documents, made from the code.

`python -m tests.docs.tables` writes them into docs/, between their marks.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from deliberation.config import PREFIX, Settings
from deliberation.journal.events import EVENTS
from deliberation.live import protocol
from deliberation.people.roles import PERMISSIONS, Permission, Role

DOCS = Path(__file__).parents[2] / "docs"


def settings() -> str:
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for field in dataclasses.fields(Settings):
        default = f"`{field.default}`" if field.default else "(empty)"
        name = f"`{PREFIX}{field.name.upper()}`"
        rows.append(f"| {name} | {default} | {field.metadata['meaning']} |")
    return "\n".join(rows)


def permissions() -> str:
    rows = [
        f"| permission | {' | '.join(role.value for role in Role)} |",
        "|---|" + "---|" * len(Role),
    ]
    for permission in Permission:
        marks = ["yes" if permission in PERMISSIONS[role] else "" for role in Role]
        rows.append(f"| `{permission.value}` | {' | '.join(marks)} |")
    return "\n".join(rows)


def events() -> str:
    rows = ["| event | meaning |", "|---|---|"]
    for name, kind in EVENTS.items():
        rows.append(f"| `{name}` | {(kind.__doc__ or '').splitlines()[0]} |")
    return "\n".join(rows)


def frames() -> str:
    rows = ["| type | fields | needs |", "|---|---|---|"]
    kinds = (protocol.Hello, protocol.Vote, protocol.Attend, protocol.Ask, protocol.Withdraw)
    for kind in kinds:
        tag = msgspec.inspect.type_info(kind).tag  # type: ignore[attr-defined]  # a tagged struct
        fields = ", ".join(f"`{field.name}`" for field in msgspec.structs.fields(kind))
        rows.append(f"| `{tag}` | {fields} | `{kind.NEEDS.value}` |")
    return "\n".join(rows)


TABLES: Mapping[str, tuple[str, Callable[[], str]]] = {
    "settings": ("operations.md", settings),
    "permissions": ("security.md", permissions),
    "events": ("architecture.md", events),
    "frames": ("protocol.md", frames),
}


def marked(name: str, text: str) -> str:
    return f"<!-- {name} -->\n\n{text}\n\n<!-- end of {name} -->"


def write() -> None:
    for name, (file, table) in TABLES.items():
        path = DOCS / file
        pattern = re.compile(f"<!-- {name} -->.*<!-- end of {name} -->", re.DOTALL)
        fresh = marked(name, table())
        path.write_text(pattern.sub(lambda _found, made=fresh: made, path.read_text()))  # type: ignore[misc]


if __name__ == "__main__":
    write()
