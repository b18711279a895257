"""HTTP connections that do not come to the point are given up.

uvicorn waits for a request's head without end and of any length; ten thousand half-open
connections, or one endless head, would stay. It also does not tell a request that waits for news
that the server stops; `stopping` does.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0
"""How long a client may take to the end of a request's head."""
BODY_SECONDS = 300.0
"""How long it may take to send the body: a large list over a slow line."""
LARGEST_HEAD = 64 * 1024
"""Bytes of a request's head, its first line included."""


_waiting: set[Callable[[], None]] = set()


@contextlib.contextmanager
def stopping(listener: Callable[[], None]) -> Iterator[None]:
    """Inside, `listener` is called when the server stops: a request that waits should answer."""
    _waiting.add(listener)
    try:
        yield
    finally:
        _waiting.discard(listener)


class PatientHttp(HttpToolsProtocol):
    """uvicorn's HTTP protocol with an end to its patience."""

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS
    _head_timer: asyncio.TimerHandle | None = None
    _body_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_timer is None:
            return
        self._head_bytes += len(data)
        if self._head_bytes > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The request's head is too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait_for_head()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._body_timer = self.loop.call_later(self.body_seconds, self.transport.abort)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stop_waiting()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """A handshake is HTTP/1.1, names its host and has no body (RFC 6455 §4.1)."""
        headers = dict(self.scope["headers"])
        has_body = b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
        if self.scope["http_version"] != "1.1" or b"host" not in headers or has_body:
            self.send_400_response("The handshake is not sound.")
        else:
            super().handle_websocket_upgrade()

    def shutdown(self) -> None:
        super().shutdown()
        for listener in tuple(_waiting):
            listener()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        if self._head_timer is None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        for timer in (self._head_timer, self._body_timer):
            if timer is not None:
                timer.cancel()
        self._head_timer = self._body_timer = None
