"""Made-up talks of an evening: suggestions become measures, and measures solve problems."""

from datetime import datetime, timedelta

from deliberation.demonstration.town import Town
from deliberation.meetings.calling import call_apart
from deliberation.meetings.kinds import TALK, Calling, Hours
from deliberation.suggestions import service as suggestions
from deliberation.suggestions.models import Measure, Suggestion

SUGGESTED = (
    "楼下乘凉的地方加几把椅子",
    "快递架挪到不挡路的地方",
    "给独居老人留一个联系卡",
    "广场舞早半小时结束",
    "电梯里不要抽烟，贴个提醒",
    "放学时段多一个护学的人",
)
SOLVED = ("乘凉没处坐", "快递挡楼道", "老人有急事找不到人", "晚上太吵")


class Evenings:
    """One a quarter."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._held = 0

    async def hold(self, at: datetime) -> None:
        chair, self._held = self.town.chair, self._held + 1
        calling = Calling(
            title=f"第{self._held}次夜话（演示）",
            kind=TALK,
            level="courtyard",
            body=self.town.body,
            venue=self.town.venue,
        )
        hours = Hours(starts_at=self.town.at(at + timedelta(days=5), 19, 30), minutes=90)
        meeting = await call_apart(chair, calling, hours, at=at)
        said = hours.starts_at + timedelta(minutes=30)
        for words in SUGGESTED[: 3 + self._held % 4]:
            await suggestions.note_suggestion(
                chair, f"{words}（演示，第{self._held}次）", meeting=meeting.id, at=said
            )
        await self._take_measures(meeting.id, said + timedelta(days=3))

    async def _take_measures(self, meeting: object, at: datetime) -> None:
        """Two suggestions to a measure; what was done solves one problem or two."""
        chair = self.town.chair
        rows = await Suggestion.filter(meeting_id=meeting).order_by("number")
        for n in range(0, len(rows) - 1, 2):
            taking = suggestions.Taking(
                title=f"夜话措施{self._held}-{n // 2 + 1}（演示）",
                suggestions=[row.id for row in rows[n : n + 2]],
                organisation=self.town.partners[0].organisation,
            )
            await suggestions.take_measure(chair, taking, at=at)
            measure = await Measure.get(title=taking.title)
            done = at + timedelta(days=20)
            await suggestions.finish_measure(chair, measure.id, at=done)
            for words in SOLVED[n // 2 : n // 2 + 2]:
                solving = suggestions.Solving(words=f"{words}（演示，第{self._held}次）")
                await suggestions.solve(chair, measure.id, solving, at=done)
