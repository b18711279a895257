"""How minutes are said: the catalog, dates of the language, the zone, the names of the steps."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from deliberation.ballots.tally import OUTCOME_WORDS, Outcome
from deliberation.i18n import N_
from deliberation.i18n.catalogs import format_date, format_time
from deliberation.i18n.sentences import Sentence
from deliberation.matters.steps import GENERIC, Step

Translate: TypeAlias = Callable[[str], str]


class Teller:
    """One language, one community."""

    def __init__(
        self, translate: Translate, language: str, zone: str, step_names: Mapping[str, str]
    ) -> None:
        self.translate = translate
        self.language = language
        self.zone = zone
        self.step_names = step_names

    def say(self, message: str, **facts: str | int) -> str:
        """What people wrote goes in as facts and is never taken for a template."""
        return self.translate(message).format(**facts)

    def sentence(self, sentence: Sentence) -> str:
        return sentence.render(self.translate)

    def time(self, at: datetime) -> str:
        return format_time(at, self.language, zone=self.zone)

    def date(self, at: datetime, *, weekday: bool = False) -> str:
        on = at.astimezone(ZoneInfo(self.zone)).date()
        return format_date(on, self.language, style="full" if weekday else "long")

    def moment(self, at: datetime) -> str:
        """Day and time, where the day is not the meeting's."""
        return f"{self.date(at)} {self.time(at)}"

    def step(self, code: str) -> str:
        """A name of the community's own is said as it is, in every language."""
        return self.step_names.get(code) or self.translate(GENERIC.name(Step(code)))

    def outcome(self, code: str) -> str:
        return self.translate(OUTCOME_WORDS[Outcome(code)])

    def name(self, name: str | None) -> str:
        return self.translate(N_("（身份已删除）")) if name is None else name
