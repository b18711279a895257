"""Card codes: six characters and a check character that a person can read, say and type.

With 23 characters, a prime, the weighted sum modulo 23 is zero for every well-formed code. The
weights differ from each other and from zero modulo 23, so every single wrong character and every
exchange of two characters changes the sum and is found.
"""

import unicodedata
from typing import Final

ALPHABET: Final = "34679ACDEFGHJKMNPQRTWXY"
"""No 0 O, 1 I L, 2 Z, 5 S, 8 B, U V: what eyes and ears mix up."""
BODY_LENGTH: Final = 6
CODE_LENGTH: Final = BODY_LENGTH + 1

_BASE: Final = len(ALPHABET)
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_FAIR_BYTES: Final = 256 - 256 % _BASE
"""Bytes from here on are passed over, or the first characters would come up more often."""


def normalise(text: str) -> str:
    """As typed → as stored: upper case, half width, without blanks, hyphens and dashes."""
    upright = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in upright if not c.isspace() and unicodedata.category(c) != "Pd")


def check_character(body: str) -> str:
    """The character that completes six others. Raises ValueError if they are no body."""
    if len(body) != BODY_LENGTH or not set(body) <= _VALUES.keys():
        raise ValueError(f"a code's body is {BODY_LENGTH} characters of its alphabet")
    total = sum(weight * _VALUES[c] for weight, c in enumerate(body, start=1))
    return ALPHABET[total % _BASE]


def is_well_formed(code: str) -> bool:
    """Whether a normalised code holds together; it need not exist."""
    if len(code) != CODE_LENGTH or not set(code) <= _VALUES.keys():
        return False
    return check_character(code[:BODY_LENGTH]) == code[BODY_LENGTH]


def format_code(code: str) -> str:
    """The seven characters in groups of three and four, as printed on the card."""
    return f"{code[:3]}-{code[3:]}"


def code_from_digest(digest: bytes) -> str:
    """A code in which every body is equally likely, if the digest's bytes are (HMAC-SHA-256).
    Raises ValueError if too few bytes are usable: of 32, that never happens by chance."""
    fair = [byte % _BASE for byte in digest if byte < _FAIR_BYTES]
    if len(fair) < BODY_LENGTH:
        raise ValueError("the digest is too short for a code")
    body = "".join(ALPHABET[value] for value in fair[:BODY_LENGTH])
    return body + check_character(body)
