"""Figures for operators in Prometheus's text format; they name meetings by id and nobody at all."""

import hmac
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from deliberation import store
from deliberation.ballots.writer import WRITER
from deliberation.live.hub import Hub
from deliberation.measures import Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def metrics(request: Request) -> Response:
    """For who knows the word of DELIBERATION_METRICS_TOKEN (`Authorization: Bearer …`)."""
    expected = request.app.state.desk.settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not expected:
        return PlainTextResponse("DELIBERATION_METRICS_TOKEN is not set.\n", status_code=404)
    if not hmac.compare_digest(given.encode(), expected.encode()):
        headers = {"WWW-Authenticate": "Bearer"}
        return PlainTextResponse("Wrong token.\n", status_code=401, headers=headers)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(request.app.state.hub))
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE})


class _Figures(Collector):
    """Reads the process's figures when it is asked."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterator[Metric]:
        yield from self._connections()
        yield from self._frames()
        yield from self._votes()
        yield from self._journal()
        worker = GaugeMetricFamily("deliberation_worker", "Which process answers", labels=["id"])
        worker.add_metric([store.WORKER[:8]], 1)
        yield worker

    def _connections(self) -> Iterator[Metric]:
        connected = GaugeMetricFamily(
            "deliberation_connections", "Sockets in rooms of this process", labels=["face"]
        )
        counts = [room.audience.counted() for room in self._hub.rooms()]
        for face in ("resident", "screen", "console"):
            connected.add_metric([face], sum(getattr(c, face) for c in counts))
        yield connected
        yield GaugeMetricFamily(
            "deliberation_rooms", "Rooms of this process", value=len(self._hub.rooms())
        )
        joins = CounterMetricFamily("deliberation_joins", "Clients admitted", labels=["kind"])
        joins.add_metric(["first"], self._hub.counts["joined"])
        joins.add_metric(["again"], self._hub.counts["rejoined"])
        yield joins

    def _frames(self) -> Iterator[Metric]:
        counts = self._hub.counts
        sent = CounterMetricFamily("deliberation_frames_sent", "Frames to rooms", labels=["kind"])
        sent.add_metric(["durable"], counts["durable_sent"])
        sent.add_metric(["ephemeral"], counts["ephemeral_sent"])
        yield sent
        yield CounterMetricFamily(
            "deliberation_ephemeral_frames_dropped",
            "Ephemeral frames left out for slow readers",
            value=counts["ephemeral_left_out"],
        )
        yield CounterMetricFamily(
            "deliberation_rejoins_asked",
            "Readers too far behind, asked to join again",
            value=counts["asked_to_rejoin"],
        )

    def _votes(self) -> Iterator[Metric]:
        yield _histogram(
            "deliberation_vote_ack_seconds",
            "From a vote's frame to its durable answer",
            self._hub.acks,
        )
        yield _histogram(
            "deliberation_vote_group_size", "Votes written in one transaction", WRITER.sizes
        )
        yield _histogram(
            "deliberation_vote_group_seconds", "How long such a transaction took", WRITER.seconds
        )
        yield GaugeMetricFamily(
            "deliberation_vote_queue", "Votes that wait to be written", value=WRITER.queued
        )
        yield CounterMetricFamily(
            "deliberation_vote_group_failures",
            "Groups that the database did not take",
            value=WRITER.failures,
        )

    def _journal(self) -> Iterator[Metric]:
        seq = GaugeMetricFamily(
            "deliberation_journal_seq", "Last entry told in a room", labels=["meeting"]
        )
        for room in self._hub.rooms():
            seq.add_metric([str(room.meeting)], room.state.seq)
        yield seq
        yield _histogram(
            "deliberation_turn_seconds", "How late the hub's clock was served", self._hub.turns
        )


def _histogram(name: str, help_: str, values: Histogram) -> HistogramMetricFamily:
    buckets, below = [], 0
    bounds = [*map(str, values.bounds), "+Inf"]
    for bound, count in zip(bounds, values.counts, strict=True):
        below += count
        buckets.append((bound, below))
    return HistogramMetricFamily(name, help_, buckets=buckets, sum_value=values.sum)
