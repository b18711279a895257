"""Settings of the mail server that cannot be right are named before the service starts."""

from pathlib import Path

import pytest

from deliberation.config import PREFIX, SettingError, Settings
from deliberation.mail import Server

GOOD = {"SMTP_HOST": "mail.example.org", "MAIL_FROM": "yishi@example.org"}


def read(**more: str) -> Settings:
    return Settings.from_environment(
        {PREFIX + name: value for name, value in (GOOD | more).items()}
    )


def test_a_host_and_a_sender_are_enough() -> None:
    server = Server.of(read())
    assert server is not None
    assert (server.host, server.port, server.user) == ("mail.example.org", 587, "")
    assert server.starts_in_clear
    assert server.tls is not None


def test_without_a_host_nothing_else_is_asked() -> None:
    assert Server.of(read(SMTP_HOST="", MAIL_FROM="", SMTP_SECURITY="?")) is None


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"MAIL_FROM": ""}, "MAIL_FROM"),
        ({"MAIL_FROM": "议事日 <yishi@example.org>"}, "MAIL_FROM"),
        ({"SMTP_HOST": "mail.example.org\r\nX"}, "SMTP_HOST"),
        ({"SMTP_HOST": "smtp://mail.example.org"}, "SMTP_HOST"),
        ({"SMTP_PORT": "smtp"}, "SMTP_PORT"),
        ({"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY"),
        ({"SMTP_CA_FILE": "nowhere.pem"}, "SMTP_CA_FILE"),
        ({"SMTP_USER": "yishi"}, "SMTP_USER"),
        ({"SMTP_PASSWORD": "word"}, "SMTP_USER"),
        ({"SMTP_USER": "yishi", "SMTP_PASSWORD_FILE": "nowhere"}, "SMTP_PASSWORD_FILE"),
        ({"SMTP_PASSWORD": "a", "SMTP_PASSWORD_FILE": "b"}, "SMTP_PASSWORD_FILE"),
        ({"SMTP_USER": "y", "SMTP_PASSWORD": "w", "SMTP_SECURITY": "none"}, "SMTP_SECURITY"),
    ],
)
def test_what_cannot_be_right_is_named(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(SettingError, match=PREFIX + named) as error:
        read(**wrong)
    assert "word" not in str(error.value).replace("password", "").replace("PASSWORD", "")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_password_may_go_in_clear_only_within_this_machine(host: str) -> None:
    made = read(SMTP_HOST=host, SMTP_USER="y", SMTP_PASSWORD="w", SMTP_SECURITY="none")
    server = Server.of(made)
    assert server is not None
    assert server.tls is None


def test_a_password_file_must_be_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "word"
    path.write_text("榕树\n")
    path.chmod(0o640)
    with pytest.raises(SettingError, match="chmod 600"):
        read(SMTP_USER="y", SMTP_PASSWORD_FILE=str(path))
    path.chmod(0o600)
    assert read(SMTP_USER="y", SMTP_PASSWORD_FILE=str(path)).mail_password() == "榕树"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingError, match="cannot be read"):
        read(SMTP_USER="y", SMTP_PASSWORD_FILE=str(path))


def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.pem"
    path.write_text("no certificate")
    with pytest.raises(SettingError, match="SMTP_CA_FILE"):
        Server.of(read(SMTP_CA_FILE=str(path)))


def test_a_sender_that_no_server_takes_is_named() -> None:
    with pytest.raises(SettingError, match="MAIL_FROM"):
        Server.of(read(MAIL_FROM="yishi@localhost"))
