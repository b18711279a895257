"""Counting: every method residents vote by, exact, with its working. Pure."""
