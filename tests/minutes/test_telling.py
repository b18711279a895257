"""Minutes in words: the same facts on every medium, and no word of a resident's is markup."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import escape as html

from deliberation.minutes.compose import compose
from deliberation.minutes.markdown import escape, to_markdown
from deliberation.minutes.narrative import Narrative, Section, Text, Wording
from deliberation.minutes.paper import TEMPLATE, to_paper
from deliberation.minutes.telling import narrate
from deliberation.papers import Press
from tests.minutes import a_day
from tests.papers import samples

TEMPLATES = Path(__file__).parents[2] / "templates"
READER = MarkdownIt("gfm-like", {"linkify": False}).enable("table")
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[点我](javascript:alert(1))",
    "![图](https://hall.test/x.png)",
    "# 大标题",
    "1. 列表",
    "- 列表",
    "> 引用",
    "| 表 | 格 |",
    "**粗** _斜_ `码` ~~删~~",
    "&lt;b&gt; &amp;",
    "---",
    "===",
    "```\n码\n```",
    "{{ 7 * 7 }} {reason}",
    "\\*反斜\\*",
    "标题 ###",
]


def the_narrative(note: str = "灯太暗。", **more: Any) -> Narrative:
    made = compose(
        a_day.the_day(note=note, **more),
        a_day.NAMES,
        a_day.PLACE,
        followed=a_day.what_followed(),
        with_notes=True,
    )
    return narrate(made)


def page_of(narrative: Narrative) -> str:
    loader = jinja2.FileSystemLoader(TEMPLATES)
    pages = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    return pages.get_template("minutes/document.html").render(minutes=to_paper(narrative))


def shown(tokens: list[Token]) -> str:
    """The text that a reader of the Markdown sees."""
    parts = [child.content for token in tokens for child in token.children or ()]
    return "".join("".join(parts).split())


SAID = [
    "2026年12月20日星期日 09:01至09:27",
    "应到120户，实到91户（现场64户，线上27户），须到61户，达到到会要求",
    "公告议程第2项，民决，报告人：示例物业服务中心。计划30分钟，实际20分钟。",
    "3人次发言，其中赞成1、反对1、提问1。",
    "欧阳**（赞成，2分30秒）：灯太暗。",
    "郑演示（提问，1分钟）",
    "（身份已删除）（反对，45秒）",
    "这次表决作废，票数不计。理由：宣读有误",
    "表决提醒时间延长到09:40。",
    a_day.WORDING,
    "决议（通过）",
    "赞成68 ÷ 投票91 = 74.72%（截尾，不进位），须过半即46票：达到",
    "意向征询，不代替业主大会表决。",
    "示例物业服务中心",
    "2027年1月31日",
    "电动自行车充电棚选址（民决，公告议程第3项）",
    "会议于09:27散会，散会时到会88户。",
    "演示数据",
]


@pytest.mark.parametrize("said", SAID)
def test_every_medium_says_the_same(said: str) -> None:
    narrative = the_narrative()
    assert said in page_of(narrative)
    assert "".join(said.split()) in shown(READER.parse(to_markdown(narrative)))


def test_the_paper_says_what_the_page_says(press: Press) -> None:
    paper = press.typeset(
        TEMPLATE, to_paper(the_narrative()), document_date=date(2026, 12, 20), fonts=None
    )
    text = samples.text_of(asyncio.run(paper).pdf)
    # A page's number may stand between two lines; these stand within one.
    for said in ("欧阳**（赞成，2分30秒）", "决议（通过）", "示例物业服务中心", "会议于09:27散会"):
        assert said in text


def test_no_resident_stands_in_clear_on_any_medium() -> None:
    narrative = the_narrative()
    assert "欧阳演示" not in page_of(narrative) + to_markdown(narrative)


def test_a_rule_is_told_in_full_once_and_its_label_every_time() -> None:
    text = page_of(the_narrative())
    assert text.count("一户一票") == 1
    assert text.count("意向征询，不代替业主大会表决。") == 2
    assert "表决规则与上文公告议程第2项的表决相同。" in text


def test_a_meeting_without_a_quorum_says_so() -> None:
    entries = a_day.told(a_day.notice(a_day.noticed(a_day.GATE, 1, "回报")))
    facts = dict(narrate(compose(entries, {}, a_day.PLACE)).facts)
    assert facts["到会"].endswith("须到61户，没有达到到会要求")
    assert facts["主持"] == "（身份已删除）"


def test_words_are_put_through_the_readers_catalog() -> None:
    made = compose(a_day.the_day(), a_day.NAMES, a_day.PLACE)
    told = narrate(made, translate=lambda text: f"«{text}»", language="en")
    assert told.facts[0][0] == "«时间»"
    assert "December 20, 2026" in told.facts[0][1]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_that_people_wrote_is_text_on_the_page(hostile: str) -> None:
    page = page_of(the_narrative(note=hostile, outcome=hostile))
    assert "<script" not in page
    assert "<img" not in page
    assert str(html(hostile)) in page


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_that_people_wrote_is_text_in_markdown(hostile: str) -> None:
    plain, marked = (
        READER.parse(to_markdown(the_narrative(note=note, outcome=note)))
        for note in ("平常", hostile)
    )
    assert [token.type for token in marked] == [token.type for token in plain]
    assert shown(marked).count("".join(hostile.split())) == 2


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    tokens = READER.parse(escape(text))
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {"text", "text_special"}
    assert shown(tokens) == "".join(text.split())


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_whatever_was_written_stays_in_its_place(text: str) -> None:
    blocks = (Text(text), Wording("决议", text))
    narrative = Narrative(
        language="zh",
        title=text,
        title_lines=(text,),
        number="",
        label=text,
        facts=((text, text),),
        sections=(Section(heading=text, blocks=blocks),),
        signatures=(),
        closing=(text,),
        digest="",
    )
    kinds = {token.type for token in READER.parse(to_markdown(narrative))}
    assert "html_block" not in kinds
    assert "fence" not in kinds
    assert "code_block" not in kinds
