"""Refusals: what the service will not do, as stable codes; words are made at the edge."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol, TypeAlias

from deliberation.codes import Code

__all__ = ["PASSING", "STATUS", "Code", "Fact", "Refusal", "Said"]


class Said(Protocol):
    """A sentence with facts of its own, put into the reader's language at the edge."""

    def render(self, translate: Callable[[str], str] = ...) -> str: ...


Fact: TypeAlias = str | int | bool | Said | None

STATUS: Mapping[Code, int] = MappingProxyType(
    {
        Code.NOT_FOUND: 404,
        Code.TERM_BACKWARDS: 400,
        Code.KEY_WRONG: 401,
        Code.METHOD_NOT_ALLOWED: 405,
        Code.ADDRESS_INVALID: 400,
        Code.LINK_INVALID: 404,
        Code.BAD_REQUEST: 400,
        Code.FIELD_MISSING: 400,
        Code.FIELD_INVALID: 400,
        Code.FIELD_TOO_LONG: 400,
        Code.BODY_TOO_LARGE: 413,
        Code.CROSS_ORIGIN: 403,
        Code.FORM_EXPIRED: 403,
        Code.TOO_MANY_TRIES: 429,
        Code.INTERNAL: 500,
        Code.DATABASE_BUSY: 503,
        Code.SIGN_IN_REQUIRED: 401,
        Code.NOT_PERMITTED: 403,
        Code.OTHER_COMMUNITY: 403,
        Code.LEVEL_UNSUITABLE: 400,
        Code.WRONG_CREDENTIALS: 403,
        Code.CARD_UNKNOWN: 403,
        Code.CARD_MISTYPED: 400,
        Code.SETUP_TOKEN_WRONG: 403,
        Code.PASSWORD_TOO_SHORT: 400,
        Code.REASON_REQUIRED: 400,
        Code.PROXY_WITNESS_REQUIRED: 400,
        Code.PROXY_INSTRUCTION_NEEDS_ITEM: 400,
        Code.VALUE_NOT_CANONICAL: 400,
        Code.FIGURES_UNREADABLE: 400,
        Code.RULE_INVALID: 400,
        Code.RULE_UNKNOWN: 404,
        Code.QUESTION_INVALID: 400,
        Code.QUESTION_NOT_BY_AREA: 400,
        Code.WORKFLOW_INVALID: 400,
        Code.WORKFLOW_DEAD_END: 400,
        Code.BALLOT_RECEIPT_MALFORMED: 400,
        Code.BALLOT_NOT_PUBLISHED: 404,
        Code.BALLOT_PAPER_EMPTY: 400,
        Code.BALLOT_PLACE_TWICE: 400,
        Code.BALLOT_CHAIR_SILENT: 403,
        Code.TALLY_UNREADABLE: 400,
        Code.TALLY_METHOD_UNSUITABLE: 400,
        Code.AGENDA_MINUTES_OUT_OF_RANGE: 400,
        Code.TASK_NOT_LATER: 400,
        Code.MILESTONE_TOO_LATE: 400,
        Code.EVALUATION_NOT_ASKED: 403,
        Code.AGENDA_WINDOW_TOO_LONG: 400,
        Code.BALLOT_CHOICE_UNKNOWN: 400,
        Code.BALLOT_NOT_ENTITLED: 403,
        Code.BALLOT_SERIAL_UNKNOWN: 400,
        Code.BALLOT_VOTER_UNKNOWN: 400,
        Code.OWNER_NOT_FOUND: 400,
        Code.BALLOT_VOTER_UNCLEAR: 400,
        Code.BATCH_SAME_PERSON: 403,
        Code.BATCH_OTHERS: 403,
        Code.BALLOT_NOT_YOURS: 403,
        Code.PAPER_NOT_MADE: 503,
        Code.PHOTO_KIND_UNKNOWN: 400,
        Code.PHOTO_KIND_HEIC: 400,
        Code.PHOTO_UNREADABLE: 400,
        Code.PHOTO_TOO_LARGE: 413,
        Code.PHOTO_TOO_SMALL: 400,
        Code.SHEET_KIND_UNKNOWN: 400,
        Code.SHEET_KIND_OLD: 400,
        Code.SHEET_UNREADABLE: 400,
        Code.SHEET_ROW_UNREADABLE: 400,
        Code.SHEET_ENCODING_UNKNOWN: 400,
        Code.SHEET_TOO_LARGE: 413,
        Code.SHEET_TOO_MANY_ROWS: 413,
        Code.SHEET_TOO_MANY_COLUMNS: 413,
        Code.SHEET_CELL_TOO_LONG: 413,
        Code.SHEET_EMPTY: 400,
        Code.SHEET_COMPRESSED_BOMB: 413,
        Code.DEADLINE_IN_THE_PAST: 400,
        Code.PLAN_UNREADABLE: 400,
        Code.INTAKE_COLUMN_MISSING: 400,
        Code.INTAKE_COLUMN_TWICE: 400,
    }
)
"""HTTP status by code; a code that is not named here is a conflict with the state: 409."""


PASSING = frozenset({Code.DATABASE_BUSY})
"""Refusals that say nothing about what was asked: the same is to be asked again in a moment."""


class Refusal(Exception):  # noqa: N818  a refusal is an answer, not a failure of the program
    """The act was not done and nothing changed. `facts` fill the words' placeholders."""

    def __init__(self, code: Code, /, **facts: Fact) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts: Mapping[str, Fact] = MappingProxyType(facts)

    @property
    def status(self) -> int:
        return STATUS.get(self.code, 409)
