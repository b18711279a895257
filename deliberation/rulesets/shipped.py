"""The rule sets that come with the service. A community changes them, and adds its own.

What the law says is cited; what could not be read in its text is left out, and must be filled in
by the community, with its source, before the set can be used.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from msgspec.structs import replace

from deliberation.i18n import N_
from deliberation.rulesets.rules import Rule, Share

_MORE_THAN_HALF = Share(Fraction(1, 2), strict=True)
_TWO_THIRDS = Share(Fraction(2, 3), strict=False)
_THREE_QUARTERS = Share(Fraction(3, 4), strict=False)

CONSULTATION = Rule(
    name=N_("社区意向征询（系统自带）"),
    version=1,
    source=N_(
        "系统自带的默认规则，不是法律规定。社区可以换成自己通过的议事规则；"
        "居民会议、业主大会的法定程序，以现行法律和当地规定为准。"
    ),
    label=N_("意向征询"),
    attendance=_MORE_THAN_HALF,
    participation=None,
    majority=_MORE_THAN_HALF,
    base="cast",
    may_change=True,
    chair="silent",
    proxies=1,
    window_days=30,
    speech_seconds=180,
    speeches_per_item=2,
    notice_days=7,
    day_minutes=150,
)
"""What a new community starts with until it adopts a rule of its own."""

RESIDENTS_2018 = replace(
    CONSULTATION,
    key="residents-2018",
    pattern="residents",
    name=N_("居民会议（2018年文本）"),
    source=N_("《城市居民委员会组织法》（2018年修正）第九条、第十条；2026年1月1日起由新法取代。"),
    label=N_("居民会议表决"),
    in_force_until=date(2025, 12, 31),
    base="present",
    proxies=0,
    window_days=0,
)
"""More than half must attend; decided by more than half of those who attend."""

RESIDENTS_2026 = replace(
    CONSULTATION,
    key="residents-2026",
    pattern="residents",
    name=N_("居民会议（2026年新法）"),
    source=N_("《城市居民委员会组织法》（2025年修订，2026年1月1日施行）；到会和通过的要求待填写。"),
    label=N_("居民会议表决"),
    in_force_from=date(2026, 1, 1),
    attendance=None,
    majority=None,
    proxies=0,
    window_days=0,
)
"""Its quorum could not be read in the law's own text: the community fills it in."""

OWNERS_HALF = replace(
    CONSULTATION,
    key="owners-half",
    pattern="owners",
    name=N_("业主意向征询（参与过三分之二，过半同意）"),
    source=N_("参照《民法典》第二百七十八条第一款第一至五项、第九项和第二款；只是征询意向。"),
    label=N_("意向征询"),
    electorate="owners",
    attendance=None,
    participation=_TWO_THIRDS,
    participation_area=_TWO_THIRDS,
    majority_area=_MORE_THAN_HALF,
    proxies=3,
    window_days=60,
    objection_days=3,
    precedence="online",
)
"""Two thirds of heads and of area take part; more than half of those on both agree. Abstainers
took part, so they stay in the base."""

OWNERS_THREE_QUARTERS = replace(
    OWNERS_HALF,
    key="owners-3-4",
    name=N_("业主意向征询（参与过三分之二，四分之三同意）"),
    source=N_("参照《民法典》第二百七十八条第一款第六至八项和第二款；只是征询意向。"),
    majority=_THREE_QUARTERS,
    majority_area=_THREE_QUARTERS,
)

UNANIMITY = replace(
    OWNERS_HALF,
    key="unanimity",
    name=N_("有利害关系的业主一致同意"),
    source=N_("参照《民法典》第二百七十九条（住宅改为经营性用房）；只是征询意向。"),
    participation=None,
    participation_area=None,
    majority=Share(Fraction(1), strict=False),
    majority_area=None,
    base="entitled",
)

JOINT = replace(
    CONSULTATION,
    key="joint",
    pattern="joint",
    name=N_("联席会议"),
    source=N_("以联席会议自己的议事规则为准；到会和通过的要求待填写。"),
    label=N_("联席会议意见"),
    electorate="persons",
    attendance=None,
    majority=None,
    proxies=0,
    window_days=0,
)

SHIPPED: Mapping[str, Rule] = MappingProxyType(
    {
        rule.key: rule
        for rule in (
            CONSULTATION,
            RESIDENTS_2026,
            RESIDENTS_2018,
            OWNERS_HALF,
            OWNERS_THREE_QUARTERS,
            UNANIMITY,
            JOINT,
        )
    }
)
