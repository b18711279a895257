"""Settings, read once from the environment (prefix DELIBERATION_)."""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path

PREFIX = "DELIBERATION_"
SMTP_SECURITY = ("starttls", "tls", "none")


class SettingError(ValueError):
    """A setting cannot be understood; the message names it."""


def _setting(default: str, meaning: str, *, secret: bool = False) -> str:
    made: str = field(default=default, repr=not secret, metadata={"meaning": meaning})
    return made


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Text as the operator gave it; the properties give it meaning."""

    host: str = _setting("127.0.0.1", "address to listen on; 0.0.0.0 opens it to the hall")
    port: str = _setting("8000", "port to listen on")
    public_url: str = _setting("", "address that phones use, such as http://192.168.1.20:8000")
    var: str = _setting("var", "folder for the database, backups and the key file")
    database_url: str = _setting("", "postgres://…; empty means SQLite in the data folder")
    secret_key: str = _setting(
        "", "key for cookies and cards; empty means a file in VAR, mode 600", secret=True
    )
    fonts: str = _setting("", "folder with fonts of your own for PDF, searched first")
    log_level: str = _setting("info", "debug, info, warning or error")
    upload_mb: str = _setting("20", "largest file that may be uploaded, in MB")
    workers: str = _setting("1", "serving processes on this machine; several need PostgreSQL")
    metrics_token: str = _setting(
        "", "word that /metrics asks for; empty: it tells nobody", secret=True
    )
    trusted_proxies: str = _setting("", "addresses whose X-Forwarded-For is believed, with commas")
    smtp_host: str = _setting("", "mail server that takes our letters; empty: no mail is sent")
    smtp_port: str = _setting("587", "its port: 587 for starttls, 465 for tls, 25 for none")
    smtp_security: str = _setting("starttls", "starttls, tls or none")
    smtp_ca_file: str = _setting("", "certificates to believe instead of the system's, PEM")
    smtp_user: str = _setting("", "name to sign in with; empty: no sign-in")
    smtp_password: str = _setting("", "its password", secret=True)
    smtp_password_file: str = _setting("", "file with the password instead, mode 600")
    mail_from: str = _setting("", "address that letters come from, such as yishi@example.org")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        given = os.environ if environment is None else environment
        known = {f.name: PREFIX + f.name.upper() for f in fields(cls)}
        settings = cls(**{name: given[key] for name, key in known.items() if key in given})
        settings.check()
        return settings

    def check(self) -> None:
        for name in ("port", "upload_mb", "workers", "smtp_port"):
            value = getattr(self, name)
            if not value.isdecimal() or not 0 <= int(value) <= 65535:
                raise SettingError(f"{PREFIX}{name.upper()} must be a number, not {value!r}")
        if not 1 <= int(self.workers) <= 64:
            raise SettingError(f"{PREFIX}WORKERS must be from 1 to 64")
        if int(self.workers) > 1 and not self.database_url.startswith("postgres://"):
            raise SettingError(f"{PREFIX}WORKERS: more than one process needs PostgreSQL")
        if self.public_url and not self.public_url.startswith(("http://", "https://")):
            raise SettingError(f"{PREFIX}PUBLIC_URL must start with http:// or https://")
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise SettingError(f"{PREFIX}LOG_LEVEL must be debug, info, warning or error")
        if self.database_url and not self.database_url.startswith(("postgres://", "sqlite://")):
            raise SettingError(f"{PREFIX}DATABASE_URL must start with postgres:// or sqlite://")
        if self.smtp_host:
            self._check_mail()

    def _check_mail(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9.:_-]+", self.smtp_host):
            raise SettingError(f"{PREFIX}SMTP_HOST must be a name or an address")
        if self.smtp_security not in SMTP_SECURITY:
            raise SettingError(f"{PREFIX}SMTP_SECURITY must be {', '.join(SMTP_SECURITY)}")
        if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", self.mail_from):
            raise SettingError(f"{PREFIX}MAIL_FROM must be an address, not {self.mail_from!r}")
        if self.smtp_ca_file and not Path(self.smtp_ca_file).is_file():
            raise SettingError(f"{PREFIX}SMTP_CA_FILE: there is no such file")
        if bool(self.smtp_user) != bool(self.mail_password()):
            raise SettingError(f"{PREFIX}SMTP_USER and a password go together")
        if self.smtp_user and self.smtp_security == "none" and not _is_this_machine(self.smtp_host):
            raise SettingError(f"{PREFIX}SMTP_SECURITY=none would send the password in clear")

    def mail_password(self) -> str:
        """From the environment, or from a file that nobody else may read; empty if neither."""
        if not self.smtp_password_file:
            return self.smtp_password
        name = f"{PREFIX}SMTP_PASSWORD_FILE"
        if self.smtp_password:
            raise SettingError(f"{name}: give it or {PREFIX}SMTP_PASSWORD, not both")
        try:
            with Path(self.smtp_password_file).open(encoding="utf-8") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise SettingError(f"{name}: others may read that file; chmod 600")
                return file.read().strip()
        except (OSError, UnicodeDecodeError) as fault:
            raise SettingError(f"{name}: that file cannot be read") from fault

    @property
    def folder(self) -> Path:
        return Path(self.var)

    @property
    def store_url(self) -> str:
        return self.database_url or f"sqlite://{self.folder / 'deliberation.sqlite3'}"

    @property
    def base_url(self) -> str:
        """Where the service says it is when nobody told it: local, and marked so by `check`."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_secure(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def upload_bytes(self) -> int:
        return int(self.upload_mb) * 1024 * 1024
