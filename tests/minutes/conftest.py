"""The press, shared with the other tests that set papers."""

from tests.papers.pressing import press

__all__ = ["press"]
