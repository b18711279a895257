"""Settings, read once from the environment (prefix DELIBERATION_)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

PREFIX = "DELIBERATION_"


class SettingError(ValueError):
    """A setting cannot be understood; the message names it."""


def _setting(default: str, meaning: str) -> str:
    made: str = field(default=default, metadata={"meaning": meaning})
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Text as the operator gave it; the properties give it meaning."""

    host: str = _setting("127.0.0.1", "address to listen on; 0.0.0.0 opens it to the hall")
    port: str = _setting("8000", "port to listen on")
    public_url: str = _setting("", "address that phones use, such as http://192.168.1.20:8000")
    var: str = _setting("var", "folder for the database, backups and the key file")
    database_url: str = _setting("", "postgres://…; empty means SQLite in the data folder")
    secret_key: str = _setting("", "key for cookies and cards; empty means a file in VAR, mode 600")
    fonts: str = _setting("", "folder with fonts of your own for PDF, searched first")
    log_level: str = _setting("info", "debug, info, warning or error")
    upload_mb: str = _setting("20", "largest file that may be uploaded, in MB")
    workers: str = _setting("1", "serving processes on this machine; several need PostgreSQL")
    metrics_token: str = _setting("", "word that /metrics asks for; empty: it tells nobody")
    trusted_proxies: str = _setting("", "addresses whose X-Forwarded-For is believed, with commas")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        given = os.environ if environment is None else environment
        known = {f.name: PREFIX + f.name.upper() for f in fields(cls)}
        settings = cls(**{name: given[key] for name, key in known.items() if key in given})
        settings.check()
        return settings

    def check(self) -> None:
        for name in ("port", "upload_mb", "workers"):
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
