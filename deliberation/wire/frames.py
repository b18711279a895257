"""A message made ready once: the same bytes go to every connection (RFC 6455 §5.2)."""


class Frame:
    """A text message from the server: `payload` in UTF-8, and `framed` as it goes on the wire."""

    __slots__ = ("framed", "payload")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.framed = _header(len(payload)) + payload

    @property
    def text(self) -> str:
        return self.payload.decode()


def _header(length: int) -> bytes:
    """FIN, text, unmasked; the length in 7, 16 or 64 bits."""
    if length < 126:
        return bytes((0x81, length))
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")


PING = b"\x89\x00"
"""A ping without payload."""
