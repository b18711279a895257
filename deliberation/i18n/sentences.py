"""A sentence that is not put into a language yet: its Chinese template and the facts in it.

Pure rules explain themselves with sentences; the edge renders them in the reader's language.
"""

from collections.abc import Callable

import msgspec


class Sentence(msgspec.Struct, frozen=True):
    """`text` is a msgid with `{placeholders}`; a fact may be a sentence of its own."""

    text: str
    facts: dict[str, "str | int | Sentence"] = {}

    def render(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the language of `translate` (a gettext function); Chinese without."""
        text = translate(self.text)
        if not self.facts:
            return text  # what people wrote may hold braces and is no template
        return text.format(
            **{
                name: fact.render(translate) if isinstance(fact, Sentence) else fact
                for name, fact in self.facts.items()
            }
        )


def say(text: str, **facts: str | int | Sentence) -> Sentence:
    """A sentence; mark `text` with `N_` where it is written."""
    return Sentence(text, facts)
