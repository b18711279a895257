"""From the bytes of an upload to a photo that shows nothing but what is in the picture.

CPU work on bytes that a stranger chose: the service runs it through `darkroom`.
"""

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from deliberation.errors import Code, Refusal
from deliberation.photos import colours

MEDIA_TYPE = "image/jpeg"
LONGEST = 1600
"""Pixels of a photo's longer side: fills a phone's screen and prints at 10 by 13 cm."""
THUMBNAIL = 320
LEAST = 64
"""Pixels of the shorter side. Less is an icon or a counting pixel, not a photo of anything."""
MEGABYTES = 10
MEGAPIXELS = 40
"""Refused beyond, from the header alone: a picture takes four bytes a pixel when decoded."""
QUALITY = 82
_EXIF_ORIENTATION = 0x0112

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes an EXIF orientation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """Content and thumbnail are upright sRGB JPEGs without metadata; the digest, SHA-256 in hex,
    and the size in pixels are the content's."""

    content: bytes
    thumbnail: bytes
    width: int
    height: int
    media_type: str
    digest: str


def take(data: bytes, *, longest: int = LONGEST, thumbnail: int = THUMBNAIL) -> Photo:
    """The same photo for the same bytes; never enlarged. Of a moving picture, the first frame.

    Raises Refusal with a `photo.` code.
    """
    if len(data) > MEGABYTES * 1024 * 1024:
        raise _too_large()
    kind = _kind(data)
    try:
        picture = _decoded(data, kind, longest)
        small = picture.copy()
        small.thumbnail((thumbnail, thumbnail), Image.Resampling.LANCZOS)
        content = _encoded(picture)
        return Photo(
            content=content,
            thumbnail=_encoded(small),
            width=picture.width,
            height=picture.height,
            media_type=MEDIA_TYPE,
            digest=hashlib.sha256(content).hexdigest(),
        )
    except Refusal:
        raise
    except Exception as fault:  # a decoder fed with anything may raise anything
        raise Refusal(Code.PHOTO_UNREADABLE) from fault


def _kind(data: bytes) -> str:
    """Told by content: names and media types are what the sender says."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        raise Refusal(Code.PHOTO_KIND_HEIC)
    raise Refusal(Code.PHOTO_KIND_UNKNOWN)


_HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
)


def _too_large() -> Refusal:
    return Refusal(Code.PHOTO_TOO_LARGE, limit=MEGABYTES, megapixels=MEGAPIXELS)


def _decoded(data: bytes, kind: str, longest: int) -> Image.Image:
    """All of the picture was read: what breaks off is refused, never half shown."""
    with _opened(data, kind) as image:
        width, height = image.size
        if width * height > MEGAPIXELS * 1_000_000:
            raise _too_large()
        if min(width, height) < LEAST:
            raise Refusal(Code.PHOTO_TOO_SMALL, limit=LEAST)
        # A JPEG is decoded at a half or a quarter where that is still twice what is kept.
        image.draft(None, (2 * longest, 2 * longest))
        image.load()
        orientation = _orientation(image)
        picture = colours.opaque(image)
        picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        picture = colours.to_srgb(picture, image.info.get("icc_profile"))
    turn = _UPRIGHT.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def _opened(data: bytes, kind: str) -> Image.Image:
    with warnings.catch_warnings():
        # Pillow warns of a bomb and goes on; its other warnings are about metadata.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return Image.open(BytesIO(data), formats=(kind,))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
            raise _too_large() from bomb


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_EXIF_ORIENTATION, 1))
    except Exception:  # broken metadata spoils no picture: it is thrown away anyway
        return 1


def _encoded(picture: Image.Image) -> bytes:
    picture.info = {}  # comments and profiles would be written again
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
