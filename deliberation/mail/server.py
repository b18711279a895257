"""The mail server that takes our letters, from the settings."""

import ssl
from dataclasses import dataclass, field

from deliberation.config import PREFIX, SettingError, Settings
from deliberation.mail.addresses import is_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """`tls` is None where nothing is encrypted; with `starts_in_clear` it begins by STARTTLS,
    and a server that does not offer that gets neither password nor letter."""

    host: str
    port: int
    sender: str
    tls: ssl.SSLContext | None = None
    starts_in_clear: bool = True
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Server | None":
        """None where no mail is to be sent. Raises SettingError; reads files, so call it early."""
        if not settings.smtp_host:
            return None
        if not is_address(settings.mail_from):
            raise SettingError(f"{PREFIX}MAIL_FROM is no address that a mail server takes")
        encrypted = settings.smtp_security != "none"
        return cls(
            host=settings.smtp_host,
            port=int(settings.smtp_port),
            sender=settings.mail_from,
            tls=_believing(settings.smtp_ca_file) if encrypted else None,
            starts_in_clear=settings.smtp_security != "tls",
            user=settings.smtp_user,
            password=settings.mail_password(),
        )

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


def _believing(ca_file: str) -> ssl.SSLContext:
    """Certificates and names are checked always: there is no setting to turn that off."""
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as fault:  # ssl.SSLError is one
        raise SettingError(
            f"{PREFIX}SMTP_CA_FILE holds no certificates that can be read"
        ) from fault
