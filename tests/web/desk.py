"""A browser on which somebody has signed in, or nobody."""

from uuid import UUID, uuid4

import httpx2

from deliberation.auth.tokens import form_token
from deliberation.web.visit import DEVICE_COOKIE, VISITOR_COOKIE
from tests.flows.hall import KEY, Hall, token_of


class Browser:
    """Keeps its cookie and puts the form's token and a command id into what it sends."""

    def __init__(self, client: httpx2.AsyncClient, token: str = "") -> None:
        self._client = client
        self._holder = token or "visitor"
        name = DEVICE_COOKIE if token else VISITOR_COOKIE
        self._cookie = {"Cookie": f"{name}={self._holder}"}

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._client.get(path, headers=self._cookie | sent)

    async def send(self, path: str, **fields: str | list[str]) -> httpx2.Response:
        made: dict[str, str | list[str]] = {
            "csrf": form_token(KEY.encode(), self._holder),
            "command": uuid4().hex,
        }
        return await self._client.post(path, headers=self._cookie, data=made | fields)


async def signed_in(client: httpx2.AsyncClient, hall: Hall, person: UUID | None) -> Browser:
    """The browser of that person."""
    assert person is not None
    return Browser(client, await token_of(person, hall.now))
