"""Messages out of frames: one that came whole in a chunk, and one put together from fragments."""

from websockets.frames import Frame, Opcode

try:
    from websockets.speedups import apply_mask
except ImportError:  # no compiled part on this platform
    from websockets.utils import apply_mask


def whole_text(data: bytes, largest: int) -> bytes | None:
    """The payload of a chunk that is exactly one unfragmented text frame, as nearly all are.

    Only for a chunk that begins where a frame begins. The library would find the same after several
    steps; whatever is anything else is left to it.
    """
    if len(data) < 6 or data[0] != 0x81:
        return None
    length, start = data[1] - 0x80, 2
    if length == 126:
        length, start = int.from_bytes(data[2:4], "big"), 4
    elif length > 126 or length < 0:
        return None
    if len(data) != start + 4 + length or length > largest:
        return None
    return apply_mask(data[start + 4 :], data[start : start + 4])


def least_bytes(frame: Frame) -> int:
    """How many bytes a client's frame took, its length in the shortest form (RFC 6455 §5.2)."""
    length = len(frame.data)
    return length + (6 if length < 126 else 8 if length < 65_536 else 14)


class Assembly:
    """A message that is coming in, perhaps in fragments; grows only by what was really sent."""

    __slots__ = ("_data", "is_begun", "is_text")

    def __init__(self) -> None:
        self._data = bytearray()
        self.is_text = True
        self.is_begun = False

    def add(self, frame: Frame) -> bytes | None:
        """The whole message when this data frame completes it."""
        if frame.opcode is not Opcode.CONT:
            self.is_text = frame.opcode is Opcode.TEXT
            if frame.fin:
                return bytes(frame.data)
        self._data += frame.data
        self.is_begun = not frame.fin
        if not frame.fin:
            return None
        message, self._data = bytes(self._data), bytearray()
        return message
