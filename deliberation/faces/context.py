"""The context that every fragment of a meeting is rendered with; it holds nothing personal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.support import NullTranslations
from msgspec.structs import replace

from deliberation.ballots.figures import finding_of, standings_of
from deliberation.ballots.reading import turnout as turnout_of
from deliberation.ballots.tally import Outcome, Tally, area_text
from deliberation.faces.quorum import Quorum, quorum_of
from deliberation.i18n.catalogs import translations_for
from deliberation.journal.views import ItemView, MeetingState
from deliberation.matters import workflows
from deliberation.meetings.floor import order_queue
from deliberation.meetings.standing import last_turn, times_heard, waiting_of
from deliberation.meetings.viewing import Counted
from deliberation.people.masking import mask_name
from deliberation.people.models import Community
from deliberation.people.service import names_of
from deliberation.rulesets import wording
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Rule

FRAGMENTS: Mapping[str, tuple[str, ...]] = {
    "resident": (
        "head",
        "now",
        "wording",
        "rule",
        "turnout",
        "result",
        "floor",
        "agenda",
        "working",
    ),
    "console": ("top", "run", "item", "floor", "decided"),
    "screen": ("bar", "main", "turnout", "next"),
}
"""The pieces of each face that a push replaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A meeting's state with what is needed to show it; made once a change, for all faces."""

    state: MeetingState
    community: Community
    names: Mapping[UUID, str]
    places: Mapping[UUID, str]
    turnout: int
    now: datetime
    connections: Counted
    quorum: Quorum | None = None
    """Of the item in hand, while its ballot is still to be opened."""
    step_names: Mapping[str, str] = field(default_factory=dict)
    """Of the steps that have names of the community's own."""


async def scene_of(
    state: MeetingState, community: Community, *, now: datetime, connections: Counted
) -> Scene:
    """Read the little that is not in the state: masked names and the turnout so far."""
    ordered = in_turn(state)
    people = {speech.person for speech in ordered.queue}
    if ordered.speaking is not None:
        people.add(ordered.speaking.speech.person)
    named = await names_of(people)
    ballot = ordered.current.ballot if ordered.current else None
    return Scene(
        state=ordered,
        community=community,
        names={p: _shown(n.name, n.is_official) for p, n in named.items()},
        places={p: n.place.split(" / ")[-1] for p, n in named.items()},
        turnout=await turnout_of(ballot.id) if ballot is not None else 0,
        now=now,
        connections=connections,
        quorum=await quorum_of(state, now),
        step_names=(await workflows.names(community.id)).own,
    )


def _shown(name: str, is_official: bool) -> str:
    return name if is_official else mask_name(name)


def in_turn(state: MeetingState) -> MeetingState:
    """The queue in the order of speaking, by the floor's rule."""
    if state.current is None:
        return state
    places = order_queue(
        waiting_of(state),
        times_heard(state, state.current.id),
        last_turn(state, state.current.id),
    )
    by_id = {speech.id: speech for speech in state.queue}
    return replace(state, queue=tuple(by_id[place.waiting.speech] for place in places))


def context_for(scene: Scene, language: str, *, address: str = "") -> dict[str, Any]:
    """What the templates of all three faces may use."""
    translations = translations_for(language)
    state = scene.state
    rule, question = _rule_of(state), _question_of(state)
    ballot = state.current.ballot if state.current else None
    tally = Tally.from_json(ballot.tally) if ballot is not None and ballot.tally else None
    return {
        "lang": language,
        "translate": translations.gettext,
        "zone": ZoneInfo(scene.community.zone),
        "community": scene.community,
        "step_names": scene.step_names,
        "state": state,
        "names": scene.names,
        "places": scene.places,
        "turnout": scene.turnout,
        "quorum": quorum_shown(scene.quorum, language),
        "turnout_required": _turnout_required(state, rule),
        "rule_words": _said(wording.words(rule, question), translations) if rule else [],
        "rule_brief": _said(wording.thresholds(rule, question), translations) if rule else [],
        "disclaimer": wording.disclaimer(rule).render(translations.gettext) if rule else "",
        "unit": translations.gettext(wording.UNITS[rule.electorate]) if rule else "",
        "question": question.to_json() if question != MOTION else None,
        "sum": _said(tally.steps, translations) if tally else [],
        **_standings(tally, question, translations),
        "now": scene.now,
        "connections": scene.connections,
        "run": run_of(state, scene.now),
        "predicted_end": predicted_end(state, scene.now),
        "late_minutes": late_minutes(state, scene.now),
        "join_address": address,
    }


def _said(sentences: Any, translations: NullTranslations) -> list[str]:
    return [sentence.render(translations.gettext) for sentence in sentences]


def _standings(
    tally: Tally | None, question: Question, translations: NullTranslations
) -> dict[str, Any]:
    """How the options of a choice stood in the end, and what their figures are."""
    if tally is None or tally.count is None:
        return {"standings": (), "finding": ""}
    is_valid = tally.outcome is not Outcome.INVALID
    return {
        "standings": standings_of(tally.count, question, is_valid=is_valid),
        "finding": translations.gettext(finding_of(tally.count["method"])),
    }


def quorum_shown(quorum: Quorum | None, language: str) -> dict[str, Any] | None:
    """Its numbers as they are shown, and the rule that they come from."""
    if quorum is None:
        return None
    translations = translations_for(language)
    rule = wording.in_language(quorum.rule, language)
    return {
        "present": quorum.present,
        "roll": quorum.roll,
        "required": quorum.required,
        "by_proxy": quorum.by_proxy,
        "is_reached": quorum.is_reached,
        "missing": quorum.required - quorum.present,
        "unit": translations.gettext(wording.UNITS[rule.electorate]),
        "present_area": area_text(quorum.present_area) if quorum.required_area else "",
        "required_area": area_text(quorum.required_area),
        "area": area_text(quorum.area),
        "rule_name": translations.gettext(rule.name),
        "source": translations.gettext(rule.source),
    }


def _rule_of(state: MeetingState) -> Rule | None:
    data = state.rule_of(state.current) if state.current else state.rule
    return Rule.from_json(data) if data else None


def _question_of(state: MeetingState) -> Question:
    item = state.current
    asked = (item.ballot.question if item.ballot else item.question) if item else None
    return Question.from_json(asked) if asked else MOTION


def _turnout_required(state: MeetingState, rule: Rule | None) -> int | None:
    ballot = state.current.ballot if state.current else None
    if rule is None or rule.participation is None or ballot is None:
        return None
    return rule.participation.required(ballot.entitled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """An item's time: minutes used so far, and when one that waits will begin."""

    used_minutes: int
    starts_at: datetime | None


def run_of(state: MeetingState, now: datetime) -> dict[UUID, Run]:
    """Actual minutes of what was treated, predicted beginnings of what is to come."""
    runs: dict[UUID, Run] = {}
    begins = now if state.state == "convened" else state.starts_at
    if state.current is not None and begins is not None:
        begins += timedelta(minutes=max(0, state.current.minutes - _used(state.current, now)))
    for item in state.items:
        waits = item.state == "waiting"
        runs[item.id] = Run(used_minutes=_used(item, now), starts_at=begins if waits else None)
        if waits and begins is not None:
            begins += timedelta(minutes=item.minutes)
    return runs


def _used(item: ItemView, now: datetime) -> int:
    if item.opened_at is None:
        return 0
    return int(((item.closed_at or now) - item.opened_at).total_seconds() // 60)


def predicted_end(state: MeetingState, now: datetime) -> datetime | None:
    """When the meeting ends if what is left takes the minutes planned for it."""
    if state.state != "convened":
        return None
    left = sum(item.minutes for item in state.items if item.state == "waiting")
    if state.current is not None:
        left += max(0, state.current.minutes - _used(state.current, now))
    return now + timedelta(minutes=left)


def late_minutes(state: MeetingState, now: datetime) -> int:
    """How much later than planned the meeting ends; negative when earlier."""
    end = predicted_end(state, now)
    if end is None or state.starts_at is None:
        return 0
    planned = state.starts_at + timedelta(minutes=sum(item.minutes for item in state.items))
    return round((end - planned).total_seconds() / 60)
