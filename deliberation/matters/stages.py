"""The way of a matter as data: the parts of the five steps, and the acts that lead from one to
another. The set that comes with the service is a generic one, not an official procedure."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.matters.steps import (
    GENERIC,
    Act,
    Condition,
    Evidence,
    Input,
    MatterState,
    Mover,
    Step,
)


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a step; the first part of each has the step's own key.

    `wait_days`: so many whole days after it was entered no act leads onward (a countdown, such as
    a public notice, 公示); acts that lead back are never held up.
    """

    key: str
    step: Step
    name: str
    wait_days: int = 0
    evidence: tuple[Evidence, ...] = ()


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the procedure. `is_back`: neither countdown nor evidence holds it up; `is_off`:
    the community does not use it."""

    act: Act
    leaves: str
    enters: str
    ends: MatterState = MatterState.ACTIVE
    by: Mover = Mover.STAFF
    conditions: tuple[Condition, ...] = ()
    inputs: tuple[Input, ...] = ()
    is_back: bool = False
    is_off: bool = False


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers that the procedure goes by; all of them a community's own decision."""

    unclaimed_days: int = 30
    """After so many days an offered demand that nobody took goes to the joint meeting."""
    overdue_days: int = 7
    """After so many days past its due day a matter in delivery goes there too."""
    rating_days: int = 30
    """So long those who asked may rate; silence then holds nothing open."""
    least_mean: int = 300
    """In hundredths of a mark from 1 to 5: a mean below it is not satisfied."""
    least_ratings: int = 1
    """With fewer ratings nobody is said to be dissatisfied."""
    returns: int = 1
    """How often a matter goes back to delivery by itself before it goes to the joint meeting."""


class Workflow(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the procedure. Version 0 is the one that comes with the service."""

    name: str
    source: str
    stages: tuple[Stage, ...]
    ways: tuple[Way, ...]
    limits: Limits = Limits()
    version: int = 0

    def stage(self, key: str) -> Stage:
        """The part of that key. Raises KeyError."""
        return next(stage for stage in self.stages if stage.key == key)

    def stages_of(self, step: Step) -> tuple[Stage, ...]:
        return tuple(stage for stage in self.stages if stage.step is step)

    def to_json(self) -> dict[str, Any]:
        made: dict[str, Any] = msgspec.to_builtins(self)
        return made

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Workflow":
        """Raises BAD_REQUEST for what is none."""
        try:
            return msgspec.convert(data, cls)
        except msgspec.ValidationError as error:
            raise Refusal(Code.BAD_REQUEST) from error


def over_on(entered_at: datetime, wait_days: int, zone: ZoneInfo) -> date:
    """The first local day on which a countdown holds nothing up any more."""
    return entered_at.astimezone(zone).date() + timedelta(days=wait_days)


_REASON, _TARGET = (Input.REASON,), (Input.TARGET,)
_DUTY = (Input.ORGANISATION, Input.DUE_ON)
_RAISE, _DISCUSS, _DECIDE, _DELIVER, _EVALUATE = (step.value for step in Step)

_WAYS: tuple[Way, ...] = (
    Way(act=Act.ACCEPT, leaves=_RAISE, enters=_DISCUSS, conditions=(Condition.HAS_DEMANDS,)),
    Way(
        act=Act.CLAIM,
        leaves=_RAISE,
        enters=_DELIVER,
        by=Mover.ORGANISATION,
        conditions=(Condition.HAS_DEMANDS,),
        inputs=_DUTY,
    ),
    Way(
        act=Act.MERGE,
        leaves=_RAISE,
        enters=_RAISE,
        ends=MatterState.MERGED,
        inputs=_TARGET,
        is_back=True,
    ),
    Way(
        act=Act.ABANDON,
        leaves=_RAISE,
        enters=_RAISE,
        ends=MatterState.ABANDONED,
        inputs=_REASON,
        is_back=True,
    ),
    Way(
        act=Act.PUT_TO_DECISION,
        leaves=_DISCUSS,
        enters=_DECIDE,
        conditions=(Condition.WAS_DISCUSSED, Condition.HAS_WORDING),
    ),
    Way(
        act=Act.MERGE,
        leaves=_DISCUSS,
        enters=_DISCUSS,
        ends=MatterState.MERGED,
        inputs=_TARGET,
        is_back=True,
    ),
    Way(
        act=Act.ABANDON,
        leaves=_DISCUSS,
        enters=_DISCUSS,
        ends=MatterState.ABANDONED,
        inputs=_REASON,
        is_back=True,
    ),
    Way(
        act=Act.ADOPT,
        leaves=_DECIDE,
        enters=_DELIVER,
        by=Mover.SERVICE,
        conditions=(Condition.IS_ADOPTED,),
    ),
    Way(
        act=Act.REJECT,
        leaves=_DECIDE,
        enters=_DECIDE,
        ends=MatterState.REJECTED,
        conditions=(Condition.IS_REJECTED,),
    ),
    Way(
        act=Act.DISCUSS_AGAIN,
        leaves=_DECIDE,
        enters=_DISCUSS,
        conditions=(Condition.NOT_ADOPTED,),
        inputs=_REASON,
        is_back=True,
    ),
    Way(act=Act.ASSIGN, leaves=_DELIVER, enters=_DELIVER, inputs=_DUTY, is_back=True),
    Way(
        act=Act.RELEASE,
        leaves=_DELIVER,
        enters=_RAISE,
        by=Mover.ORGANISATION,
        conditions=(Condition.IS_UNDECIDED,),
        inputs=_REASON,
        is_back=True,
    ),
    Way(
        act=Act.RELEASE,
        leaves=_DELIVER,
        enters=_DELIVER,
        by=Mover.ORGANISATION,
        conditions=(Condition.IS_DECIDED,),
        inputs=_REASON,
        is_back=True,
    ),
    Way(act=Act.ESCALATE, leaves=_DELIVER, enters=_DELIVER, inputs=_REASON, is_back=True),
    Way(
        act=Act.ABANDON,
        leaves=_DELIVER,
        enters=_DELIVER,
        ends=MatterState.ABANDONED,
        inputs=_REASON,
        is_back=True,
    ),
    Way(
        act=Act.REPORT_DONE,
        leaves=_DELIVER,
        enters=_EVALUATE,
        by=Mover.ORGANISATION,
        conditions=(Condition.IS_ASSIGNED, Condition.TASKS_DONE),
    ),
    Way(
        act=Act.RATE,
        leaves=_EVALUATE,
        enters=_EVALUATE,
        by=Mover.RESIDENTS,
        inputs=(Input.RATING,),
        is_back=True,
    ),
    Way(
        act=Act.CONFIRM,
        leaves=_EVALUATE,
        enters=_EVALUATE,
        ends=MatterState.CLOSED,
        conditions=(Condition.IS_RATED, Condition.NOT_DISSATISFIED),
    ),
    Way(act=Act.SEND_BACK, leaves=_EVALUATE, enters=_DELIVER, inputs=_REASON, is_back=True),
    Way(
        act=Act.RETURN,
        leaves=_EVALUATE,
        enters=_DELIVER,
        by=Mover.SERVICE,
        conditions=(Condition.IS_DISSATISFIED, Condition.MAY_RETURN),
        is_back=True,
    ),
    Way(
        act=Act.ESCALATE,
        leaves=_EVALUATE,
        enters=_DELIVER,
        by=Mover.SERVICE,
        conditions=(Condition.IS_DISSATISFIED, Condition.HAS_RETURNED),
        is_back=True,
    ),
)

SHIPPED = Workflow(
    name=N_("通用五步"),
    source=GENERIC.source,
    stages=tuple(Stage(key=step.value, step=step, name=GENERIC.name(step)) for step in Step),
    ways=_WAYS,
)
