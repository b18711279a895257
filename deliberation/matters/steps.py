"""The words of the five steps: steps, states, acts, conditions, and how they are said.

The procedure is a generic one (提, 议, 决, 办, 评); the names of the steps belong to the community.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec

from deliberation.i18n import N_


class Step(StrEnum):
    RAISE = "raise"
    DISCUSS = "discuss"
    DECIDE = "decide"
    DELIVER = "deliver"
    EVALUATE = "evaluate"


class MatterState(StrEnum):
    ACTIVE = "active"
    CLOSED = "closed"
    """Carried out, and confirmed by those who asked for it."""
    MERGED = "merged"
    REJECTED = "rejected"
    ABANDONED = "abandoned"
    """Not carried out, for a public reason."""


class Act(StrEnum):
    ACCEPT = "accept"
    MERGE = "merge"
    PUT_TO_DECISION = "put_to_decision"
    DISCUSS_AGAIN = "discuss_again"
    ADOPT = "adopt"
    REJECT = "reject"
    ASSIGN = "assign"
    ADVANCE = "advance"
    """On to the next part of the same step, or out of it when its days have passed."""
    CLAIM = "claim"
    OBJECT = "object"
    RELEASE = "release"
    ESCALATE = "escalate"
    ABANDON = "abandon"
    REPORT_DONE = "report_done"
    RATE = "rate"
    CONFIRM = "confirm"
    SEND_BACK = "send_back"
    RETURN = "return"
    """Sent back by itself: those who asked are not satisfied."""


class Mover(StrEnum):
    """Who does an act."""

    STAFF = "staff"
    ORGANISATION = "organisation"
    """Who carries it out, or staff."""
    RESIDENTS = "residents"
    SERVICE = "service"
    """It follows by itself: from an announced result, from days that have passed."""


class Evidence(StrEnum):
    """What must be on record before a matter goes on from a part of a step."""

    PHOTO_BEFORE = "photo_before"
    PHOTO_AFTER = "photo_after"
    PROGRESS = "progress"
    PUBLISHED_MINUTES = "published_minutes"


class Condition(StrEnum):
    """What must be true of the matter."""

    HAS_DEMANDS = "has_demands"
    WAS_DISCUSSED = "was_discussed"
    HAS_WORDING = "has_wording"
    IS_ADOPTED = "is_adopted"
    IS_REJECTED = "is_rejected"
    NOT_ADOPTED = "not_adopted"
    IS_ASSIGNED = "is_assigned"
    IS_RATED = "is_rated"
    IS_DECIDED = "is_decided"
    IS_UNDECIDED = "is_undecided"
    TASKS_DONE = "tasks_done"
    IS_DISSATISFIED = "is_dissatisfied"
    NOT_DISSATISFIED = "not_dissatisfied"
    MAY_RETURN = "may_return"
    HAS_RETURNED = "has_returned"


class Input(StrEnum):
    """What must be given with the act."""

    TARGET = "target"
    """The matter that another is merged into."""
    ORGANISATION = "organisation"
    DUE_ON = "due_on"
    RATING = "rating"
    REASON = "reason"


class Resolved(StrEnum):
    """Where the decision of a matter stands. A ballot in which too few took part is NONE."""

    NONE = "none"
    ADOPTED = "adopted"
    REJECTED = "rejected"


ACT_WORDS: Mapping[Act, str] = MappingProxyType(
    {
        Act.ACCEPT: N_("受理，进入讨论"),
        Act.MERGE: N_("并入另一议题"),
        Act.PUT_TO_DECISION: N_("提交表决"),
        Act.DISCUSS_AGAIN: N_("退回再议"),
        Act.ADOPT: N_("通过，进入办理"),
        Act.REJECT: N_("未通过，结束"),
        Act.ASSIGN: N_("交办"),
        Act.ADVANCE: N_("进入下一步"),
        Act.CLAIM: N_("认领，直接办理"),
        Act.OBJECT: N_("有异议，退回再议"),
        Act.RELEASE: N_("退回认领"),
        Act.ESCALATE: N_("上报联席会议"),
        Act.ABANDON: N_("不再办理，结束"),
        Act.REPORT_DONE: N_("报办结"),
        Act.RATE: N_("评价"),
        Act.CONFIRM: N_("确认办好，办结"),
        Act.SEND_BACK: N_("退回重办"),
        Act.RETURN: N_("评价不满意，自动退回重办"),
    }
)

CONDITION_WORDS: Mapping[Condition, str] = MappingProxyType(
    {
        Condition.HAS_DEMANDS: N_("要先有需求"),
        Condition.WAS_DISCUSSED: N_("要先在会上讨论过"),
        Condition.HAS_WORDING: N_("要先写好决议文字"),
        Condition.IS_ADOPTED: N_("要先表决通过"),
        Condition.IS_REJECTED: N_("要先表决，而且没有通过"),
        Condition.NOT_ADOPTED: N_("已经表决通过"),
        Condition.IS_ASSIGNED: N_("要先定下办理单位和期限"),
        Condition.IS_RATED: N_("要先有人评价，或者评价期已过"),
        Condition.IS_DECIDED: N_("要先表决通过"),
        Condition.IS_UNDECIDED: N_("这件经表决通过，不能退回清单"),
        Condition.TASKS_DONE: N_("还有任务没有办完"),
        Condition.IS_DISSATISFIED: N_("评价没有低于要求"),
        Condition.NOT_DISSATISFIED: N_("评价低于要求，不能确认办好"),
        Condition.MAY_RETURN: N_("已经退回过，要上报联席会议"),
        Condition.HAS_RETURNED: N_("要先退回重办一次"),
    }
)

INPUT_WORDS: Mapping[Input, str] = MappingProxyType(
    {
        Input.TARGET: N_("要选好并入哪一件议题"),
        Input.ORGANISATION: N_("要写明办理单位"),
        Input.DUE_ON: N_("要写明办理期限"),
        Input.RATING: N_("要选一个评价"),
        Input.REASON: N_("要写明理由"),
    }
)


EVIDENCE_WORDS: Mapping[Evidence, str] = MappingProxyType(
    {
        Evidence.PHOTO_BEFORE: N_("要先有办理前的照片"),
        Evidence.PHOTO_AFTER: N_("要先有办理后的照片"),
        Evidence.PROGRESS: N_("要先写一条进度"),
        Evidence.PUBLISHED_MINUTES: N_("要先公布会议纪要"),
    }
)

MOVER_WORDS: Mapping[Mover, str] = MappingProxyType(
    {
        Mover.STAFF: N_("居委会"),
        Mover.ORGANISATION: N_("办理单位"),
        Mover.RESIDENTS: N_("居民"),
        Mover.SERVICE: N_("到时自动"),
    }
)


class StepNames(msgspec.Struct, frozen=True, kw_only=True):
    """What a community calls the steps; the last character stands in the square."""

    names: dict[Step, str]
    source: str

    def name(self, step: Step) -> str:
        return self.names[step]

    def mark(self, step: Step) -> str:
        return self.names[step][-1]

    @property
    def own(self) -> dict[str, str]:
        """The names that are the community's own: they are not put into another language."""
        known = GENERIC.names
        return {step.value: name for step, name in self.names.items() if name != known[step]}


GENERIC = StepNames(
    names={
        Step.RAISE: N_("民提"),
        Step.DISCUSS: N_("民议"),
        Step.DECIDE: N_("民决"),
        Step.DELIVER: N_("民办"),
        Step.EVALUATE: N_("民评"),
    },
    source=N_("通用的五步名称，各地叫法不同，社区可以换成自己的。"),
)
