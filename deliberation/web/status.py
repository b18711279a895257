"""Is it us or the network? The service's figures for whoever runs a meeting."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from deliberation.ballots.writer import WRITER
from deliberation.i18n import N_
from deliberation.live.health import Health, Verdict
from deliberation.live.hub import Hub
from deliberation.measures import SECONDS
from deliberation.meetings.viewing import Counted
from deliberation.people.roles import Permission
from deliberation.web.pages import page
from deliberation.web.routing import Page, get
from deliberation.web.visit import Visit

VERDICTS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.FINE: (N_("一切正常"), N_("服务答得快，手机也连得稳。")),
    Verdict.STORE: (
        N_("是我们的问题：数据库没有收下"),
        N_("手机会自己重试，已经有回执的票都在。请联系管这台电脑的人，看磁盘和数据库。"),
    ),
    Verdict.BUSY: (
        N_("是我们的问题：服务太忙"),
        N_("答得慢，但不会丢票。请关掉这台电脑上别的程序，或请管理员加一个服务进程。"),
    ),
    Verdict.NETWORK: (
        N_("是网络的问题"),
        N_("服务答得快，但有手机断开重连或收不下。请人离路由器近一点，或改用手机自己的流量。"),
    ),
}


async def status(visit: Visit) -> Response:
    """Figures of the process that answers, over the last minutes."""
    hub: Hub = visit.request.app.state.hub
    connected = sum((room.connections() for room in hub.rooms()), Counted())
    health = hub.health()
    title, advice = VERDICTS[health.verdict]
    return page(
        visit,
        "desk/status.html",
        section="desk",
        verdict=health.verdict.value,
        verdict_title=visit.translations.gettext(title),
        advice=visit.translations.gettext(advice),
        health=health,
        minutes=max(1, round(health.seconds / 60)),
        connected=connected,
        queued=WRITER.queued,
        rows=_rows(health),
        half=_milliseconds(health.half),
        most=_milliseconds(health.most),
    )


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:g}"


_STEPS = (0.01, 0.05, 0.25, 1.0)


def _rows(health: Health) -> Sequence[tuple[str, int]]:
    """Votes by how long their answer took: upper bounds in milliseconds, the last one without."""
    rows, begin = [], 0
    for step in _STEPS:
        end = SECONDS.index(step) + 1
        rows.append((_milliseconds(step), sum(health.acks[begin:end])))
        begin = end
    return [*rows, ("", sum(health.acks[begin:]))]


PAGES: Sequence[Page] = (get("/status", Permission.PRESIDE, status),)
