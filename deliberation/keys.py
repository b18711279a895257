"""The secret key: from the environment, or from a file that only the service may read."""

import os
import secrets

from deliberation.config import SettingError, Settings

LEAST_LENGTH = 32
FILE = "secret.key"


def secret_key(settings: Settings) -> bytes:
    """Made once, on the first start. Cards and form tokens depend on it: keep it with backups."""
    if settings.secret_key:
        if len(settings.secret_key) < LEAST_LENGTH:
            raise SettingError(f"DELIBERATION_SECRET_KEY needs {LEAST_LENGTH} characters or more")
        return settings.secret_key.encode()
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = settings.folder / FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()
