"""Every way of storing colours, brought to sRGB on white."""

from io import BytesIO

from PIL import Image, ImageCms

_SRGB = ImageCms.createProfile("sRGB")
_PLAIN = frozenset({"L", "RGB", "CMYK"})
"""Modes that are scaled and converted by their profile as they are."""


def opaque(image: Image.Image) -> Image.Image:
    """With eight bits a channel and without palette; what was transparent is white.

    The picture itself where it is that already: a copy of the largest takes 160 MB.
    """
    if image.has_transparency_data:
        shown = image if image.mode == "RGBA" else image.convert("RGBA")
        white = Image.new("RGB", shown.size, "white")
        white.paste(shown, mask=shown)
        return white
    if image.mode.startswith("I"):
        return _eight_bits(image)
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in _PLAIN else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen bits of grey. Converted directly, all that is brighter than 255 would be white."""
    wide = image.convert("I")
    return wide.point(lambda value: value * (1 / 256)).convert("L")


def to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """By the picture's own profile where that can be used; without one it is sRGB already."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            converted = None  # broken, or made for other colours than these
        if converted is not None:
            return converted
    return picture.convert("RGB")
