"""What the command line says, in the language of the terminal."""

import os

from deliberation.i18n.catalogs import negotiate, translations_for


def terminal_language() -> str:
    """Of the locale that POSIX programs go by: LC_ALL before LC_MESSAGES before LANG."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return negotiate(locale.partition(".")[0].replace("_", "-"))


def _(message: str, **facts: object) -> str:
    """The message translated, with its facts filled in."""
    translated: str = translations_for(terminal_language()).gettext(message)
    return translated.format(**facts) if facts else translated
