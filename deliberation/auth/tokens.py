"""Tokens: unguessable text in a cookie, of which only a digest is stored; and form tokens."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """256 bits as text that fits a cookie."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def form_token(key: bytes, holder: str) -> str:
    """Proof that a form was made for the browser that holds a cookie."""
    return hmac.digest(key, f"form:{holder}".encode(), hashlib.sha256).hex()


def is_form_token(key: bytes, holder: str, given: str) -> bool:
    return hmac.compare_digest(form_token(key, holder).encode(), given.encode())


def setup_token(key: bytes) -> str:
    """The word that guards set-up; the console prints it while there is no community."""
    return hmac.digest(key, b"set-up", hashlib.sha256).hex()[:12]
