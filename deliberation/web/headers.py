"""Security headers on every answer, and the limit that no body passes (pure ASGI)."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self' {sockets}; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
    " manifest-src 'self'"
)


class SecurityHeaders:
    """CSP without inline scripts or styles, no sniffing, no framing, no referrer to others."""

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        self._app = app
        self._is_secure = is_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        policy = POLICY.format(sockets=f"ws://{host} wss://{host}" if _is_plain(host) else "")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", policy)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), payment=()")
                if self._is_secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _is_plain(host: str) -> bool:
    """Only a host's own characters may stand in the policy."""
    return bool(host) and all(c.isalnum() or c in ".:-[]" for c in host)
