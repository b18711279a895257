"""What connections of one kind see of a room: the fragments, and the last frames as bytes.

A storm of returning clients is answered from here; no table is read and nothing is rendered.
"""

from collections import deque
from typing import Any

from deliberation.faces.context import FRAGMENTS, Scene, context_for
from deliberation.journal.views import BallotView, MeetingState
from deliberation.live import protocol
from deliberation.live.audience import Kind
from deliberation.rendering import rendered
from deliberation.wire import Frame

KEPT_FRAMES = 200
KEPT_BYTES = 512 * 1024


class Showing:
    """One kind's view after entry `seq`; begun with a snapshot, then advanced frame by frame."""

    def __init__(self, kind: Kind, scene: Scene) -> None:
        self._kind = kind
        self._parts = _parts(kind, scene)
        self._scene = scene
        self._snapshot: Frame | None = None
        self._kept: deque[tuple[int, Frame]] = deque()
        self._kept_bytes = 0

    @property
    def seq(self) -> int:
        return self._scene.state.seq

    def advance(self, scene: Scene, names: list[str]) -> Frame:
        """The frame that brings everybody of the kind from `seq` to the scene's."""
        parts = _parts(self._kind, scene)
        changed = {name: html for name, html in parts.items() if self._parts.get(name) != html}
        extra = _extra(self._kind, scene, is_new="ballot.opened" in names)
        frame = protocol.news(self.seq, scene.state.seq, names, changed, extra)
        self._keep(frame)
        self._parts, self._scene, self._snapshot = parts, scene, None
        return frame

    def _keep(self, frame: Frame) -> None:
        self._kept.append((self.seq, frame))
        self._kept_bytes += len(frame.payload)
        while len(self._kept) > KEPT_FRAMES or self._kept_bytes > KEPT_BYTES:
            _since, dropped = self._kept.popleft()
            self._kept_bytes -= len(dropped.payload)

    def since(self, seen: int) -> list[Frame]:
        """What brings somebody who saw entry `seen` up to date: nothing, the frames that were
        missed, or a snapshot when they are no longer kept or are longer than it."""
        if seen == self.seq:
            return []
        if seen > 0 and any(since == seen for since, _frame in self._kept):
            missed = [frame for since, frame in self._kept if since >= seen]
            if sum(len(f.payload) for f in missed) < len(self.snapshot().payload):
                return missed
        return [self.snapshot()]

    def snapshot(self) -> Frame:
        if self._snapshot is None:
            extra = _extra(self._kind, self._scene, is_new=True)
            self._snapshot = protocol.snapshot(self.seq, self._parts, extra)
        return self._snapshot


def _parts(kind: Kind, scene: Scene) -> dict[str, str]:
    context = context_for(scene, kind.language)
    return {
        name: rendered(f"live/{kind.face}/{name}.html", context) for name in FRAGMENTS[kind.face]
    }


def _extra(kind: Kind, scene: Scene, *, is_new: bool) -> dict[str, Any]:
    """For residents: the meeting's stage, and the ballot in hand with its form when the page may
    not have it yet.

    The form is the same for all: the page adds its own token, and a press is checked here.
    """
    if kind.face != "resident":
        return {}
    ballot = ballot_in_hand(scene.state)
    if ballot is None or ballot.state not in ("open", "closed"):
        return {"stage": scene.state.state, "ballot": None}
    electorate = ballot.rule.get("electorate", "households")
    facts: dict[str, Any] = {"id": str(ballot.id), "state": ballot.state, "for": electorate}
    if is_new:
        own = {"csrf_token": "", "may_vote": True, "mine": None, "why_not": "", "receipt": ""}
        context = context_for(scene, kind.language) | own
        facts["html"] = rendered("live/resident_ballot.html", context)
    return {"stage": scene.state.state, "ballot": facts}


def ballot_in_hand(state: MeetingState) -> BallotView | None:
    return state.current.ballot if state.current is not None else None
