"""The list of matters, by step, state and what is overdue."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response
from tortoise.queryset import QuerySet

from deliberation.matters.models import Matter
from deliberation.matters.steps import MatterState, Step
from deliberation.web.pages import page
from deliberation.web.visit import Visit

PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What of the matters is asked for, in the address."""

    step: str = ""
    state: str = ""
    is_overdue: bool = False
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Listed":
        """What is not understood is not asked for."""
        step, state, number = (query.get(name, "") for name in ("step", "state", "page"))
        is_number = number.isascii() and number.isdecimal() and len(number) < 6
        return cls(
            step=step if step in set(Step) else "",
            state=state if state in set(MatterState) else "",
            is_overdue=query.get("overdue", "") == "1",
            page=max(1, int(number)) if is_number else 1,
        )

    def address(self, **changes: object) -> str:
        """The list with another choice; on its first page, unless a page is named."""
        asked = {"step": self.step, "state": self.state, "overdue": "1" if self.is_overdue else ""}
        pairs = {name: str(value) for name, value in (asked | changes).items() if value}
        return "/matters" + ("?" + "&".join(f"{k}={v}" for k, v in pairs.items()) if pairs else "")

    def query(self, visit: Visit) -> QuerySet[Matter]:
        rows = Matter.filter(community_id=visit.here.id)
        if self.step:
            rows = rows.filter(step=self.step, state=self.state or MatterState.ACTIVE)
        elif self.state:
            rows = rows.filter(state=self.state)
        if self.is_overdue:
            active = rows.filter(step=Step.DELIVER, state=MatterState.ACTIVE)
            rows = active.filter(due_on__lt=visit.today)
        return rows


async def listing(visit: Visit) -> Response:
    """Matters, what moved last first."""
    asked = Listed.from_query(visit.query)
    rows = asked.query(visit)
    total = await rows.count()
    offset = (asked.page - 1) * PAGE
    latest = rows.order_by("-stepped_at", "number").offset(offset).limit(PAGE)
    whole = Matter.filter(community_id=visit.here.id)
    overdue = whole.filter(step=Step.DELIVER, state=MatterState.ACTIVE, due_on__lt=visit.today)
    return page(
        visit,
        "matters/list.html",
        section="matters",
        rows=await latest.prefetch_related("organisation"),
        asked=asked,
        total=total,
        pages=max(1, -(-total // PAGE)),
        counts=await _counts(whole),
        overdue=await overdue.count(),
        steps_all=[step.value for step in Step],
        states=[state.value for state in MatterState if state is not MatterState.ACTIVE],
    )


async def _counts(whole: QuerySet[Matter]) -> dict[str, int]:
    """How many matters are under way on each step, and how many ended how."""
    found: dict[str, int] = {}
    for step, state in await whole.values_list("step", "state"):
        name = step if state == MatterState.ACTIVE else state
        found[name] = found.get(name, 0) + 1
    return found
