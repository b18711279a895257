"""A community to hold a deliberation day in: 演示 people, demands and cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from deliberation.auth.limiting import Limiter
from deliberation.auth.service import sign_in_by_card, sign_in_by_password
from deliberation.founding.service import Founding, found
from deliberation.meetings.days import DayRule, MonthlyDate
from deliberation.people.cards import code_of, new_cards
from deliberation.people.models import Card, Household, Person, Unit

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A household's representative with the code on their card."""

    person: UUID
    household: UUID
    code: str


async def found_community(at: datetime) -> UUID:
    """示例社区, meeting on the 20th; returns its first facilitator."""
    rule = DayRule(on=MonthlyDate(day=20), starts="09:00", minutes=150, venue="演示议事厅")
    founding = Founding(
        name="示例社区",
        facilitator="周演示",
        login="zhou",
        password=PASSWORD,
        day_rule=rule,
        is_demonstration=True,
    )
    _community, person = await found(founding, at=at)
    return person


async def settle_households(
    community: UUID, count: int, *, first: int = 101, key: bytes, at: datetime
) -> Sequence[Resident]:
    """Households 1-101, 1-102 … each with a representative who has a card."""
    residents: list[Resident] = []
    taken: set[str] = set()
    for n in range(count):
        unit = await Unit.create(
            community_id=community,
            place_path="第一网格 / 1号楼",
            label=f"1-{first + n}",
            area_hundredths=8_000 + n,
        )
        household = await Household.create(community_id=community, unit_id=unit.id)
        person = await Person.create(
            community_id=community, household_id=household.id, name=f"演示住户{n + 1}"
        )
        household.representative_id = person.id
        await household.save()
        (card,) = new_cards(key, [person.id], taken, at)
        await card.save(force_create=True)
        stored = await Card.get(person_id=person.id)
        code = code_of(key, stored.id, stored.serial)
        residents.append(Resident(person=person.id, household=household.id, code=code))
    return residents


def demand_list(rows: int, on: date) -> bytes:
    """A CSV as an Excel user saves it: GB18030, Chinese headers."""
    domains = ("设施改造", "环境美化", "养老服务", "儿童托管", "停车充电", "公共安全", "文化活动")
    lines = ["编号,标题,描述,领域,地点,来源,提出日期,支持户数,联系人,电话"]
    for n in range(1, rows + 1):
        raised = (on - timedelta(days=n % 90)).isoformat()
        lines.append(
            f"演示-{n:03},演示需求{_name(n)},演示说明,{domains[n % 7]},{n % 12 + 1}号楼,"
            f"网格走访,{raised},{(n * 37) % 60},演示人,13800000000"
        )
    return ("\r\n".join(lines) + "\r\n").encode("gb18030")


def _name(n: int) -> str:
    """Titles that are not alike."""
    glyphs = "东南西北中金木水火土山石田禾竹丝星云雨风"
    return "".join(glyphs[(n * k * k + n // k) % len(glyphs)] for k in (1, 3, 7, 11, 13)) + str(n)


async def token_of_card(code: str, *, key: bytes, at: datetime) -> str:
    return await sign_in_by_card(code, key=key, address="127.0.0.1", limiter=Limiter(), at=at)


async def token_of_facilitator(at: datetime) -> str:
    return await sign_in_by_password(
        "zhou", PASSWORD, address="127.0.0.1", limiter=Limiter(), at=at
    )
