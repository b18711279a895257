"""Letters by e-mail, given to one mail server. Knows no domain."""

from deliberation.mail.addresses import is_address
from deliberation.mail.letter import Letter
from deliberation.mail.post import Outcome, Post, Sent
from deliberation.mail.server import Server

__all__ = ["Letter", "Outcome", "Post", "Sent", "Server", "is_address"]
