"""A liaison's tasks: what is due, milestones, progress, photos, until residents are asked."""

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from deliberation.attachments.models import Attachment
from deliberation.auth.tokens import form_token
from deliberation.matters.models import Matter, Milestone, Task
from deliberation.matters.redrawing import add_part
from deliberation.matters.stages import SHIPPED
from deliberation.matters.steps import Mover, Step
from deliberation.matters.workflows import KIND
from deliberation.people.models import Organisation, Person, RoleGrant
from deliberation.rulesets import service as rulesets
from deliberation.web.visit import DEVICE_COOKIE
from tests.flows.hall import KEY, Hall, open_hall, token_of
from tests.web.desk import Browser, signed_in
from tests.web.test_records import decide

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=3) as opened:
        yield opened


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False, timeout=60) as client:
        yield client


async def liaison_for(hall: Hall, organisation: str) -> Person:
    row = await Organisation.get(name=organisation)
    person = await Person.create(
        community_id=hall.community, name="演示联络员", organisation_id=row.id
    )
    await RoleGrant.create(person_id=person.id, role="liaison")
    return person


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (640, 480), "navy").save(made, "JPEG")
    return made.getvalue()


async def test_a_liaison_carries_a_task_from_its_plan_to_the_evaluation(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    matter = await decide(hall)
    chair = await signed_in(client, hall, hall.chair.person)
    for name in ("演示物业", "演示别家"):
        given = {"organisation": name, "due_on": "2026-12-20", "task": f"{name}换灯"}
        assert (await chair.send(f"/matters/{matter.id}/acts/assign", **given)).status_code == 303
    task = await Task.get(title="演示物业换灯")
    person = await liaison_for(hall, "演示物业")
    liaison = await signed_in(client, hall, person.id)
    shown = (await liaison.get("/tasks")).text
    assert "演示物业换灯" in shown
    assert "演示别家换灯" not in shown
    other = await Task.get(title="演示别家换灯")
    assert (await liaison.get(f"/tasks/{other.id}")).status_code == 403

    page = f"/tasks/{task.id}"
    assert (await liaison.send(f"{page}/milestones", plan="勘察 3\n施工 10天")).status_code == 303
    first = await Milestone.filter(task_id=task.id).order_by("position").first()
    assert first is not None
    assert (await liaison.send(f"{page}/milestones/{first.id}")).status_code == 303
    assert "完成50%" in (await liaison.get(page)).text
    moved = await liaison.send(f"{page}/postponement", due_on="2026-12-25", reason="演示：下雨")
    assert moved.status_code == 303
    for path in (page, f"/matters/{matter.id}"):
        assert "延期1次" in (await liaison.get(path)).text
    await added(client, hall, person, page)
    photo = await Attachment.get()
    assert (photo.phase, photo.is_shown) == ("after", False)
    visitor = Browser(client)
    assert str(photo.id) not in (await visitor.get(f"/matters/{matter.id}")).text

    hall.clock.advance(timedelta(days=40))
    late = await signed_in(client, hall, hall.chair.person)
    for path in ("/tasks", "/matters?overdue=1", f"/matters/{matter.id}"):
        assert "逾期" in (await late.get(path)).text, path
    again = await signed_in(client, hall, person.id)
    assert (await again.send(f"{page}/finish", note="演示：亮了")).status_code == 303
    assert (await Matter.get(id=matter.id)).step == "deliver"
    assert (await late.send(f"/tasks/{other.id}/finish")).status_code == 303
    assert (await Matter.get(id=matter.id)).step == "evaluate"


async def added(client: httpx2.AsyncClient, hall: Hall, person: Person, page: str) -> None:
    token = await token_of(person.id, hall.now)
    answer = await client.post(
        f"{page}/photos",
        headers={"Cookie": f"{DEVICE_COOKIE}={token}"},
        data={"csrf": form_token(KEY.encode(), token), "phase": "after", "caption": "演示"},
        files={"photo": ("a.jpg", picture(), "image/jpeg")},
    )
    assert answer.status_code == 303, answer.text


async def test_without_tasks_the_page_says_where_they_come_from(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    await Organisation.create(community_id=hall.community, name="演示物业")
    liaison = await signed_in(client, hall, (await liaison_for(hall, "演示物业")).id)
    assert "现在没有要办的任务" in (await liaison.get("/tasks")).text
    assert (await Browser(client).get("/tasks")).status_code == 401


async def test_a_liaison_goes_on_to_the_next_part_where_the_way_says_so(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    matter = await decide(hall)
    drawn = add_part(SHIPPED, Step.DELIVER, name="演示验收", by=Mover.ORGANISATION)
    version = await rulesets.adopt(hall.community, KIND, drawn.to_json(), at=hall.now)
    await Matter.filter(id=matter.id).update(workflow=version)
    chair = await signed_in(client, hall, hall.chair.person)
    for name in ("演示物业", "演示别家"):
        given = {"organisation": name, "due_on": "2026-12-20", "task": f"{name}换灯"}
        assert (await chair.send(f"/matters/{matter.id}/acts/assign", **given)).status_code == 303
    task = await Task.get(title="演示物业换灯")
    theirs = await signed_in(client, hall, (await liaison_for(hall, "演示物业")).id)
    other = await signed_in(client, hall, (await liaison_for(hall, "演示别家")).id)
    assert f"/tasks/{task.id}/advance" in (await theirs.get(f"/tasks/{task.id}")).text
    assert (await other.send(f"/tasks/{task.id}/advance")).status_code == 403
    assert (await Matter.get(id=matter.id)).stage == ""
    assert (await theirs.send(f"/tasks/{task.id}/advance")).status_code == 303
    moved = await Matter.get(id=matter.id)
    assert (moved.step, drawn.stage(moved.stage).name) == ("deliver", "演示验收")
    assert f"/tasks/{task.id}/advance" not in (await theirs.get(f"/tasks/{task.id}")).text
