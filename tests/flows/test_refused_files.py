"""Files, cards and devices that are not taken, and leave everything as it was."""

import io
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest

from deliberation.auth.service import actor_of
from deliberation.demands import intaking
from deliberation.errors import Code, Refusal
from deliberation.people.cards import code_of, person_of_code
from deliberation.people.models import Card
from deliberation.people.roles import NOBODY, Permission
from deliberation.sheets import Limits
from tests.flows.hall import BEFORE, KEY
from tests.flows.hall import token_of as device_of
from tests.flows.stage import Cases, Stage, Try, check

pytestmark = pytest.mark.anyio

HEADERS = "编号,标题,描述\n"


def bomb() -> bytes:
    """A small archive that swells to 30 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 30_000_000)
    return out.getvalue()


def file(data: bytes, name: str, limits: Limits | None = None) -> Try:
    return lambda stage: stage.take(data, name, limits)


FILES: Cases = {
    "nothing": (file(b"", "a.csv"), Code.SHEET_EMPTY),
    "a picture": (file(b"\x89PNG\r\n\x1a\n\x00", "a.csv"), Code.SHEET_ENCODING_UNKNOWN),
    "an old workbook": (file(b"\xd0\xcf\x11\xe0\xa1\xb1", "a.xls"), Code.SHEET_KIND_OLD),
    "a paper": (file(b"%PDF-1.7", "a.pdf"), Code.SHEET_KIND_UNKNOWN),
    "text named as a workbook": (file(b"title", "a.xlsx"), Code.SHEET_UNREADABLE),
    "half a workbook": (file(b"PK\x03\x04 and no more", "a.xlsx"), Code.SHEET_UNREADABLE),
    "a quote never closed": (file(b'a,b\n"x,c\n', "a.csv"), Code.SHEET_ROW_UNREADABLE),
    "a zip bomb": (file(bomb(), "a.xlsx"), Code.SHEET_COMPRESSED_BOMB),
    "too large": (file(b"x" * 200, "a.csv", Limits(size=100)), Code.SHEET_TOO_LARGE),
    "too long": (
        file((HEADERS + "1,a,b\n2,c,d\n3,e,f\n").encode(), "a.csv", Limits(rows=2)),
        Code.SHEET_TOO_MANY_ROWS,
    ),
    "too wide": (
        file(HEADERS.encode(), "a.csv", Limits(columns=2)),
        Code.SHEET_TOO_MANY_COLUMNS,
    ),
    "an endless cell": (
        file((HEADERS + "1,a," + "x" * 50).encode(), "a.csv", Limits(cell=40)),
        Code.SHEET_CELL_TOO_LONG,
    ),
    "no titles": (file("编号,描述\n1,甲\n".encode(), "a.csv"), Code.INTAKE_COLUMN_MISSING),
    "titles twice": (file("标题,标题\n甲,乙\n".encode(), "a.csv"), Code.INTAKE_COLUMN_TWICE),
    "sent by a resident": (
        lambda s: intaking.stage(s.voter, HEADERS.encode(), "a.csv", at=s.hall.now),
        Code.NOT_PERMITTED,
    ),
    "an intake that is none": (
        lambda s: intaking.confirm(s.hall.chair, uuid4(), at=s.hall.now),
        Code.NOT_FOUND,
    ),
}


async def test_a_file_that_cannot_be_taken_leaves_the_list_as_it_was(stage: Stage) -> None:
    await check(stage, FILES)


async def test_a_file_with_a_wrong_row_is_previewed_and_never_confirmed(stage: Stage) -> None:
    data = (HEADERS + "演示-900,,没有标题\n演示-901,有标题,好\n").encode()
    intake = await intaking.stage(stage.hall.chair, data, "a.csv", at=stage.hall.now)
    confirming: Try = lambda s: intaking.confirm(s.hall.chair, intake, at=s.hall.now)  # noqa: E731
    await check(stage, {"a wrong row": (confirming, Code.INTAKE_HAS_ERRORS)})


async def test_a_file_is_confirmed_once(stage: Stage) -> None:
    data = (HEADERS + "演示-901,另一件演示事,好\n").encode()
    intake = await intaking.stage(stage.hall.chair, data, "a.csv", at=stage.hall.now)
    await intaking.confirm(stage.hall.chair, intake, at=stage.hall.now)
    confirming: Try = lambda s: intaking.confirm(s.hall.chair, intake, at=s.hall.now)  # noqa: E731
    await check(stage, {"once more": (confirming, Code.INTAKE_SETTLED)})


async def test_a_card_that_is_not_ours_opens_nothing(stage: Stage) -> None:
    card = await Card.get(person_id=stage.absent.person)
    ours = code_of(KEY.encode(), card.id, card.serial)
    foreign = code_of(b"another community's key " * 2, card.id, card.serial)
    mistyped = ours[:-1] + ("2" if ours[-1] != "2" else "3")
    await Card.filter(id=card.id).update(is_revoked=True)
    cards: Cases = {
        "of another community": (
            lambda _: person_of_code(KEY.encode(), foreign),
            Code.CARD_UNKNOWN,
        ),
        "revoked": (lambda _: person_of_code(KEY.encode(), ours), Code.CARD_UNKNOWN),
        "mistyped": (lambda _: person_of_code(KEY.encode(), mistyped), Code.CARD_MISTYPED),
        "empty": (lambda _: person_of_code(KEY.encode(), ""), Code.CARD_MISTYPED),
    }
    await check(stage, cards)


async def test_a_device_whose_time_is_over_is_nobodys(stage: Stage) -> None:
    assert stage.voter.person is not None
    old = await device_of(stage.voter.person, BEFORE)
    assert await actor_of(old, at=BEFORE + timedelta(hours=23)) != NOBODY
    assert await actor_of(old, at=stage.hall.now) == NOBODY
    assert await actor_of("of some other service", at=stage.hall.now) == NOBODY
    with pytest.raises(Refusal) as refused:
        (await actor_of(old, at=stage.hall.now)).require(Permission.VOTE)
    assert refused.value.code is Code.SIGN_IN_REQUIRED
