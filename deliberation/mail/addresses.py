"""Which text is a mail address that we write to."""

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
LONGEST = 254


def is_address(text: str) -> bool:
    """name@domain as RFC 5321 has it, without what no resident's address has: quoted names,
    comments, numbers in brackets, domains of one label, and letters beyond ASCII, which need
    servers that understand RFC 6531 all the way."""
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None
