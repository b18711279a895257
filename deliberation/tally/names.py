"""What the methods are called, by programs and by people."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_


class Method(StrEnum):
    """Every method there is, by the name it has in a count and in the command."""

    PLURALITY = "plurality"
    APPROVAL = "approval"
    TOP = "top"
    SCHULZE = "schulze"
    IRV = "irv"
    STV = "stv"
    RATING = "rating"
    MAJORITY_JUDGMENT = "majority-judgment"
    GREEDY = "greedy"
    EQUAL_SHARES = "equal-shares"


METHOD_NAMES: Mapping[Method, str] = MappingProxyType(
    {
        Method.PLURALITY: N_("相对多数（每票一项）"),
        Method.APPROVAL: N_("同意投票（可以选多项）"),
        Method.TOP: N_("最多选几项（名额有几个就最多选几项）"),
        Method.SCHULZE: N_("排序，两两比较（舒尔策法）"),
        Method.IRV: N_("排序，逐轮淘汰"),
        Method.STV: N_("排序，单记可转移投票"),
        Method.RATING: N_("打分（平均分）"),
        Method.MAJORITY_JUDGMENT: N_("打分，多数评价（中位数）"),
        Method.GREEDY: N_("预算，支持多的先资助"),
        Method.EQUAL_SHARES: N_("预算，均等份额法"),
    }
)


def unsuitable(method: Method, why: str) -> Refusal:
    """The votes cannot be counted so; `why` is a Chinese msgid."""
    return Refusal(Code.TALLY_METHOD_UNSUITABLE, method=METHOD_NAMES[method], why=why)
