"""Opens a XLSX container without trusting it.

The reader of workbooks (Rust, in memory) never sees the uploaded archive: the XML parts are
inflated here under limits, checked, and packed again uncompressed. So what was checked is what
is read, whatever a second archive reader would have made of the same bytes.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from deliberation.errors import Code, Refusal
from deliberation.sheets.table import MEGABYTE, Limits

_MOST_PARTS = 2_000
_HARMLESS = 10 * MEGABYTE
"""Below this the ratio does not matter: a small sheet of blanks may be packed very tightly."""
_CHUNK = 64 * 1024
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def unpack(data: bytes, limits: Limits) -> dict[str, bytes]:
    """The XML parts by name. Pictures and macros are left behind unread."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_directory(members, len(data), limits)
            return _inflate(archive, members, len(data), limits)
    except _BROKEN as error:
        raise Refusal(Code.SHEET_UNREADABLE) from error


def pack(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _check_directory(members: list[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    """What the central directory owns up to, before a byte is inflated."""
    if len(members) > _MOST_PARTS:
        raise Refusal(Code.SHEET_COMPRESSED_BOMB)
    _check_size(sum(member.file_size for member in members), packed, limits)
    if len({member.filename.casefold() for member in members}) != len(members):
        raise Refusal(Code.SHEET_UNREADABLE)  # two readers could pick two different parts


def _inflate(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], packed: int, limits: Limits
) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    total = 0
    for member in members:
        if not member.filename.casefold().endswith((".xml", ".rels")):
            continue
        if member.compress_type not in _METHODS:
            raise Refusal(Code.SHEET_UNREADABLE)
        content = bytearray()
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                content += chunk
                _check_size(total + len(content), packed, limits)
        total += len(content)
        parts[member.filename] = bytes(content)
    return parts


def _check_size(unpacked: int, packed: int, limits: Limits) -> None:
    """Counted again while inflating, because a directory can lie."""
    swollen = unpacked > _HARMLESS and unpacked > packed * limits.ratio
    if unpacked > limits.unpacked or swollen:
        raise Refusal(Code.SHEET_COMPRESSED_BOMB)
