"""Marking of strings. Source strings are Chinese; catalogs lie in `locales/`."""


def N_(message: str) -> str:  # noqa: N802  the field's name for a marker that does not translate yet
    """Marks a string for the catalog; it is translated where it is shown."""
    return message
