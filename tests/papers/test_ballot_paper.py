"""A paper ballot: one sheet, the wording, a box for every choice; no number where it is secret."""

import asyncio
from datetime import date
from typing import Any

import pytest

from deliberation.papers import Press
from tests.papers import samples

ON = date(2026, 11, 20)


def ballot(papers: int = 1, *, is_secret: bool = False, **changes: Any) -> dict[str, Any]:
    made = {
        "language": "zh",
        "title": "表决票",
        "label": "演示数据",
        "organiser": "示例社区居民委员会",
        "meeting": "11月议事日",
        "item": "1. 硬化路面",
        "disclaimer": "意向征询，不代替业主大会表决。",
        "wording_label": "决议文字",
        "wording": "同意硬化演示路面约420平方米。",
        "how": "在一个方框里打√。",
        "choices": ["赞成", "反对", "弃权"],
        "window": "请在会上宣布关闭之前交回。",
        "rules_lead": "怎样算：",
        "rules": "过半赞成才通过。",
        "qr_alt": "打开这次表决的二维码",
        "papers": [_paper(n, is_secret=is_secret) for n in range(1, papers + 1)],
    }
    return made | changes


def _paper(n: int, *, is_secret: bool) -> dict[str, str]:
    return {
        "number": "" if is_secret else f"第{n}号",
        "whose": "请不要写名字。" if is_secret else f"发给：1号楼 {n}01",
        "address": "http://hall.test/meetings/1/ballots/2",
        "qr_svg": samples.QR,
    }


def set_now(press: Press, data: dict[str, Any]) -> bytes:
    return asyncio.run(press.typeset("ballot", data, document_date=ON, fonts=None)).pdf


def test_each_paper_is_one_sheet_with_its_number_and_the_wording(press: Press) -> None:
    pages = samples.pages(set_now(press, ballot(3)))
    assert len(pages) == 3
    for n, page in enumerate(pages, 1):
        assert f"第{n}号" in page
        assert f"发给：1号楼{n}01" in page
        for words in ("同意硬化演示路面约420平方米。", "赞成", "弃权", "不代替业主大会表决"):
            assert words in page


def test_secret_papers_cannot_be_told_apart(press: Press) -> None:
    pages = samples.pages(set_now(press, ballot(2, is_secret=True)))
    assert pages[0] == pages[1]


def test_a_paper_is_a4_tagged_and_the_same_each_time(press: Press) -> None:
    pdf = set_now(press, ballot())
    assert samples.sizes_mm(pdf) == {(210, 297)}
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert set_now(press, ballot()) == pdf


@pytest.mark.parametrize("options", [10, 20, 40])
def test_a_list_of_options_stays_on_one_sheet(press: Press, options: int) -> None:
    choices = [f"演示项目{n}" for n in range(1, options + 1)]
    pages = samples.pages(set_now(press, ballot(choices=[*choices, "弃权"])))
    assert len(pages) == 1
    assert all(words in pages[0] for words in choices)
