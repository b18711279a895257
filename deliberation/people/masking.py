"""What of a resident's identity may be published. Pure.

Officials and organisations stand in clear; a resident keeps the surname, a telephone number its
first three and last four digits (practice after the protection of personal information law).
"""

import unicodedata

COMPOUND_SURNAMES = frozenset(
    """
    欧阳 上官 司马 司徒 诸葛 皇甫 尉迟 公孙 慕容 令狐 端木 东方 南宫 独孤 夏侯 宇文 长孙 轩辕 闻人
    东郭 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 钟离 鲜于 闾丘 司空 亓官 司寇 呼延 赫连 西门 第五
    百里 万俟 歐陽 諸葛 尉遲 東方 獨孤 長孫 軒轅 聞人 東郭 澹臺 濮陽 鍾離 鮮于 閭丘 赫連 西門 司馬
    """.split()  # noqa: SIM905  surnames are read more easily in rows
)
HIDDEN = "**"


def mask_name(name: str) -> str:
    """The surname and `**`; two stars whatever the length, which would tell something too.

    A compound surname keeps both characters, unless nothing would then be hidden. Of names that
    are not written in Han characters the first character stays.
    """
    whole = unicodedata.normalize("NFC", name).strip()
    return whole[: _shown(whole)] + HIDDEN


def _shown(name: str) -> int:
    return 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1


def mask_phone(phone: str) -> str:
    """138****1234 of a mobile number; of any other at most the last four digits."""
    digits = "".join(one for one in phone if one.isdecimal())
    national = digits[-11:] if len(digits) == 13 and digits.startswith("86") else digits
    if len(national) == 11 and national.startswith("1"):
        return f"{national[:3]}****{national[-4:]}"
    return "****" + (national[-4:] if len(national) >= 7 else "")
