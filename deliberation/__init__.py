"""Deliberation days for residents: from a demand list to published minutes."""

__version__ = "0.3.0"
