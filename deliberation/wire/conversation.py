"""The ASGI side of a connection: its scope, `receive` and `send`, until it is taken over."""

import asyncio
import email.utils
import logging
import re
from collections import deque
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from uvicorn.protocols.utils import (
    ClientDisconnected,
    get_local_addr,
    get_remote_addr,
    is_ssl,
)
from websockets.datastructures import Headers
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

if TYPE_CHECKING:
    from deliberation.wire.connection import Wire

EXTENSION = "deliberation.wire"
"""Key of the ASGI extension: `scope["extensions"][EXTENSION]["wire"].take(receiver)`."""

_log = logging.getLogger("uvicorn.error")
Message = dict[str, Any]


class Conversation:
    """One run of the ASGI application."""

    def __init__(self, wire: "Wire", config: Any, app_state: dict[str, Any]) -> None:
        self._wire = wire
        self._config = config
        self._app_state = app_state
        self._messages: deque[Message] = deque()
        self._arrived = asyncio.Event()
        self._response: Response | None = None
        self._answer: tuple[int, list[tuple[str, str]], bytes] | None = None
        self._offered: list[str] = []
        self._is_over = False
        self._is_paused = False
        self.is_accepted = False

    # ------------------------------------------------------------ from the wire

    def begin(self, request: Request, response: Response, transport: asyncio.Transport) -> None:
        """The handshake is sound: let the application decide."""
        self._response = response
        self._put({"type": "websocket.connect"})
        task = asyncio.get_running_loop().create_task(self._run(self._scope(request, transport)))
        tasks: set[asyncio.Task[None]] = self._wire.server_state.tasks
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def received(self, message: str | bytes) -> None:
        """Reading stops until the application has taken what there is."""
        kind = "text" if isinstance(message, str) else "bytes"
        self._put({"type": "websocket.receive", kind: message})
        if not self._is_paused:
            self._is_paused = True
            self._wire.pause_reading()

    def lost(self, code: int, reason: str) -> None:
        self._is_over = True
        self._put({"type": "websocket.disconnect", "code": code, "reason": reason})

    def unread(self) -> list[str | bytes]:
        """Messages that came before the connection was taken over."""
        messages, self._messages = self._messages, deque()
        received = [m for m in messages if m["type"] == "websocket.receive"]
        return [m["text"] if "text" in m else m["bytes"] for m in received]

    def fail(self) -> None:
        """The application gave no answer to the handshake."""
        if not self.is_accepted and not self._is_over:
            self._is_over = True
            self._wire.reject(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")

    def _put(self, message: Message) -> None:
        self._messages.append(message)
        self._arrived.set()

    def _scope(self, request: Request, transport: asyncio.Transport) -> dict[str, Any]:
        target = urlsplit(request.path)  # a request may name the whole address (RFC 6455 §4.1)
        path, query = target.path or "/", target.query
        root: str = self._config.root_path
        lines = request.headers.get_all("Sec-WebSocket-Protocol")
        self._offered = [name.strip() for line in lines for name in line.split(",")]
        return {
            "type": "websocket",
            "asgi": {"version": self._config.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if is_ssl(transport) else "ws",
            "server": get_local_addr(transport),
            "client": get_remote_addr(transport),
            "root_path": root,
            "path": root + unquote(path),
            "raw_path": (root + path).encode("ascii"),
            "query_string": query.encode("ascii"),
            "headers": [
                (name.lower().encode("ascii"), value.encode("latin-1"))
                for name, value in request.headers.raw_items()
            ],
            "subprotocols": self._offered,
            "state": self._app_state.copy(),
            "extensions": {
                "websocket.http.response": {},
                EXTENSION: {"wire": self._wire},
            },
        }

    # ------------------------------------------------------------ the application

    async def _run(self, scope: dict[str, Any]) -> None:
        try:
            await self._config.loaded_app(scope, self._receive, self._send)
        except ClientDisconnected:
            pass
        except Exception:
            _log.exception("Exception in ASGI application\n")
            self.fail()
            self._close(CloseCode.INTERNAL_ERROR)
        else:
            if not self.is_accepted and not self._is_over:
                _log.error("ASGI callable returned without completing handshake.")
                self.fail()
            self._close(CloseCode.NORMAL_CLOSURE)

    def _close(self, code: int) -> None:
        """When the application is done and has not given the connection to a receiver."""
        if self.is_accepted and self._wire.conversation is self:
            self._wire.close(code)

    async def _receive(self) -> Message:
        while not self._messages:
            self._arrived.clear()
            await self._arrived.wait()
        message = self._messages.popleft()
        if self._is_paused and not self._messages:
            self._is_paused = False
            self._wire.resume_reading()
        return message

    async def _send(self, message: Message) -> None:
        await self._wire.writable()
        if self._answer is not None:
            self._go_on_answering(message)
        elif not self.is_accepted:
            self._decide(message)
        elif self._is_over or self._wire.is_closing:
            raise ClientDisconnected
        else:
            self._say(message)

    def _decide(self, message: Message) -> None:
        if self._is_over:
            raise ClientDisconnected
        match message["type"]:
            case "websocket.accept":
                self._accept(message)
            case "websocket.close":
                self._is_over = True
                self._put({"type": "websocket.disconnect", "code": 1006})
                self._wire.reject(HTTPStatus.FORBIDDEN, "")
            case "websocket.http.response.start":
                if not 200 <= message["status"] < 600:
                    raise RuntimeError(f"{message['status']!r} is no status of an answer")
                self._answer = (message["status"], _text_headers(message), b"")
            case other:
                raise RuntimeError(f"{other!r} does not answer a handshake")

    def _accept(self, message: Message) -> None:
        response = self._response
        assert response is not None  # noqa: S101  set when the application was started
        headers = _text_headers(message)
        chosen = message.get("subprotocol")
        if chosen is not None:
            if chosen not in self._offered:
                raise RuntimeError(f"{chosen!r} was not offered")
            headers.append(("Sec-WebSocket-Protocol", chosen))
        for name, value in headers:
            response.headers[name] = value
        self.is_accepted = True
        self._response = None
        self._wire.respond(response)

    def _say(self, message: Message) -> None:
        try:
            if message["type"] == "websocket.send":
                if message.get("bytes") is not None:
                    self._wire.send(message["bytes"], is_text=False)
                else:
                    self._wire.send(message["text"].encode(), is_text=True)
            elif message["type"] == "websocket.close":
                code, reason = message.get("code", 1000), message.get("reason") or ""
                self._put({"type": "websocket.disconnect", "code": code, "reason": reason})
                self._wire.close(code, reason)
            else:
                raise RuntimeError(f"{message['type']!r} after the handshake")
        except InvalidState:
            raise ClientDisconnected from None

    def _go_on_answering(self, message: Message) -> None:
        """The extension `websocket.http.response`: an ordinary answer instead of a handshake."""
        assert self._answer is not None  # noqa: S101  the caller looked
        if message["type"] != "websocket.http.response.body":
            raise RuntimeError(f"{message['type']!r} in the middle of an answer")
        status, headers, body = self._answer
        self._answer = (status, headers, body + message.get("body", b""))
        if message.get("more_body", False):
            return
        response = _plain(*self._answer)
        self._is_over = True
        self._put({"type": "websocket.disconnect", "code": 1006})
        self._wire.respond(response)


def _text_headers(message: Message) -> list[tuple[str, str]]:
    """Raises RuntimeError for what would end the header and begin something else."""
    headers = []
    for name, value in message.get("headers", []):
        if not _NAME.fullmatch(name) or any(sign in value for sign in (b"\r", b"\n", b"\0")):
            raise RuntimeError(f"{name!r} or its value cannot stand in a header")
        headers.append((name.decode("ascii"), value.decode("latin-1")))
    return headers


_NAME = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def _plain(status: int, headers: list[tuple[str, str]], body: bytes) -> Response:
    made = Headers(headers)
    made.setdefault("Date", email.utils.formatdate(usegmt=True))
    made.setdefault("Connection", "close")
    made.setdefault("Content-Length", str(len(body)))
    made.setdefault("Content-Type", "text/plain; charset=utf-8")
    phrase = HTTPStatus(status).phrase if status in _STATUSES else ""
    return Response(status, phrase, made, body)


_STATUSES = frozenset(HTTPStatus)
