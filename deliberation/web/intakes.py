"""Importing files: upload, preview, confirm or discard."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from starlette.responses import Response

from deliberation.demands import intaking as demand_files
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.i18n.catalogs import words_for
from deliberation.people import intaking as people_files
from deliberation.people.roles import Permission
from deliberation.sheets import Limits, write_csv, write_xlsx
from deliberation.web import guarding
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.staff import ROLE_WORDS
from deliberation.web.visit import Visit

KINDS = ("demands", "people")
DEMAND_HEADERS = (
    *("编号", "标题", "描述", "领域", "地点"),
    *("来源", "提出日期", "支持户数", "联系人", "电话"),
)
PEOPLE_HEADERS = (
    *("网格", "楼院", "楼门", "门牌", "专有面积"),
    *("姓名", "户代表", "业主", "电话后四位", "角色"),
)
PATIENCE_SECONDS = 2.0
"""How long an upload is waited for, before its progress is shown instead."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _kind(visit: Visit) -> str:
    kind: str = visit.request.path_params["kind"]
    if kind not in KINDS:
        raise Refusal(Code.NOT_FOUND)
    return kind


async def form(visit: Visit) -> Response:
    return page(visit, "intakes/form.html", section="desk", kind=_kind(visit), errors={})


async def upload(visit: Visit) -> Response:
    """Read the file and go to its preview; nothing is taken over yet."""
    kind = _kind(visit)
    whose = str(visit.actor.present_person())
    visit.desk.limiter.check("upload", whose)
    visit.desk.limiter.count("upload", whose)
    try:
        intake = await _stage(visit, kind)
    except Refusal as refusal:
        errors = {"file": words_of(visit, refusal)}
        return page(
            visit,
            "intakes/form.html",
            section="desk",
            kind=kind,
            errors=errors,
            status=refusal.status,
        )
    return go(f"/intakes/{kind}/{intake}")


async def _stage(visit: Visit, kind: str) -> UUID:
    file = visit.upload("file")
    data, name = await file.read(), file.filename or ""
    limits = Limits(size=visit.desk.settings.upload_bytes)
    if kind == "demands":
        return await _stage_demands(visit, data, name, limits)
    return await people_files.stage(
        visit.actor, data, name, key=visit.desk.key, limits=limits, at=visit.now
    )


async def _stage_demands(visit: Visit, data: bytes, filename: str, limits: Limits) -> UUID:
    """A long list goes on being compared after the answer, and its page tells how far it is."""
    intake = await demand_files.begin(visit.actor, filename, at=visit.now)
    work = asyncio.ensure_future(demand_files.fill(intake, data, limits=limits, at=visit.now))
    done, _waiting = await asyncio.wait([work], timeout=PATIENCE_SECONDS)
    if done:
        await _settle(intake, work)
    else:
        work.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    return intake


async def _settle(intake: UUID, work: "asyncio.Future[None]") -> None:
    """What cannot be read at all is told on the form and leaves no intake behind."""
    try:
        await work
    except Refusal:
        await demand_files.forget(intake)
        raise


async def preview(visit: Visit) -> Response:
    """What the file will do, and what is wrong in which row and column."""
    kind, intake = _kind(visit), visit.path_id("intake")
    row: Any
    if kind == "demands":
        row = await demand_files.require_intake(visit.actor, intake)
    else:
        row = await people_files.require_intake(visit.actor, intake)
    report = json.loads(row.report)
    if row.state in ("preparing", "failed"):
        return _progress(visit, kind, row, report)
    for problem in report["problems"]:
        problem["words"] = words_for(Code(problem["code"]), problem["facts"], visit.translations)
    return page(
        visit,
        "intakes/preview.html",
        section="desk",
        kind=kind,
        intake=row,
        report=report,
        field_words=FIELD_WORDS,
        role_words=ROLE_WORDS,
    )


def _progress(visit: Visit, kind: str, row: Any, report: dict[str, Any]) -> Response:
    words = ""
    if row.state == "failed":
        words = words_for(Code(report["code"]), report["facts"], visit.translations)
    return page(visit, "intakes/progress.html", section="desk", kind=kind, intake=row, words=words)


async def confirm(visit: Visit) -> Response:
    """Take the file over, all or nothing."""
    kind, intake = _kind(visit), visit.path_id("intake")
    if not await _is_confirmed(visit, kind, intake):  # else it was pressed twice: the page says so
        await guarding.done_once(visit, lambda: _confirm(visit, kind, intake))
    return go(f"/intakes/{kind}/{intake}")


async def _is_confirmed(visit: Visit, kind: str, intake: UUID) -> bool:
    if kind == "demands":
        return (await demand_files.require_intake(visit.actor, intake)).state == "confirmed"
    return (await people_files.require_intake(visit.actor, intake)).state == "confirmed"


async def _confirm(visit: Visit, kind: str, intake: UUID) -> None:
    if kind == "demands":
        skip = {int(v) for v in visit.form.getlist("skip") if isinstance(v, str) and v.isdecimal()}
        await demand_files.confirm(visit.actor, intake, skip=skip, at=visit.now)
    else:
        await people_files.confirm(visit.actor, intake, at=visit.now)


async def discard(visit: Visit) -> Response:
    kind, intake = _kind(visit), visit.path_id("intake")
    if kind == "demands":
        await demand_files.discard(visit.actor, intake)
    else:
        await people_files.discard(visit.actor, intake)
    return go(f"/intakes/{kind}")


async def template_file(visit: Visit) -> Response:
    """An empty table with the right headers, to be filled in."""
    kind, suffix = _kind(visit), visit.request.path_params["suffix"]
    headers = DEMAND_HEADERS if kind == "demands" else PEOPLE_HEADERS
    writers: dict[str, tuple[Callable[..., bytes], str]] = {
        "xlsx": (write_xlsx, XLSX),
        "csv": (write_csv, "text/csv; charset=utf-8"),
    }
    if suffix not in writers:
        raise Refusal(Code.NOT_FOUND)
    write, media = writers[suffix]
    name = f'attachment; filename="{kind}.{suffix}"'
    return Response(write(headers, []), media_type=media, headers={"Content-Disposition": name})


FIELD_WORDS = {
    "title": N_("标题"),
    "description": N_("描述"),
    "domain": N_("领域"),
    "place": N_("地点"),
    "source": N_("来源"),
    "raised_on": N_("提出日期"),
    "supporters": N_("支持户数"),
    "contact_name": N_("联系人"),
    "contact_phone": N_("电话"),
    "area": N_("专有面积"),
    "representative": N_("户代表"),
    "owner": N_("业主"),
    "joined": N_("新增住户"),
    "last_four": N_("电话后四位"),
    "roles": N_("角色"),
}

PAGES: Sequence[Page] = (
    get("/intakes/{kind}", Permission.IMPORT, form),
    get("/intakes/{kind}/template.{suffix}", Permission.IMPORT, template_file),
    post("/intakes/{kind}", Permission.IMPORT, upload, upload=True),
    get("/intakes/{kind}/{intake}", Permission.IMPORT, preview),
    post("/intakes/{kind}/{intake}/confirmation", Permission.IMPORT, confirm),
    post("/intakes/{kind}/{intake}/discard", Permission.IMPORT, discard),
)
