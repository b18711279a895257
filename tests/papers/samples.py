"""Papers as their templates want them, and what a PDF holds."""

from typing import Any

import pypdfium2

QR = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<path stroke="#000" d="M0 0.5h7m1 0h1"/></svg>'
)
MILLIMETRES_PER_POINT = 25.4 / 72


def minutes(**changes: Any) -> dict[str, Any]:
    blocks = [
        {"kind": "text", "text": "会议听取了各方意见。"},
        {"kind": "subhead", "text": "（一）发言"},
        {"kind": "point", "number": 1, "text": "张**（赞成，2分30秒）"},
        {"kind": "wording", "label": "决议", "text": "楼道灯改为声控灯。"},
        {
            "kind": "table",
            "widths": [2, 1],
            "align": ["left", "right"],
            "head": ["表决", "户数"],
            "rows": [["赞成", "68"]],
        },
        {"kind": "note", "text": "意向征询，不代替业主大会表决。"},
    ]
    made = {
        "language": "zh",
        "title": "示例社区十二月议事日会议纪要",
        "title_lines": ["示例社区十二月议事日", "会议纪要"],
        "number": "",
        "label": "演示数据",
        "facts": [["时间", "2026年12月20日"], ["地点", "示例议事厅"]],
        "sections": [{"heading": "楼道灯", "blocks": blocks}],
        "signatures": [["主持人", "演示主持"], ["记录人", "演示记录"]],
        "closing": ["示例社区居民委员会", "2026年12月20日"],
        "digest": "SHA-256 00",
    }
    return made | changes


def notice(items: int = 3, **changes: Any) -> dict[str, Any]:
    made = {
        "language": "zh",
        "title": "议事日公告",
        "label": "演示数据",
        "organiser": "示例社区居民委员会",
        "month": "2026年12月",
        "day": "20",
        "when": "星期日　上午9:00至11:30",
        "place": "示例议事厅",
        "access": "有电梯。",
        "items": [_item(number) for number in range(1, items + 1)],
        "rules_lead": "怎样算通过：",
        "rules": "过半赞成才通过。本次表决为意向征询，不代替业主大会表决。",
        "qr_svg": QR,
        "qr_alt": "打开会议网页的二维码",
        "join_lead": "扫码看议程、提意见、投票",
        "join": ["不用下载，不用密码。"],
        "footer_left": ["网上同文：http://hall.test/m/1"],
        "footer_right": ["示例社区居民委员会"],
    }
    return made | changes


def _item(number: int) -> dict[str, str]:
    return {
        "number": str(number),
        "title": f"第{number}件事",
        "step": "民决",
        "minutes": "15分钟",
        "wording_label": "决议文字",
        "wording": f"第{number}件事照此办理，由物业服务中心于十一月底前完成。",
    }


def pages(pdf: bytes) -> list[str]:
    """The text of each page, without spaces and line ends."""
    with pypdfium2.PdfDocument(pdf) as document:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def text_of(pdf: bytes) -> str:
    return "".join(pages(pdf))


def sizes_mm(pdf: bytes) -> set[tuple[int, int]]:
    with pypdfium2.PdfDocument(pdf) as document:
        return {
            (round(width * MILLIMETRES_PER_POINT), round(height * MILLIMETRES_PER_POINT))
            for width, height in (page.get_size() for page in document)
        }
