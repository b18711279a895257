"""Every page for every role: what the table of permissions says is what the service does."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest
import websockets

from deliberation.auth.tokens import form_token
from deliberation.errors import Code
from deliberation.live.protocol import CLOSE_REFUSED, SUBPROTOCOL
from deliberation.people.models import Person, RoleGrant
from deliberation.people.roles import NOBODY, Actor, Role
from deliberation.web.routing import Page
from deliberation.web.sitemap import PAGES
from deliberation.web.visit import DEVICE_COOKIE, VISITOR_COOKIE
from tests.flows.hall import KEY, Hall, open_hall, token_of

pytestmark = pytest.mark.anyio

FOREIGN = "http://elsewhere.example"
WHO: Sequence[Role | None] = (None, *Role)
"""None is somebody who has not signed in."""
ACCESS = (Code.SIGN_IN_REQUIRED.value, Code.NOT_PERMITTED.value)


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=2) as opened:
        yield opened


@pytest.fixture
async def browser(hall: Hall) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False, timeout=60) as client:
        yield client


async def person_with(hall: Hall, role: Role | None) -> tuple[UUID | None, Actor]:
    """Somebody who has that role and nothing else, and what the table says of them."""
    if role is None:
        return None, NOBODY
    household = hall.residents[0].household
    if role is Role.REPRESENTATIVE:
        person = hall.residents[0].person
        return person, Actor(
            person=person, community=hall.community, roles=frozenset({Role.RESIDENT, role})
        )
    lives_here = household if role is Role.RESIDENT else None
    made = await Person.create(
        community_id=hall.community, household_id=lives_here, name=f"演示{role.value}"
    )
    if role is not Role.RESIDENT:
        await RoleGrant.create(person_id=made.id, role=role.value)
    return made.id, Actor(person=made.id, community=hall.community, roles=frozenset({role}))


def path_of(page: Page, meeting: UUID) -> str:
    """The page's address with ids that are well formed; only the meeting's is one that exists."""
    path = page.path.replace("{meeting}", str(meeting))
    return re.sub(r"{[^}]+}", lambda _found: str(uuid4()), path)


async def ask(
    browser: httpx2.AsyncClient,
    hall: Hall,
    page: Page,
    person: UUID | None,
    *,
    with_token: bool = True,
    origin: str = "",
) -> httpx2.Response:
    """One request from a device of its own, so that a page that signs out spoils nothing."""
    token = await token_of(person, hall.now) if person else ""
    holder = token or "visitor"
    cookie = f"{DEVICE_COOKIE}={token}" if token else f"{VISITOR_COOKIE}={holder}"
    headers = {"Cookie": cookie} | ({"Origin": origin} if origin else {})
    form = {"csrf": form_token(KEY.encode(), holder)} if with_token else {}
    data = form if page.method == "POST" else None
    path = path_of(page, hall.meeting)
    return await browser.request(page.method, path, headers=headers, data=data)


def told(response: httpx2.Response, codes: Sequence[str]) -> bool:
    return any(code in response.text for code in codes)


@pytest.mark.parametrize("role", WHO, ids=str)
async def test_a_page_opens_to_those_whom_the_table_names(
    hall: Hall, browser: httpx2.AsyncClient, role: Role | None
) -> None:
    person, actor = await person_with(hall, role)
    wrong: list[str] = []
    for page in PAGES:
        response = await ask(browser, hall, page, person)
        refused = response.status_code in (401, 403) and told(response, ACCESS)
        if actor.may(page.needs):
            is_right = response.status_code < 500 and not refused
        else:
            is_right = response.status_code == (401 if person is None else 403) and refused
        if not is_right:
            wrong.append(f"{page.method} {page.path}: {response.status_code}")
    assert wrong == []


async def allowed(hall: Hall, page: Page) -> UUID | None:
    """Somebody who may open the page."""
    for role in WHO:
        person, actor = await person_with(hall, role)
        if actor.may(page.needs):
            return person
    raise AssertionError(f"nobody may open {page.path}")


POSTS = [page for page in PAGES if page.method == "POST" and not page.is_signed]
"""All but those that a mail program may call: see tests/reminders."""


async def test_a_form_without_its_token_changes_nothing(
    hall: Hall, browser: httpx2.AsyncClient
) -> None:
    for page in POSTS:
        response = await ask(browser, hall, page, await allowed(hall, page), with_token=False)
        assert response.status_code == 403, page.path
        assert told(response, [Code.FORM_EXPIRED]), page.path


async def test_a_form_from_another_site_changes_nothing(
    hall: Hall, browser: httpx2.AsyncClient
) -> None:
    for page in POSTS:
        response = await ask(browser, hall, page, await allowed(hall, page), origin=FOREIGN)
        assert response.status_code == 403, page.path
        assert told(response, [Code.CROSS_ORIGIN]), page.path


async def test_a_token_of_another_device_is_no_token(
    hall: Hall, browser: httpx2.AsyncClient
) -> None:
    token = await token_of(hall.residents[0].person, hall.now)
    response = await browser.post(
        f"/meetings/{hall.meeting}/attendance",
        headers={"Cookie": f"{DEVICE_COOKIE}={token}"},
        data={"csrf": form_token(KEY.encode(), "another device"), "channel": "hall"},
    )
    assert told(response, [Code.FORM_EXPIRED])


async def test_a_socket_from_another_site_is_turned_away(hall: Hall) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(
            hall.url.replace("http://", "ws://") + "/live",
            subprotocols=[websockets.Subprotocol(SUBPROTOCOL)],
            origin=websockets.Origin(FOREIGN),
            proxy=None,
        )
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (None, Code.SIGN_IN_REQUIRED),
        (Role.RESIDENT, Code.NOT_PERMITTED),
        (Role.REPRESENTATIVE, Code.NOT_PERMITTED),
        (Role.RECORDER, Code.NOT_PERMITTED),
    ],
)
async def test_the_consoles_frames_are_for_the_chair_alone(
    hall: Hall, role: Role | None, code: Code
) -> None:
    person, _actor = await person_with(hall, role)
    token = await token_of(person, hall.now) if person else ""
    async with websockets.connect(
        hall.url.replace("http://", "ws://") + "/live",
        subprotocols=[websockets.Subprotocol(SUBPROTOCOL)],
        additional_headers={"Cookie": f"{DEVICE_COOKIE}={token}"} if token else {},
        proxy=None,
    ) as socket:
        hello = {"type": "hello", "meeting": str(hall.meeting), "face": "console"}
        await socket.send(json.dumps(hello))
        answer = json.loads(await socket.recv())
        assert (answer["type"], answer["code"]) == ("refused", code.value)
        await socket.wait_closed()
        assert socket.close_code == CLOSE_REFUSED
