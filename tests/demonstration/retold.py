"""What a year's entries tell, counted from names and public bodies alone: no table of the service
is read, and none of its code but the names on the wire."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

SHANGHAI = timedelta(hours=8)
BACK = ("send_back", "return", "escalate")


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as it stands in the journal."""

    at: datetime
    name: str
    body: dict[str, Any]

    @property
    def on(self) -> date:
        return (self.at.astimezone(UTC) + SHANGHAI).date()


@dataclass(slots=True)
class Retold:
    """Counts of one calendar year."""

    year: int
    received: set[str] = field(default_factory=set)
    domains: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    states: dict[str, str] = field(default_factory=dict)
    claimed: dict[str, str] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    releases: Counter[str] = field(default_factory=Counter)
    escalated: set[str] = field(default_factory=set)
    matters: dict[str, set[str]] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    marks: Counter[str] = field(default_factory=Counter)
    served: dict[str, tuple[date, date | None]] = field(default_factory=dict)
    suggestions: int = 0
    measures: int = 0
    adjourned: int = 0
    _evaluations: dict[str, bool] = field(default_factory=dict)
    _open: dict[str, str] = field(default_factory=dict)

    def holds(self, on: date) -> bool:
        return on.year == self.year

    def hear(self, entries: Iterable[Told]) -> "Retold":
        for told in entries:
            act = getattr(self, "_on_" + told.name.replace(".", "_"), None)
            if act is not None:
                act(told, told.body)
        return self

    # ------------------------------------------------------------ demands

    def _on_demand_raised(self, told: Told, body: dict[str, Any]) -> None:
        self.states[body["demand"]] = "listed"
        if self.holds(told.on):
            self.received.add(body["demand"])
            self.domains[body["domain"]] += 1
            self.channels[body["channel"]] += 1

    def _on_demand_merged(self, told: Told, body: dict[str, Any]) -> None:
        self.states[body["demand"]] = "merged"

    def _on_demand_triaged(self, told: Told, body: dict[str, Any]) -> None:
        route = body["route"]
        self.states[body["demand"]] = (
            "declined" if route == "declined" else "listed" if route == "deliberation" else "away"
        )

    def _on_demand_answered(self, told: Told, body: dict[str, Any]) -> None:
        if body["settled"] and self.states[body["demand"]] == "away":
            self.states[body["demand"]] = "resolved"

    def _on_demand_handed_over(self, told: Told, body: dict[str, Any]) -> None:
        if body["kind"] == "service" and self.holds(told.on):
            self.served[body["handover"]] = (told.on, None)

    def _on_handover_returned(self, told: Told, body: dict[str, Any]) -> None:
        if body["outcome"] != "settled" and self.states[body["demand"]] == "away":
            self.states[body["demand"]] = "listed"
        if body["handover"] in self.served and body["outcome"] == "settled":
            self.served[body["handover"]] = (self.served[body["handover"]][0], told.on)

    def _on_claim_made(self, told: Told, body: dict[str, Any]) -> None:
        self.claimed[body["demand"]] = body["claim"]

    def _on_claim_released(self, told: Told, body: dict[str, Any]) -> None:
        self.releases[body["demand"]] += 1
        if self.claimed.get(body["demand"]) == body["claim"]:
            del self.claimed[body["demand"]]

    def _on_claim_refused(self, told: Told, body: dict[str, Any]) -> None:
        self.refusals[body["demand"]] += 1

    def _on_escalation_raised(self, told: Told, body: dict[str, Any]) -> None:
        if body.get("demand"):
            self.escalated.add(body["demand"])
        if body.get("matter"):
            self.escalated |= self.matters[body["matter"]]

    # ------------------------------------------------------------ matters

    def _on_matter_opened(self, told: Told, body: dict[str, Any]) -> None:
        self.matters[body["matter"]] = set(body["demands"])
        for demand in body["demands"]:
            self.states[demand] = "taken_up"

    def _on_matter_demand_added(self, told: Told, body: dict[str, Any]) -> None:
        self.matters[body["matter"]].add(body["demand"])
        self.states[body["demand"]] = "taken_up"

    def _on_matter_stepped(self, told: Told, body: dict[str, Any]) -> None:
        act, left, entered = body["act"], body["left"], body["entered"]
        state = ""
        if entered == "evaluate" and left != "evaluate":
            state = "resolved"
        elif act in BACK and left == "evaluate" and entered == "deliver":
            state = "taken_up"
        elif act in ("reject", "abandon"):
            state = "declined"
        elif act == "release" and entered == "raise":
            state = "listed"
        elif act in ("accept", "claim"):
            state = "taken_up"
        for demand in self.matters[body["matter"]]:
            if state and self.states[demand] != "merged":
                self.states[demand] = state

    def _on_task_set(self, told: Told, body: dict[str, Any]) -> None:
        if self.holds(told.on):
            due = date.fromisoformat(body["due_on"])
            self.tasks[body["task"]] = {
                "first": due,
                "due": due,
                "done": None,
                "released": False,
                "moved": 0,
                "origin": body["origin"],
            }

    def _on_task_postponed(self, told: Told, body: dict[str, Any]) -> None:
        if body["task"] in self.tasks:
            task = self.tasks[body["task"]]
            task["due"] = date.fromisoformat(body["moved_to"])
            task["moved"] += 1

    def _on_task_done(self, told: Told, body: dict[str, Any]) -> None:
        if body["task"] in self.tasks:
            self.tasks[body["task"]]["done"] = told.on

    def _on_task_released(self, told: Told, body: dict[str, Any]) -> None:
        if body["task"] in self.tasks:
            self.tasks[body["task"]]["released"] = True

    def _on_evaluation_opened(self, told: Told, body: dict[str, Any]) -> None:
        self._evaluations[body["evaluation"]] = self.holds(told.on)
        self._open[body["matter"]] = body["evaluation"]
        if self.holds(told.on):
            self.asked[body["evaluation"]] = body["asked"]

    def _on_evaluation_closed(self, told: Told, body: dict[str, Any]) -> None:
        if self._evaluations[body["evaluation"]]:
            self.marks.update(body["marks"])
        self._open.pop(body["matter"], None)

    def _on_matter_rated(self, told: Told, body: dict[str, Any]) -> None:
        """What was said while the asking still goes on; of those that ended the end tells."""
        self._said.setdefault(self._open.get(body["matter"], ""), Counter()).update(body["more"])

    _said: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def all_marks(self) -> Counter[str]:
        """Of those that ended, and of those still open."""
        found = Counter(self.marks)
        for evaluation in self._open.values():
            if self._evaluations[evaluation]:
                found.update(self._said.get(evaluation, Counter()))
        return found

    # ------------------------------------------------------------ the rest

    def _on_suggestion_noted(self, told: Told, body: dict[str, Any]) -> None:
        self.suggestions += self.holds(told.on)

    def _on_measure_taken(self, told: Told, body: dict[str, Any]) -> None:
        self.measures += self.holds(told.on)

    def _on_meeting_adjourned(self, told: Told, body: dict[str, Any]) -> None:
        self.adjourned += self.holds(told.on)
