"""The tree stays readable, and carries nothing of the machine it was written on."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES_PER_FILE = 300
LINES_PER_FUNCTION = 40
GLOSSARY = "deliberation/journal/events.py"
"""Everything that can happen, in one file by design; a list of declarations, no code to follow."""

# Taken apart so that this file is not a finding of its own.
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "registry" + ".npmjs", "deb" + ".debian.org")
FOLDERS = ("work", "root", "farm", "home/[a-z]+")
FOREIGN = re.compile(
    "|".join([*map(re.escape, HOSTS), rf"(?<![\w.)}}\]$-])/(?:{'|'.join(FOLDERS)})/"])
)


def _committed() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout: what is committed cannot be known")
    paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def _modules() -> list[Path]:
    return sorted((ROOT / "deliberation").rglob("*.py"))


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in _modules()
    }
    assert lengths.pop(GLOSSARY)
    assert {name: n for name, n in lengths.items() if n > LINES_PER_FILE} == {}


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            place = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
            yield place, node.end_lineno - node.lineno + 1


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {place: lines for path in _modules() for place, lines in _functions(path)}
    assert lengths
    assert {place: n for place, n in lengths.items() if n > LINES_PER_FUNCTION} == {}


def test_nothing_committed_names_a_registry_or_a_folder_of_this_machine() -> None:
    found = []
    for path in _committed():
        content = path.read_bytes()
        if b"\0" in content:
            continue  # a font or a picture
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if match := FOREIGN.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {match[0]}")
    assert found == []


@pytest.mark.parametrize(
    "line", [f"https://{HOSTS[0]}/x", '"/{}/x'.format("root"), "/{}/me/x".format("home")]
)
def test_a_foreign_line_is_known_as_one(line: str) -> None:
    assert FOREIGN.search(line)


@pytest.mark.parametrize("line", ["{base}/work/orders", "a/home/page/x", "./work/x", "/home/"])
def test_an_address_of_our_own_is_none(line: str) -> None:
    assert not FOREIGN.search(line)
