"""Papers come out whole, the same each time, and whatever residents wrote stays text."""

import asyncio
import multiprocessing
import os
import signal
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.errors import Code, Refusal
from deliberation.papers import PaperError, Press
from tests.papers import samples

ON = date(2026, 12, 20)


def set_now(press: Press, template: str, data: dict[str, object]) -> bytes:
    paper = asyncio.run(press.typeset(template, data, document_date=ON, fonts=None))
    return paper.pdf


def worker_of(press: Press) -> multiprocessing.process.BaseProcess:
    assert press._shop is not None
    pid = press._shop.pid
    return next(child for child in multiprocessing.active_children() if child.pid == pid)


@pytest.mark.parametrize("template", ["minutes", "notice"])
def test_a_paper_is_a4_tagged_and_fit_for_the_archive(press: Press, template: str) -> None:
    pdf = set_now(press, template, getattr(samples, template)())
    assert pdf.startswith(b"%PDF-1.7")
    assert samples.sizes_mm(pdf) == {(210, 297)}
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf


@pytest.mark.parametrize("template", ["minutes", "notice"])
def test_the_same_paper_has_the_same_bytes_even_from_a_new_process(
    press: Press, template: str
) -> None:
    first = set_now(press, template, getattr(samples, template)())
    press.close()
    assert set_now(press, template, getattr(samples, template)()) == first


def test_minutes_say_what_they_were_given(press: Press) -> None:
    text = samples.text_of(set_now(press, "minutes", samples.minutes()))
    for words in (
        "示例社区十二月议事日会议纪要",
        "一、楼道灯",
        "楼道灯改为声控灯。",
        "张**",
        "—1—",
    ):
        assert words in text


def test_a_page_of_minutes_has_22_lines_of_28_characters(press: Press) -> None:
    body = [{"kind": "text", "text": "议" * 28 * 80}]
    pdf = set_now(press, "minutes", samples.minutes(sections=[{"heading": "字", "blocks": body}]))
    assert samples.pages(pdf)[1].count("议") == 22 * 28


def test_a_notice_carries_the_exact_wording_and_what_the_vote_is_not(press: Press) -> None:
    text = samples.text_of(set_now(press, "notice", samples.notice()))
    assert "第2件事照此办理，由物业服务中心于十一月底前完成。" in text
    assert "意向征询，不代替业主大会表决" in text


def test_a_short_agenda_stays_on_one_sheet_and_a_long_one_loses_nothing(press: Press) -> None:
    assert len(samples.pages(set_now(press, "notice", samples.notice(items=6)))) == 1
    long = samples.text_of(set_now(press, "notice", samples.notice(items=30)))
    for number in range(1, 31):
        assert f"第{number}件事照此办理" in long


@pytest.mark.parametrize(
    "hostile",
    [
        '#import "common.typ": *',
        "#sys.inputs.data",
        "$ integral $ 和 $a$",
        "\\ \\u{41} \\#",
        "*粗* _斜_ `码` = 题 - 条 + 号 / 名: 值",
        "<label> @ref // 注 /* 释 */ [块] {代码}",
        '"] #panic()',
        "https://hall.test/#a",
    ],
)
def test_markup_in_what_residents_wrote_is_printed_and_not_obeyed(
    press: Press, hostile: str
) -> None:
    blocks: list[dict[str, object]] = [
        {"kind": "text", "text": hostile},
        {"kind": "point", "number": 1, "text": hostile},
        {"kind": "note", "text": hostile},
    ]
    data = samples.minutes(sections=[{"heading": hostile, "blocks": blocks}])
    assert samples.text_of(set_now(press, "minutes", data)).count("".join(hostile.split())) == 4


def test_a_character_no_font_has_is_printed_as_a_geta_and_reported(press: Press) -> None:
    data = samples.minutes(facts=[["地点", "𠮷祥楼👍 厅"]])
    paper = asyncio.run(press.typeset("minutes", data, document_date=ON, fonts=None))
    assert paper.substituted == ("👍", "𠮷")
    assert "〓祥楼〓厅" in samples.text_of(paper.pdf)


@settings(max_examples=40)
@given(text=st.text(st.characters(), max_size=60))
def test_whatever_was_written_there_is_a_paper(press: Press, text: str) -> None:
    blocks = [{"kind": "text", "text": text}]
    assert set_now(
        press, "minutes", samples.minutes(sections=[{"heading": text, "blocks": blocks}])
    )


def test_a_template_is_named_and_never_a_path(press: Press) -> None:
    for name in ("../minutes", "minutes.typ", "/etc/passwd", "unknown", ""):
        with pytest.raises(ValueError, match="no template"):
            set_now(press, name, {})


def test_data_that_do_not_fit_their_template_are_a_fault_that_names_itself(press: Press) -> None:
    with pytest.raises(PaperError, match="title"):
        set_now(press, "minutes", {})
    assert set_now(press, "minutes", samples.minutes())


def test_a_paper_that_takes_too_long_is_refused_and_the_next_one_comes_out() -> None:
    press = Press()
    try:
        set_now(press, "minutes", samples.minutes())
        os.kill(worker_of(press).pid or 0, signal.SIGSTOP)
        press.limit_seconds = 0.2
        with pytest.raises(Refusal) as refused:
            set_now(press, "minutes", samples.minutes())
        assert refused.value.code is Code.PAPER_NOT_MADE
        press.limit_seconds = 30
        assert set_now(press, "minutes", samples.minutes())
    finally:
        press.close()


def test_a_process_that_died_is_replaced() -> None:
    press = Press()
    try:
        set_now(press, "minutes", samples.minutes())
        worker_of(press).kill()
        with pytest.raises(Refusal) as refused:
            set_now(press, "minutes", samples.minutes())
        assert refused.value.code is Code.PAPER_NOT_MADE
        assert set_now(press, "minutes", samples.minutes())
    finally:
        press.close()


def test_closing_leaves_no_process_and_no_folder_behind() -> None:
    press = Press()
    press.close()
    set_now(press, "minutes", samples.minutes())
    worker, links = worker_of(press), Path(press._shop.links.name)  # type: ignore[union-attr]
    press.close()
    assert not worker.is_alive()
    assert not links.exists()
