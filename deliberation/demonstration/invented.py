"""What the made-up community consists of: homes, names and demands, the same on every machine.

Nobody and no place is meant. All characters are in GB 2312, which every font at hand prints.
"""

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from deliberation.meetings.days import DayRule, MonthlyDate
from deliberation.rulesets.rules import Rule, Share
from deliberation.rulesets.shipped import CONSULTATION

SEED = 20
DEMANDS = 185
RAISED_WITHIN_DAYS = 90

RULE = Rule(
    name="演示规则",
    version=1,
    source=(
        "演示用的规则，不是法律规定，也没有社区通过过它。到会要求定得很低，几个人就能走完全程。"
        "装入演示之前的记录（上次会议、这次的公告）都是编出来的，不是真的发生过。"
    ),
    label=CONSULTATION.label,
    attendance=Share(Fraction(1, 50), strict=False),
    participation=None,
    majority=CONSULTATION.majority,
    base=CONSULTATION.base,
    may_change=True,
    speech_seconds=180,
    speeches_per_item=2,
    notice_days=7,
    day_minutes=90,
)

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢"
    "邹苏潘葛范彭鲁韦马方任袁柳史唐费薛雷贺汤罗毕安常于傅康伍余顾"
)
_GIVEN = "一二三四五"
_GRIDS = ("第一网格", "第二网格", "第三网格")
_BUILDINGS_PER_GRID = 5
_ENTRANCES = 2
_FLOORS = 5
_DOORS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A dwelling and who speaks for it. `place` is 网格, 楼院, 楼门; the area is in 0.01 m²."""

    place: tuple[str, ...]
    label: str
    area_hundredths: int
    name: str


def homes() -> list[Home]:
    """Three hundred of them."""
    chance = random.Random(SEED)  # noqa: S311  nothing secret: the same homes every time
    names = (f"演示{surname}{given}" for given in _GIVEN for surname in _SURNAMES)
    return [
        Home(place=place, label=label, area_hundredths=chance.randrange(4_500, 13_000), name=name)
        for (place, label), name in zip(_doors(), names, strict=False)
    ]


def _doors() -> Iterator[tuple[tuple[str, ...], str]]:
    for building in range(1, len(_GRIDS) * _BUILDINGS_PER_GRID + 1):
        grid = _GRIDS[(building - 1) // _BUILDINGS_PER_GRID]
        for entrance in range(1, _ENTRANCES + 1):
            for floor in range(1, _FLOORS + 1):
                for door in range(1, _DOORS + 1):
                    place = (grid, f"{building}号楼", f"{entrance}单元")
                    yield place, f"{building}-{entrance}-{floor}{door:02}"


def places() -> Sequence[tuple[str, ...]]:
    return sorted({home.place for home in homes()})


def day_rule(first: date, starts: str) -> DayRule:
    """Each month on the day of the month on which the demonstration is given."""
    return DayRule(
        on=MonthlyDate(day=first.day), starts=starts, minutes=RULE.day_minutes, venue="演示议事厅"
    )


_WISHES: dict[str, Sequence[tuple[str, str]]] = {
    "设施改造": (
        ("楼道照明灯更换", "晚上楼道看不清台阶"),
        ("门前路面硬化", "下雨积水，老人和推车不好走"),
        ("单元门禁维修", "门锁坏了，关不上"),
        ("屋面防水修缮", "顶层住户雨季漏水"),
        ("下水管道疏通改造", "一到饭点就返水"),
        ("坡道和扶手加装", "轮椅上下不方便"),
        ("外墙脱落处加固", "墙皮掉落，已围挡"),
        ("晾衣架统一安装", "居民在树间拉绳，不安全"),
        ("信报箱翻新", "箱门锈坏，信件丢失"),
    ),
    "环境美化": (
        ("楼前花坛补种", "花坛荒了，长满杂草"),
        ("垃圾桶站移位和遮挡", "离窗户太近，夏天有味"),
        ("墙面小广告清理", "清了又贴，想要长效办法"),
        ("树木修剪", "枝叶挡光，大风时断枝"),
        ("楼后空地整理", "堆放杂物，想做成小花园"),
        ("宠物便袋箱设置", "草地常有粪便"),
        ("楼道堆物清理", "杂物占了一半楼道"),
        ("雨水沟清淤", "沟里有落叶淤泥"),
        ("休息座椅增设", "老人走一段没有地方坐"),
    ),
    "养老服务": (
        ("老年助餐点开设", "独居老人做饭难"),
        ("上门理发服务", "行动不便的老人出不了门"),
        ("紧急呼叫按钮安装", "独居老人夜里有事叫不到人"),
        ("日间照料活动室开放", "白天没有去处"),
        ("智能手机课堂", "挂号缴费不会用"),
        ("定期血压血糖检测", "去医院排队久"),
        ("邻里结对探访", "子女不在身边"),
        ("代买代办服务", "上下楼买菜吃力"),
        ("防滑和扶手入户改造", "卫生间容易滑倒"),
    ),
    "儿童托管": (
        ("放学后托管班", "放学早，家长没有下班"),
        ("暑期托管点", "假期孩子没有人看"),
        ("儿童游乐设施更新", "滑梯开裂"),
        ("上学路护学岗", "路口车多"),
        ("亲子阅读角", "附近没有看书的地方"),
        ("婴儿车停放处", "放在楼道挡路"),
        ("周末手工课", "想让孩子多动手"),
        ("低龄幼儿临时照看", "家长临时有事"),
        ("儿童安全知识课", "用电用火和防走失"),
    ),
    "停车充电": (
        ("电动自行车充电棚建设", "有人拉线充电，有危险"),
        ("停车位重新划线", "乱停，出入要倒几次车"),
        ("消防通道禁停标线", "常被占用"),
        ("新能源车充电桩安装", "附近充不上电"),
        ("外来车辆限时停放", "下班回来没有位置"),
        ("非机动车架增设", "自行车倒在路上"),
        ("地面停车收费公示", "收支不清楚"),
        ("僵尸车清理", "旧车几年没有动"),
        ("错时共享停车", "附近单位夜间有空位"),
    ),
    "公共安全": (
        ("监控探头补装", "有死角，丢过快递"),
        ("灭火器和消防栓检修", "压力不足"),
        ("高空抛物警示和监控", "掉下过花盆"),
        ("夜间巡逻", "深夜有陌生人进出"),
        ("燃气管线检查", "居民闻到过气味"),
        ("井盖加固", "踩上去会翻动"),
        ("减速带设置", "车开得快，孩子多"),
        ("用电线路整理", "飞线多，线皮老化"),
        ("出入口人车分流", "早晚高峰人车混行"),
    ),
    "文化活动": (
        ("广场舞时间和音量公约", "有人要跳，有人要休息"),
        ("邻里节活动", "邻居之间认识得少"),
        ("棋牌活动室开放", "只有一张桌子"),
        ("社区书画展", "老人作品没有地方展示"),
        ("露天电影", "夏天晚上想有活动"),
        ("健身器材更新", "器材生锈"),
        ("合唱队排练场地", "没有固定地方"),
        ("传统节日包粽子做灯笼", "想带孩子参加"),
        ("旧物交换集市", "东西扔了可惜"),
    ),
}


def demand_file(until: date) -> bytes:
    """The demand list as a spreadsheet program saves it; nothing in it is later than `until`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("编号", "标题", "描述", "领域", "地点", "来源", "提出日期", "支持户数"))
    writer.writerows(_demands(until))
    return text.getvalue().encode("gb18030")


def domains() -> Sequence[str]:
    """Seven, in their order."""
    return list(_WISHES)


def wish(n: int) -> tuple[str, str, str, int]:
    """The nth demand: title, description, domain and the number of the building."""
    domains = list(_WISHES)
    domain, turn = domains[n % len(domains)], n // len(domains)
    what, why = _WISHES[domain][turn % 9]
    building = (n * 4 + turn) % 15 + 1
    return f"{building}号楼{what}", f"{why}。（演示需求，内容是编的）", domain, building


def _demands(until: date) -> Iterator[tuple[str, ...]]:
    chance = random.Random(SEED)  # noqa: S311  nothing secret: the same list every time
    for n in range(DEMANDS):
        title, description, domain, building = wish(n)
        raised = until - timedelta(days=chance.randrange(1, RAISED_WITHIN_DAYS))
        yield (
            f"演示-{n + 1:03}",
            title,
            description,
            domain,
            f"{building}号楼",
            chance.choice(("网格走访", "议事箱", "居民来电", "网上提出")),
            raised.isoformat(),
            str(chance.randrange(2, 60)),
        )
