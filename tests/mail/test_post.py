"""Letters arrive in a real mailbox; and when they do not, it is known what became of each."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from deliberation.config import Settings
from deliberation.mail import Letter, Outcome, Post, Sent, Server
from tests.mail.mailroom import (
    HOST,
    PASSWORD,
    USER,
    Mailroom,
    made_certificate,
    open_mailroom,
    showing,
)

AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
SENDER = "yishi@example.org"
WANG, LI, ZHAO, SUN = (f"{name}@example.net" for name in ("wang", "li", "zhao", "sun"))
TEXT = "王大妈：\n\n“楼道灯不亮”已经办完，请评价。\n.\n.. 点开头的行也在\n"


def letter(to: str, number: int = 1, **more: Any) -> Letter:
    given: dict[str, Any] = {
        "key": f"evaluation:{number}:{to}",
        "to": to,
        "subject": f"{number} 请评价：楼道灯",
        "text": TEXT,
        "written_at": AT,
        "sender_name": "幸福里社区（演示）",
    }
    return Letter(**given | more)


def settings(room: Mailroom, **more: str) -> Settings:
    made = {"smtp_host": HOST, "smtp_port": str(room.port), "smtp_security": "none"}
    return Settings(**made | {"mail_from": SENDER} | more)


def post_for(room: Mailroom, **more: str) -> Post:
    made = settings(room, **more)
    made.check()
    post = Post.of(made)
    assert post is not None
    return post


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Mailroom]:
    async with open_mailroom(tmp_path / "box") as opened:
        yield opened


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_certificate(tmp_path_factory.mktemp("certificate"))


def outcomes(sent: list[Sent]) -> list[tuple[str, int]]:
    return [(one.outcome.value, one.code) for one in sent]


async def test_a_letter_lies_in_the_mailbox_as_it_was_written(room: Mailroom) -> None:
    stop = "https://yishi.example.org/letters/stop?" + "a1" * 100
    written = letter(WANG, subject="请评价：" + "楼道灯不亮，夜里摸黑下楼" * 5, unsubscribe=stop)
    assert outcomes(await post_for(room).send([written])) == [("sent", 250)]
    (arrived,) = room.letters()
    assert arrived["Subject"] == written.subject
    assert arrived["From"].addresses[0].display_name == "幸福里社区（演示）"
    assert arrived["From"].addresses[0].addr_spec == arrived["X-MailFrom"] == SENDER
    assert arrived["To"].addresses[0].addr_spec == arrived["X-RcptTo"] == WANG
    assert parsedate_to_datetime(arrived["Date"]) == AT
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["List-Unsubscribe"] == f"<{stop}>"
    assert arrived["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert arrived["Message-ID"] == written.message_id(SENDER)
    assert (arrived.get_content_type(), arrived.get_content_charset()) == ("text/plain", "utf-8")
    assert arrived.get_content().replace("\r\n", "\n") == TEXT


async def test_several_letters_go_over_one_connection(room: Mailroom) -> None:
    sent = await post_for(room).send([letter(WANG, n) for n in range(1, 6)])
    assert [one.outcome for one in sent] == [Outcome.SENT] * 5
    assert room.connections == 1
    assert [one["Subject"][0] for one in room.letters()] == list("12345")


async def test_no_letters_need_no_connection(room: Mailroom) -> None:
    assert await post_for(room).send([]) == []
    assert room.connections == 0


async def test_what_the_server_refuses_for_good_and_for_now_is_told_apart(room: Mailroom) -> None:
    room.answers = {
        WANG: "550 5.1.1 No such user",
        LI: "451 4.7.1 Greylisted, come back",
        ZHAO: "530 5.7.0 Sign in first",
    }
    sent = await post_for(room).send([letter(to) for to in (WANG, LI, ZHAO, SUN)])
    assert outcomes(sent) == [("refused", 550), ("later", 451), ("later", 530), ("sent", 250)]
    assert [one.key for one in sent] == [letter(to).key for to in (WANG, LI, ZHAO, SUN)]
    assert [one["X-RcptTo"] for one in room.letters()] == [SUN]
    assert room.connections == 1


async def test_a_letter_that_was_read_may_be_refused_too(room: Mailroom) -> None:
    room.answers_to_letters = {WANG: "554 5.7.1 Looks like spam", LI: "452 4.3.1 Disk full"}
    sent = await post_for(room).send([letter(to) for to in (WANG, LI, ZHAO)])
    assert outcomes(sent) == [("refused", 554), ("later", 452), ("sent", 250)]


async def test_a_sender_that_is_refused_is_nobodys_address(room: Mailroom) -> None:
    room.answer_to_sender = "553 5.7.1 Not your address"
    assert outcomes(await post_for(room).send([letter(WANG)])) == [("later", 553)]


async def test_a_server_that_closes_politely_is_called_again(room: Mailroom) -> None:
    room.answers = {WANG: "421 4.3.2 Too many letters at once"}
    sent = await post_for(room).send([letter(WANG), letter(LI)])
    assert outcomes(sent) == [("later", 421), ("sent", 250)]
    assert room.connections == 2


async def test_when_the_server_hangs_up_the_others_go_over_a_new_connection(
    room: Mailroom,
) -> None:
    room.hangs_up_on = {LI}
    sent = await post_for(room).send([letter(to) for to in (WANG, LI, ZHAO)])
    assert outcomes(sent) == [("sent", 250), ("later", 0), ("sent", 250)]
    assert room.connections == 2


async def test_a_server_that_keeps_hanging_up_is_left_alone(room: Mailroom) -> None:
    room.hangs_up_on = {WANG, LI}
    sent = await post_for(room).send([letter(to) for to in (WANG, LI, ZHAO, SUN)])
    assert outcomes(sent) == [("later", 0)] * 4
    assert room.connections == 2


async def test_a_letter_sent_again_is_known_to_be_the_same(room: Mailroom) -> None:
    room.hangs_up_on = {WANG}
    await post_for(room).send([letter(WANG)])
    room.hangs_up_on = set()
    await post_for(room).send([letter(WANG)])
    await post_for(room).send([letter(WANG)])
    first, second = room.letters()
    assert first["Message-ID"] == second["Message-ID"]


async def test_a_server_that_never_answers_is_not_waited_for(room: Mailroom) -> None:
    room.is_silent = True
    server = Server.of(settings(room))
    assert server is not None
    sent = await Post(server, letter_seconds=0.2).send([letter(WANG), letter(LI), letter(ZHAO)])
    assert outcomes(sent) == [("later", 0)] * 3


async def test_where_no_server_listens_all_is_for_later(tmp_path: Path) -> None:
    async with open_mailroom(tmp_path / "box") as closed:
        post = post_for(closed)
    assert outcomes(await post.send([letter(WANG), letter(LI)])) == [("later", 0)] * 2


async def test_a_server_that_is_none_is_for_later() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\xff\xfe\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, HOST, 0)
    async with server:
        post = Post(Server(host=HOST, port=server.sockets[0].getsockname()[1], sender=SENDER))
        assert outcomes(await post.send([letter(WANG)])) == [("later", 0)]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_it_signs_in_over_an_encrypted_line(
    tmp_path: Path, certificate: Path, security: str
) -> None:
    word = tmp_path / "word"
    word.write_text(PASSWORD + "\n")
    word.chmod(0o600)
    more = {"smtp_security": security, "smtp_ca_file": str(certificate.with_suffix(".crt"))}
    signed = {"smtp_user": USER, "smtp_password_file": str(word)}
    implicit = security == "tls"
    async with open_mailroom(
        tmp_path / "box", tls=showing(certificate), implicit=implicit, auth=True
    ) as room:
        assert outcomes(await post_for(room, **more, **signed).send([letter(WANG)])) == [
            ("sent", 250)
        ]
        assert room.signed_in == [USER]
        assert room.was_encrypted or implicit
        assert len(room.letters()) == 1


async def test_a_wrong_password_is_nobodys_address(tmp_path: Path, certificate: Path) -> None:
    more = {"smtp_security": "starttls", "smtp_ca_file": str(certificate.with_suffix(".crt"))}
    async with open_mailroom(tmp_path / "box", tls=showing(certificate), auth=True) as room:
        post = post_for(room, **more, smtp_user=USER, smtp_password="wrong")
        assert outcomes(await post.send([letter(WANG), letter(LI)])) == [("later", 535)] * 2
        assert room.letters() == []


async def test_a_server_with_a_strangers_certificate_gets_nothing(
    tmp_path: Path, certificate: Path
) -> None:
    more = {"smtp_security": "starttls", "smtp_user": USER, "smtp_password": PASSWORD}
    async with open_mailroom(tmp_path / "box", tls=showing(certificate), auth=True) as room:
        assert outcomes(await post_for(room, **more).send([letter(WANG)])) == [("later", 0)]
        assert (room.signed_in, room.letters()) == ([], [])


async def test_a_server_that_does_not_encrypt_gets_no_password(room: Mailroom) -> None:
    post = post_for(room, smtp_security="starttls", smtp_user=USER, smtp_password=PASSWORD)
    assert outcomes(await post.send([letter(WANG)])) == [("later", 0)]
    assert (room.signed_in, room.letters()) == ([], [])


async def test_no_log_names_a_person_or_a_secret(room: Mailroom) -> None:
    room.answers = {WANG: "550 5.1.1 <wang@example.net> unknown"}
    room.hangs_up_on = {LI}
    with capture_logs() as logs:
        await post_for(room).send([letter(WANG), letter(LI)])
        await post_for(room, smtp_security="starttls", smtp_user=USER, smtp_password=PASSWORD).send(
            [letter(ZHAO)]
        )
    assert {entry["event"] for entry in logs} == {"mail_cut_off", "mail_server_not_ready"}
    told = str(logs)
    assert all(word not in told for word in (WANG, LI, ZHAO, SENDER, USER, PASSWORD, "楼道灯"))


async def test_stopping_in_the_middle_leaves_no_connection(room: Mailroom) -> None:
    room.is_silent = True
    sending = asyncio.create_task(post_for(room).send([letter(WANG)]))
    await room.is_reached.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


def test_without_a_host_there_is_no_post() -> None:
    assert Post.of(Settings()) is None


def test_secrets_are_not_shown_with_the_rest() -> None:
    made = Settings(smtp_password=PASSWORD, secret_key="key-of-all-cards", metrics_token="told")
    server = Server(host=HOST, port=25, sender=SENDER, password=PASSWORD)
    shown = repr(made) + repr(server)
    assert all(word not in shown for word in (PASSWORD, "key-of-all-cards", "told'"))
    assert ssl.CERT_REQUIRED is ssl.create_default_context().verify_mode
