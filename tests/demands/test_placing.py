"""Where a demand is, in words: the place of the tree and what was written, each named once."""

import pytest

from deliberation.demands.rules import placed


@pytest.mark.parametrize(
    ("path", "words", "said"),
    [
        ("", "东门外", "东门外"),
        ("第一网格 / 1号楼", "", "第一网格 1号楼"),
        ("第一网格 / 1号楼", "东门外", "第一网格 1号楼 东门外"),
        ("第一网格 / 1号楼", "1号楼", "第一网格 1号楼"),
        ("第一网格 / 1号楼", "1号楼东侧", "第一网格 1号楼 东侧"),
        ("第一网格 / 1号楼", "第一网格 1号楼 东侧", "第一网格 1号楼 东侧"),
    ],
)
def test_what_the_path_names_is_not_named_again(path: str, words: str, said: str) -> None:
    assert placed(path, words) == said
