"""The commands as an operator types them: what they say and how they end."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from deliberation import store
from deliberation.cli.commands import main
from tests.flows.community import found_community


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("PORT", "PUBLIC_URL", "DATABASE_URL", "SECRET_KEY", "FONTS"):
        monkeypatch.delenv(f"DELIBERATION_{name}", raising=False)
    monkeypatch.setenv("DELIBERATION_VAR", str(tmp_path / "var"))
    return tmp_path / "var"


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize(
    "command",
    ["serve", "migrate", "import-demands", "import-people", "export-minutes", "check", "demo"],
)
def test_every_command_explains_itself(command: str) -> None:
    told = typed(command, "--help")
    assert told.exit_code == 0
    assert command in told.output


def test_lists_are_previewed_then_imported_once(folder: Path, tmp_path: Path) -> None:
    typed("migrate")
    asyncio.run(establish(f"sqlite://{folder / 'deliberation.sqlite3'}"))
    demands = tmp_path / "需求.csv"
    demands.write_text("编号,标题,领域\n演示-1,演示路灯不亮,设施改造\n", "utf-8")
    preview = json.loads(typed("import-demands", str(demands), "--dry-run", "--json").output)
    assert (preview["imported"], preview["counts"]["added"]) == (False, 1)
    assert "新增1" in typed("import-demands", str(demands)).output
    assert "新增0" in typed("import-demands", str(demands)).output
    people = tmp_path / "住户.csv"
    people.write_text("楼院,楼门,门牌,面积,姓名\n1号楼,1单元,101,80.5,演示赵一\n", "utf-8")
    told = typed("import-people", str(people))
    assert (told.exit_code, "新增1" in told.output) == (0, True), told.output
    wrong = tmp_path / "错.csv"
    wrong.write_text("编号,标题,提出日期\n演示-2,演示长椅,不是日期\n", "utf-8")
    refused = typed("import-demands", str(wrong))
    assert (refused.exit_code, "第2行" in refused.output) == (1, True)


async def establish(url: str) -> None:
    await store.open_store(url)
    try:
        await found_community(datetime.now(UTC))
    finally:
        await store.close_store()


@pytest.mark.parametrize(
    "arguments", [("nothing",), ("import-demands",), ("export-minutes", "not-an-id")]
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert typed(*arguments).exit_code == 2


@pytest.mark.usefixtures("folder")
def test_settings_that_cannot_be_understood_end_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELIBERATION_PORT", "eighty")
    told = typed("check")
    assert told.exit_code == 2
    assert "DELIBERATION_PORT" in told.output


@pytest.mark.usefixtures("folder")
def test_migrating_again_changes_nothing() -> None:
    assert typed("migrate").exit_code == 0
    assert "已是这个版本" in typed("migrate").output


def test_the_check_names_what_is_wrong_until_it_is_put_right(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = typed("check", "--json")
    assert told.exit_code == 1
    ill = {f["name"] for f in json.loads(told.output)["findings"] if not f["ok"]}
    assert ill == {"database", "public_url"}
    typed("migrate")
    monkeypatch.setenv("DELIBERATION_PUBLIC_URL", "http://192.168.1.20:8000")
    assert typed("check").exit_code == 0
    (folder / "secret.key").chmod(0o644)
    assert typed("check").exit_code == 1


@pytest.mark.usefixtures("folder")
def test_nothing_is_exported_or_imported_before_there_is_something(tmp_path: Path) -> None:
    file = tmp_path / "需求.csv"
    file.write_text("标题,领域\n演示路灯不亮,设施改造\n", "utf-8")
    unmigrated = typed("import-demands", str(file))
    assert (unmigrated.exit_code, "migrate" in unmigrated.output) == (1, True)
    typed("migrate")
    assert "还没有建立社区" in typed("import-demands", str(file)).output
    missing = typed("export-minutes", str(uuid4()))
    assert (missing.exit_code, "会议记录" in missing.output) == (1, True)
