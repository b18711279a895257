"""Pictures as phones make them, with what phones put into them."""

import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

WHERE = b"39.907 N 116.391 E"
OWNER = "王秀英的手机"
RED, BLUE, WHITE = (200, 30, 30), (30, 30, 200), (255, 255, 255)


def two_halves(mode: str = "RGB", size: tuple[int, int] = (400, 300)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image.convert(mode)


def saved(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """Who took it, where, and how the phone was held."""
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x013B] = OWNER
    made.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 25.0), 29: WHERE.decode()})
    return made


def from_a_phone(kind: str = "JPEG", orientation: int = 1) -> bytes:
    """With everything that must go: EXIF with GPS, XMP, a profile and, in a JPEG, a comment."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, Any] = {"exif": exif(orientation), "icc_profile": srgb}
    if kind != "PNG":
        options["xmp"] = b"<x:xmpmeta>" + WHERE + b"</x:xmpmeta>"
    if kind == "JPEG":
        options["comment"] = OWNER.encode()
    return saved(two_halves(), kind, **options)


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is large and carries next to nothing."""
    header = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x00\x00\x00\x00"
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    parts = [
        len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)
        for name, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def opened(content: bytes) -> Image.Image:
    """Decoded to the end."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def is_like(image: Image.Image, at: tuple[int, int], colour: tuple[int, ...]) -> bool:
    """As near as a JPEG keeps a plain colour."""
    pixel = image.convert("RGB").getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= 6 for a, b in zip(pixel, colour, strict=True))
