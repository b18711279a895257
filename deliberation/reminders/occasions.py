"""What people may be told: kinds, to whom, in which words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence


class Kind(StrEnum):
    """What a person may want by e-mail or not."""

    MEETING = "meeting"
    BALLOT = "ballot"
    EVALUATION = "evaluation"
    ANSWER = "answer"
    SUPPORT = "support"
    TASK = "task"
    OFFER = "offer"
    ESCALATION = "escalation"
    DUTY = "duty"


KIND_WORDS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.MEETING: N_("会议：什么时候、在哪里开，改期和取消"),
        Kind.BALLOT: N_("投票：开放几天的表决，截止前再说一次"),
        Kind.EVALUATION: N_("评价：办完的事请您评一评"),
        Kind.ANSWER: N_("答复：您提的需求有了答复"),
        Kind.SUPPORT: N_("支持：您支持的需求并入了另一件，再问您一次"),
        Kind.TASK: N_("任务：任务和节点快到期、到期、逾期"),
        Kind.OFFER: N_("认领：有需求等着认领"),
        Kind.ESCALATION: N_("上报：上报和交办"),
        Kind.DUTY: N_("办公：公告、答复和公示快到期"),
    }
)

RESIDENT_KINDS = (Kind.MEETING, Kind.BALLOT, Kind.EVALUATION, Kind.ANSWER, Kind.SUPPORT)
LIAISON_KINDS = (Kind.TASK, Kind.OFFER, Kind.ESCALATION)
FACILITATOR_KINDS = (Kind.DUTY, Kind.TASK, Kind.ESCALATION)


class Whom(StrEnum):
    """Groups of people; each goes with the id of a thing."""

    FACILITATORS = "facilitators"
    """Of a community."""
    LIAISONS = "liaisons"
    """Of an organisation."""
    PARTNERS = "partners"
    """Liaisons of all organisations of a community."""
    ROLL = "roll"
    """Households that should attend a meeting."""
    ELECTORS = "electors"
    """Of a ballot, who have not voted."""
    ASKED = "asked"
    """Households asked by an evaluation that have not answered."""
    HOUSEHOLD = "household"
    PERSON = "person"


LARGE = frozenset({Whom.ROLL, Whom.ELECTORS, Whom.ASKED})
"""Thousands, perhaps."""


@dataclass(frozen=True, slots=True)
class Audience:
    whom: Whom
    of: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something to be told once to each. `subject` is `kind:id` of a thing; `stamp` is what makes
    it another occasion when it changes: the day that a thing is due. `until` is the last day on
    which it is worth telling; None: always."""

    kind: Kind
    community: UUID
    subject: str
    what: str
    stamp: str
    sentence: Sentence
    link: str
    audience: tuple[Audience, ...]
    until: date | None = None

    @property
    def key(self) -> str:
        return f"{self.subject}:{self.what}:{self.stamp}"

    @property
    def is_large(self) -> bool:
        return any(one.whom in LARGE for one in self.audience)


WORDS: Mapping[str, str] = MappingProxyType(
    {
        "notice": N_("{day}的议事日，公告最迟{until}发布，还没有发"),
        "meeting": N_("“{title}”{moment}在{venue}开，请您家来参加"),
        "moved": N_("“{title}”改到{moment}，在{venue}。原因：{reason}"),
        "cancelled": N_("原定{moment}的“{title}”取消了。原因：{reason}"),
        "ballot": N_("“{title}”正在投票，{moment}截止"),
        "ballot_last": N_("“{title}”的投票{moment}截止，投过的不用再管"),
        "objections": N_("“{title}”的结果公示{moment}结束，之后请确认"),
        "evaluation": N_("“{title}”报办结了：真的办好了吗？请您家评一评，{until}截止"),
        "evaluation_last": N_("“{title}”的评价{until}截止，您家还没有评"),
        "answered": N_("您提的“{title}”有了答复"),
        "declined": N_("您提的“{title}”没有受理，理由写在页面上"),
        "support": N_("您家支持的“{title}”并入了“{other}”，请说一声是否也支持它"),
        "answer_soon": N_("“{title}”要在{until}前答复"),
        "answer_today": N_("“{title}”今天是答复期限"),
        "answer_overdue": N_("“{title}”的答复逾期了，期限是{until}"),
        "handover_soon": N_("“{title}”交{organisation}办理，{until}前要有回音"),
        "handover_today": N_("“{title}”交{organisation}办理，今天到期"),
        "handover_overdue": N_("“{title}”交{organisation}办理，{until}到期，还没有回音"),
        "task_set": N_("新任务“{title}”，{until}前办完"),
        "task_soon": N_("任务“{title}”{until}到期"),
        "task_today": N_("任务“{title}”今天到期"),
        "task_overdue": N_("任务“{title}”逾期了，期限是{until}"),
        "milestone_soon": N_("任务“{title}”的节点“{part}”{until}到期"),
        "milestone_today": N_("任务“{title}”的节点“{part}”今天到期"),
        "milestone_overdue": N_("任务“{title}”的节点“{part}”逾期了，期限是{until}"),
        "offered": N_("{day}有需求等着认领，请看看哪些能办"),
        "released": N_("“{title}”的认领退回了，可以再认领"),
        "listed": N_("“{title}”上报了，等联席会议交办"),
        "assigned": N_("“{title}”已经交办给{organisation}，{until}前办完"),
    }
)
"""All sentences. Facts named day or until are dates, moment is an instant; all are put into the
reader's language and zone where it is shown."""
