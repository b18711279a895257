"""Pictures for the demonstration, drawn and plainly no photos: a path by night, dark and lit."""

import functools
import io

from PIL import Image, ImageDraw

from deliberation.photos import Photo, take

_NIGHT, _WALL, _POLE, _LIGHT, _PATH = "#2b332f", "#39423d", "#8c948f", "#f3e7b0", "#48534d"


@functools.cache
def lamps(*, is_lit: bool) -> Photo:
    """A lamp beside a wall, dark or lit, as the service keeps photos."""
    image = Image.new("RGB", (960, 640), _NIGHT)
    pen = ImageDraw.Draw(image)
    pen.rectangle((60, 140, 420, 520), fill=_WALL)
    pen.rectangle((0, 520, 960, 640), fill=_PATH)
    if is_lit:
        pen.polygon(((640, 170), (470, 560), (880, 560)), fill="#7d7a58")
        pen.ellipse((470, 530, 880, 590), fill=_LIGHT)
    pen.rectangle((632, 170, 648, 540), fill=_POLE)
    pen.ellipse((612, 130, 668, 186), fill=_LIGHT if is_lit else _POLE)
    out = io.BytesIO()
    image.save(out, "PNG")
    return take(out.getvalue())
