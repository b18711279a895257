"""A photo that is published shows what is in the picture, and tells nothing else."""

import hashlib
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from deliberation.errors import Code, Refusal
from deliberation.photos import MEDIA_TYPE, take
from deliberation.photos.taking import LEAST, LONGEST, MEGABYTES, MEGAPIXELS, THUMBNAIL
from tests.photos.pictures import (
    BLUE,
    OWNER,
    RED,
    WHERE,
    WHITE,
    bomb,
    exif,
    from_a_phone,
    is_like,
    opened,
    saved,
    two_halves,
)

KINDS = ("JPEG", "PNG", "WEBP")


def refusal(data: bytes) -> Refusal:
    with pytest.raises(Refusal) as refused:
        take(data)
    return refused.value


def markers(content: bytes) -> set[int]:
    """The segments before a JPEG's picture data."""
    found, at = set(), 2
    while content[at + 1] != 0xDA:
        found.add(content[at + 1])
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_place_owner_profile_and_comment_are_gone(kind: str) -> None:
    data = from_a_phone(kind)
    assert WHERE in data
    photo = take(data)
    for content in (photo.content, photo.thumbnail):
        assert WHERE not in content
        assert OWNER.encode() not in content
        app0, comment, others = 0xE0, 0xFE, set(range(0xE1, 0xF0))
        assert markers(content).isdisjoint({comment, *others})
        assert app0 in markers(content)
        assert not opened(content).getexif()


def test_it_is_a_jpeg_of_the_size_it_says() -> None:
    photo = take(saved(two_halves(size=(400, 300)), "PNG"))
    image = opened(photo.content)
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert photo.media_type == MEDIA_TYPE == Image.MIME["JPEG"]
    assert image.size == (photo.width, photo.height) == (400, 300)
    assert opened(photo.thumbnail).size == (THUMBNAIL, 240)
    assert photo.digest == hashlib.sha256(photo.content).hexdigest()


@pytest.mark.parametrize(
    ("orientation", "left_is_red"), [(1, True), (2, False), (3, False), (4, True)]
)
def test_a_picture_taken_upside_down_or_mirrored_stands_upright(
    orientation: int, left_is_red: bool
) -> None:
    image = opened(take(saved(two_halves(), exif=exif(orientation))).content)
    assert image.size == (400, 300)
    assert is_like(image, (20, 150), RED if left_is_red else BLUE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("orientation", "top_is_red"), [(5, True), (6, True), (7, False), (8, False)]
)
def test_a_picture_taken_sideways_stands_upright(
    kind: str, orientation: int, top_is_red: bool
) -> None:
    photo = take(saved(two_halves(), kind, exif=exif(orientation)))
    assert (photo.width, photo.height) == (300, 400)
    for content in (photo.content, photo.thumbnail):
        image = opened(content)
        assert image.height > image.width
        assert is_like(image, (image.width // 2, 10), RED if top_is_red else BLUE)


def test_metadata_that_is_broken_does_not_spoil_the_picture() -> None:
    assert take(saved(two_halves(), exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\x00" * 8)).width


def test_a_large_picture_is_made_smaller_and_a_small_one_is_not_enlarged() -> None:
    large = take(saved(two_halves(size=(4000, 3000)), quality=30))
    assert (large.width, large.height) == (LONGEST, 1200)
    small = take(saved(two_halves(size=(100, 80))))
    assert (small.width, small.height) == (100, 80)
    assert opened(small.thumbnail).size == (100, 80)


def test_what_is_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (100, 100), (*RED, 0))
    clear.paste((*BLUE, 255), (50, 0, 100, 100))
    palette = two_halves(size=(100, 100)).quantize(2)
    for data in (saved(clear, "PNG"), saved(clear, "WEBP", lossless=True)):
        image = opened(take(data).content)
        assert is_like(image, (10, 50), WHITE)
        assert is_like(image, (90, 50), BLUE)
    index = palette.getpixel((10, 50))
    assert is_like(opened(take(saved(palette, "PNG", transparency=index)).content), (10, 50), WHITE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_way_a_png_stores_colours_is_understood(mode: str) -> None:
    dark = Image.new("L", (100, 100), 0)
    dark.paste(255, (50, 0, 100, 100))
    image = opened(take(saved(dark.convert(mode), "PNG")).content)
    assert image.mode == "RGB"
    assert is_like(image, (10, 40), (0, 0, 0))
    assert is_like(image, (90, 40), WHITE)


@pytest.mark.parametrize("grey", [0, 64, 128, 255])
def test_sixteen_bits_of_grey_keep_their_brightness(grey: int) -> None:
    wide = Image.frombytes("I;16", (100, 100), (grey * 257).to_bytes(2, "little") * 10_000)
    assert is_like(opened(take(saved(wide, "PNG")).content), (50, 50), (grey, grey, grey))


def test_printers_colours_become_a_screens() -> None:
    image = opened(take(saved(two_halves("CMYK"))).content)
    assert image.mode == "RGB"
    assert is_like(image, (20, 150), RED)


def test_another_profiles_colours_look_the_same_without_it() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    unfit = take(saved(two_halves(), icc_profile=lab))
    broken = take(saved(two_halves(), icc_profile=b"no profile" * 20))
    plain = take(saved(two_halves()))
    assert unfit.digest == broken.digest == plain.digest


def test_of_a_moving_picture_the_first_frame_is_kept() -> None:
    first, second = two_halves(), Image.new("RGB", (400, 300), WHITE)
    for kind in ("GIF", "WEBP", "PNG"):
        data = saved(first, kind, save_all=True, append_images=[second], duration=100)
        image = opened(take(data).content)
        assert not getattr(image, "is_animated", False)
        assert is_like(image, (20, 150), RED)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_appended_is_gone(kind: str) -> None:
    tail = BytesIO()
    with ZipFile(tail, "w") as packed:
        packed.writestr("index.html", "<script>alert(1)</script>")
    picture = saved(two_halves(), kind)
    photo = take(picture + tail.getvalue())
    assert b"PK\x03\x04" not in photo.content
    assert photo.digest == take(picture).digest


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_bytes_make_the_same_photo(kind: str) -> None:
    data = from_a_phone(kind)
    assert take(data) == take(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", Code.PHOTO_KIND_UNKNOWN),
        ("楼道灯不亮".encode(), Code.PHOTO_KIND_UNKNOWN),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Code.PHOTO_KIND_UNKNOWN),
        (b"%PDF-1.7", Code.PHOTO_KIND_UNKNOWN),
        (saved(two_halves(), "BMP"), Code.PHOTO_KIND_UNKNOWN),
        (saved(two_halves(), "TIFF"), Code.PHOTO_KIND_UNKNOWN),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Code.PHOTO_KIND_HEIC),
        (saved(two_halves(), "AVIF"), Code.PHOTO_KIND_HEIC),
        (b"\xff\xd8\xff", Code.PHOTO_UNREADABLE),
        (b"\xff\xd8\xff" + b"<html>" * 50, Code.PHOTO_UNREADABLE),
        (b"RIFF\0\0\0\0WEBPVP8 ", Code.PHOTO_UNREADABLE),
        (b"GIF89a", Code.PHOTO_UNREADABLE),
    ],
    ids=lambda value: value.name if isinstance(value, Code) else value[:9].hex() or "nothing",
)
def test_what_is_no_photo_is_refused_in_words_that_help(data: bytes, code: Code) -> None:
    assert refusal(data).code is code


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("kept", [0.05, 0.5, 0.97])
def test_a_picture_that_breaks_off_is_refused(kind: str, kept: float) -> None:
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    data = saved(noise, kind)
    assert refusal(data[: int(len(data) * kept)]).code is Code.PHOTO_UNREADABLE


@pytest.mark.parametrize("side", [7000, 12_000, 60_000])
def test_a_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    refused = refusal(bomb(side, side))
    assert refused.code is Code.PHOTO_TOO_LARGE
    assert refused.facts == {"limit": MEGABYTES, "megapixels": MEGAPIXELS}
    assert refused.status == 413


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    assert refusal(bytes(MEGABYTES * 1024 * 1024 + 1)).code is Code.PHOTO_TOO_LARGE


def test_a_picture_that_shows_nothing_is_refused() -> None:
    refused = refusal(saved(two_halves(size=(LEAST - 1, 500)), "PNG"))
    assert (refused.code, refused.facts) == (Code.PHOTO_TOO_SMALL, {"limit": LEAST})
    assert take(saved(two_halves(size=(LEAST, 20 * LEAST)))).width == LEAST


@settings(max_examples=60)
@given(
    kind=st.sampled_from(KINDS),
    wounds=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
)
def test_a_damaged_picture_is_taken_clean_or_refused(
    kind: str, wounds: list[tuple[float, int]]
) -> None:
    data = bytearray(from_a_phone(kind))
    for place, byte in wounds:
        data[int(place * len(data))] = byte
    try:
        photo = take(bytes(data))
    except Refusal:
        return  # nothing else is ever raised
    assert opened(photo.content).size == (photo.width, photo.height)
    assert WHERE not in photo.content
