"""Refusals: what the service will not do, as stable codes; words are made at the edge."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol, TypeAlias


class Said(Protocol):
    """A sentence with facts of its own, put into the reader's language at the edge."""

    def render(self, translate: Callable[[str], str] = ...) -> str: ...


Fact: TypeAlias = str | int | bool | Said | None


class Code(StrEnum):
    """Every refusal there is. A code never changes its meaning once released."""

    # requests
    NOT_FOUND = "request.not_found"
    METHOD_NOT_ALLOWED = "request.method_not_allowed"
    BAD_REQUEST = "request.malformed"
    FIELD_MISSING = "request.field_missing"
    FIELD_INVALID = "request.field_invalid"
    FIELD_TOO_LONG = "request.field_too_long"
    BODY_TOO_LARGE = "request.body_too_large"
    CROSS_ORIGIN = "request.cross_origin"
    FORM_EXPIRED = "request.form_expired"
    TOO_MANY_TRIES = "request.too_many_tries"
    INTERNAL = "service.internal"
    DATABASE_BUSY = "service.database_busy"
    # access
    SIGN_IN_REQUIRED = "access.sign_in_required"
    NOT_PERMITTED = "access.not_permitted"
    WRONG_CREDENTIALS = "access.wrong_credentials"
    CARD_UNKNOWN = "access.card_unknown"
    CARD_MISTYPED = "access.card_mistyped"
    SETUP_TOKEN_WRONG = "access.setup_token_wrong"  # noqa: S105  a code, not a secret
    SETUP_DONE = "access.setup_done"
    PASSWORD_TOO_SHORT = "access.password_too_short"  # noqa: S105  a code, not a secret
    LOGIN_TAKEN = "access.login_taken"
    NOT_YOURSELF = "access.not_yourself"
    OTHER_COMMUNITY = "access.other_community"
    LEVEL_UNSUITABLE = "community.level_unsuitable"
    HAS_LEVEL_ABOVE = "community.has_level_above"
    COMMUNITY_NAME_TAKEN = "community.name_taken"
    # letters
    ADDRESS_INVALID = "letter.address_invalid"
    LINK_INVALID = "letter.link_invalid"
    # journal
    VALUE_NOT_CANONICAL = "journal.value_not_canonical"
    # papers
    PAPER_NOT_MADE = "paper.not_made"
    # photos
    PHOTO_KIND_UNKNOWN = "photo.kind_unknown"
    PHOTO_KIND_HEIC = "photo.kind_heic"
    PHOTO_UNREADABLE = "photo.unreadable"
    PHOTO_TOO_LARGE = "photo.too_large"
    PHOTO_TOO_SMALL = "photo.too_small"
    PHOTO_LIMIT = "photo.limit"
    # spreadsheets
    SHEET_KIND_UNKNOWN = "sheet.kind_unknown"
    SHEET_KIND_OLD = "sheet.kind_old"
    SHEET_UNREADABLE = "sheet.unreadable"
    SHEET_ROW_UNREADABLE = "sheet.row_unreadable"
    SHEET_ENCODING_UNKNOWN = "sheet.encoding_unknown"
    SHEET_TOO_LARGE = "sheet.too_large"
    SHEET_TOO_MANY_ROWS = "sheet.too_many_rows"
    SHEET_TOO_MANY_COLUMNS = "sheet.too_many_columns"
    SHEET_CELL_TOO_LONG = "sheet.cell_too_long"
    SHEET_EMPTY = "sheet.empty"
    SHEET_COMPRESSED_BOMB = "sheet.compressed_bomb"
    # intake: the first two refuse a file, the others say what is wrong in a row
    INTAKE_COLUMN_MISSING = "intake.column_missing"
    INTAKE_COLUMN_TWICE = "intake.column_twice"
    INTAKE_FIELD_MISSING = "intake.field_missing"
    INTAKE_FIELD_TOO_LONG = "intake.field_too_long"
    INTAKE_DATE_UNREADABLE = "intake.date_unreadable"
    INTAKE_DATE_IN_FUTURE = "intake.date_in_future"
    INTAKE_COUNT_UNREADABLE = "intake.count_unreadable"
    INTAKE_NUMBER_CONTRADICTED = "intake.number_contradicted"
    INTAKE_ROW_CONTRADICTED = "intake.row_contradicted"
    INTAKE_ROW_REPEATED = "intake.row_repeated"
    INTAKE_PHONE_DOUBTFUL = "intake.phone_doubtful"
    INTAKE_AREA_UNREADABLE = "intake.area_unreadable"
    INTAKE_AREA_CONTRADICTED = "intake.area_contradicted"
    INTAKE_LABEL_IS_DATE = "intake.label_is_date"
    INTAKE_LAST_FOUR_MALFORMED = "intake.last_four_malformed"
    INTAKE_ROLE_UNKNOWN = "intake.role_unknown"
    INTAKE_ANSWER_UNREADABLE = "intake.answer_unreadable"
    INTAKE_PERSON_CONTRADICTED = "intake.person_contradicted"
    INTAKE_REPRESENTATIVE_TWICE = "intake.representative_twice"
    INTAKE_REPRESENTATIVE_ASSUMED = "intake.representative_assumed"
    INTAKE_SAME_OWNER = "intake.same_owner"
    # counting
    TALLY_UNREADABLE = "tally.unreadable"
    TALLY_METHOD_UNSUITABLE = "tally.method_unsuitable"
    # figures
    FIGURES_UNREADABLE = "figures.unreadable"
    # rules
    RULE_INVALID = "rule.invalid"
    RULE_INCOMPLETE = "rule.incomplete"
    RULE_NOT_IN_FORCE = "rule.not_in_force"
    RULE_UNKNOWN = "rule.unknown"
    RULE_KEY_TAKEN = "rule.key_taken"
    QUESTION_INVALID = "question.invalid"
    QUESTION_NOT_BY_AREA = "question.not_by_area"
    # meetings
    MEETING_ALREADY_NOTICED = "meeting.already_noticed"
    MEETING_NOT_NOTICED = "meeting.not_noticed"
    MEETING_NOT_CONVENED = "meeting.not_convened"
    MEETING_ALREADY_CONVENED = "meeting.already_convened"
    MEETING_ALREADY_ADJOURNED = "meeting.already_adjourned"
    MEETING_CANCELLED = "meeting.cancelled"
    MEETING_NOT_TODAY = "meeting.not_today"
    MEETING_ITEM_STILL_OPEN = "meeting.item_still_open"
    MEETING_BALLOT_STILL_OPEN = "meeting.ballot_still_open"
    MEETING_RESULT_NOT_ANNOUNCED = "meeting.result_not_announced"
    ITEM_NOT_ON_AGENDA = "item.not_on_agenda"
    ITEM_NOT_OPEN = "item.not_open"
    ITEM_ALREADY_OPEN = "item.already_open"
    ITEM_CLOSED = "item.closed"
    SPEECH_ALREADY_ASKED = "speech.already_asked"
    SPEECH_LIMIT_REACHED = "speech.limit_reached"
    SPEECH_NOT_WAITING = "speech.not_waiting"
    SPEECH_NOT_RUNNING = "speech.not_running"
    SPEECH_SOMEONE_SPEAKING = "speech.someone_speaking"
    SPEECH_BALLOT_OPEN = "speech.ballot_open"
    # agendas
    AGENDA_FROZEN = "agenda.frozen"
    AGENDA_REASON_REQUIRED = "agenda.reason_required"
    AGENDA_MINUTES_OUT_OF_RANGE = "agenda.minutes_out_of_range"
    AGENDA_CHECKS_FAILED = "agenda.checks_failed"
    # matters
    MATTER_ACT_NOT_AVAILABLE = "matter.act_not_available"
    TASK_CLOSED = "task.closed"
    TASK_THERE = "task.there"
    TASK_NOT_LATER = "task.not_later"
    MILESTONE_TOO_LATE = "milestone.too_late"
    MILESTONE_REACHED = "milestone.reached"
    EVALUATION_NOT_ASKED = "evaluation.not_asked"
    WORKFLOW_INVALID = "workflow.invalid"
    WORKFLOW_DEAD_END = "workflow.dead_end"
    WORKFLOW_OUTDATED = "workflow.outdated"
    # ballots
    BALLOT_NOT_OPEN = "ballot.not_open"
    BALLOT_NOT_NOTICED = "ballot.not_noticed"
    BALLOT_ALREADY_OPEN = "ballot.already_open"
    BALLOT_ALREADY_HELD = "ballot.already_held"
    BALLOT_NO_QUORUM = "ballot.no_quorum"
    BALLOT_NO_ELECTORATE = "ballot.no_electorate"
    BALLOT_WORDING_MISSING = "ballot.wording_missing"
    BALLOT_WORDING_NOT_READ = "ballot.wording_not_read"
    BALLOT_SPEECH_RUNNING = "ballot.speech_running"
    BALLOT_CHOICE_UNKNOWN = "ballot.choice_unknown"
    BALLOT_NOT_ENTITLED = "ballot.not_entitled"
    BALLOT_NOT_YOURS = "ballot.not_yours"
    BALLOT_VOTE_FINAL = "ballot.vote_final"
    BALLOT_NOT_CLOSED = "ballot.not_closed"
    BALLOT_ALREADY_ANNOUNCED = "ballot.already_announced"
    BALLOT_VOIDED = "ballot.voided"
    BALLOT_PAPER_EMPTY = "ballot.paper_empty"
    BALLOT_PLACE_TWICE = "ballot.place_twice"
    BALLOT_WINDOW_OVER = "ballot.window_over"
    BALLOT_WINDOW_RUNNING = "ballot.window_running"
    BALLOT_CHAIR_SILENT = "ballot.chair_silent"
    BALLOT_RECEIPT_TAKEN = "ballot.receipt_taken"
    BALLOT_RECEIPT_MALFORMED = "ballot.receipt_malformed"
    BALLOT_BY_PROXY = "ballot.by_proxy"
    BALLOT_PROXY_INSTRUCTED = "ballot.proxy_instructed"
    BALLOT_ON_ANOTHER_CHANNEL = "ballot.on_another_channel"
    BALLOT_NOT_SIGNED = "ballot.not_signed"
    BALLOT_ALREADY_SIGNED = "ballot.already_signed"
    BALLOT_BY_HANDS = "ballot.by_hands"
    BALLOT_VOTES_EXIST = "ballot.votes_exist"
    BALLOT_CHANNEL_UNSUITABLE = "ballot.channel_unsuitable"
    BALLOT_PAPER_ISSUED = "ballot.paper_issued"
    BALLOT_PAPERS_TOO_MANY = "ballot.papers_too_many"
    BALLOT_SERIAL_UNKNOWN = "ballot.serial_unknown"
    BALLOT_SERIAL_RETURNED = "ballot.serial_returned"
    BALLOT_VOTER_UNKNOWN = "ballot.voter_unknown"
    BALLOT_VOTER_UNCLEAR = "ballot.voter_unclear"
    BATCH_SAME_PERSON = "batch.same_person"
    BATCH_OTHERS = "batch.others"
    BATCH_SETTLED = "batch.settled"
    BALLOT_PAPERS_DIFFER = "ballot.papers_differ"
    BALLOT_LOT_NEEDED = "ballot.lot_needed"
    BALLOT_LOT_NOT_NEEDED = "ballot.lot_not_needed"
    BALLOT_LOT_DIFFERS = "ballot.lot_differs"
    BALLOT_LOT_DRAWN = "ballot.lot_drawn"
    BALLOT_NOT_PUBLISHED = "ballot.not_published"
    BALLOT_NOT_PROVISIONAL = "ballot.not_provisional"
    BALLOT_OBJECTIONS_OPEN = "ballot.objections_open"
    OBJECTION_ANSWERED = "ballot.objection_answered"
    BALLOT_ELECTOR_THERE = "ballot.elector_there"
    BALLOT_ELECTOR_VOTED = "ballot.elector_voted"
    BALLOT_TIED = "ballot.tied"
    BALLOT_NOT_TIED = "ballot.not_tied"
    BALLOT_ELECTOR_OVERLAPS = "ballot.elector_overlaps"
    BALLOT_WINDOW_TOO_LONG = "ballot.window_too_long"
    SUPERVISOR_INVOLVED = "ballot.supervisor_involved"
    BALLOT_CERTIFIED = "ballot.certified"
    PROXY_NOT_ALLOWED = "proxy.not_allowed"
    PROXY_ITEM_BY_ITEM = "proxy.item_by_item"
    PROXY_NO_VOTE = "proxy.no_vote"
    PROXY_TO_ONESELF = "proxy.to_oneself"
    PROXY_TO_CHAIR = "proxy.to_chair"
    PROXY_HOLDER_UNSUITABLE = "proxy.holder_unsuitable"
    PROXY_HOLDER_FULL = "proxy.holder_full"
    PROXY_GIVEN_ALREADY = "proxy.given_already"
    PROXY_VOTED_ALREADY = "proxy.voted_already"
    PROXY_TOO_LATE = "proxy.too_late"
    PROXY_INSTRUCTION_NEEDS_ITEM = "proxy.instruction_needs_item"
    PROXY_WITNESS_REQUIRED = "proxy.witness_required"
    PROXY_ENDED = "proxy.ended"
    PROXY_USED = "proxy.used"
    REASON_REQUIRED = "request.reason_required"
    DAY_IN_THE_PAST = "day.in_the_past"
    MEETING_NOT_ON_ROLL = "meeting.not_on_roll"
    MEETING_NOT_SIGNED_IN = "meeting.not_signed_in"
    ITEM_NONE_OPEN = "item.none_open"
    MATTER_TARGET_UNSUITABLE = "matter.target_unsuitable"
    MATTER_NOT_IN_DELIVERY = "matter.not_in_delivery"
    MATTER_NOT_IN_EVALUATION = "matter.not_in_evaluation"
    DEMAND_SETTLED = "demand.settled"
    DEMAND_MERGED = "demand.merged"
    DEMAND_MERGE_CIRCULAR = "demand.merge_circular"
    DEMAND_MERGE_UNSUITABLE = "demand.merge_unsuitable"
    DEMAND_IN_WORK = "demand.in_work"
    DEMAND_ROUTE_UNSUITABLE = "demand.route_unsuitable"
    DEMAND_DISPUTE_OVER = "demand.dispute_over"
    HANDOVER_SETTLED = "handover.settled"
    AGENDA_DEMAND_UNSUITABLE = "agenda.demand_unsuitable"
    AGENDA_ALREADY_ON = "agenda.already_on"
    AGENDA_ELSEWHERE = "agenda.elsewhere"
    AGENDA_STEP_UNSUITABLE = "agenda.step_unsuitable"
    AGENDA_WINDOW_TOO_LONG = "agenda.window_too_long"
    ITEM_NONE_LEFT = "item.none_left"
    ITEM_ALREADY_READ = "item.already_read"
    MINUTES_NOT_APPROVED = "minutes.not_approved"
    PERSON_NOT_FOUND = "people.not_found"
    OWNER_NOT_FOUND = "owner.not_found"
    OWNER_THERE = "owner.there"
    OWNER_GONE = "owner.gone"
    MINUTES_NONE = "minutes.none"
    MINUTES_APPROVED = "minutes.approved"
    MINUTES_PUBLISHED = "minutes.published"
    MINUTES_NOT_PUBLISHED = "minutes.not_published"
    # organisations, claims, escalation
    ORGANISATION_TAKEN = "organisation.name_taken"
    DEADLINE_IN_THE_PAST = "task.deadline_in_the_past"
    CLAIM_TAKEN = "claim.taken"
    CLAIM_ENDED = "claim.ended"
    DEMAND_TAKEN_UP = "demand.taken_up"
    DEMAND_NOT_OFFERED = "demand.not_offered"
    DEMAND_NOT_FOR_CLAIM = "demand.not_for_claim"
    ESCALATION_OPEN = "escalation.open"
    ESCALATION_ENDED = "escalation.ended"
    ESCALATION_NOT_ASSIGNED = "escalation.not_assigned"
    PLAN_UNREADABLE = "claim.plan_unreadable"
    INTAKE_HAS_ERRORS = "intake.has_errors"
    INTAKE_SETTLED = "intake.settled"
    INTAKE_OUTDATED = "intake.outdated"
    # bodies, venues, agreements, measures, keys
    BODY_NAME_TAKEN = "body.name_taken"
    BODY_GONE = "body.gone"
    TERM_BACKWARDS = "term.backwards"
    TERMS_OVERLAP = "term.overlap"
    SEAT_EMPTY = "seat.empty"
    VENUE_NAME_TAKEN = "venue.name_taken"
    VENUE_GONE = "venue.gone"
    AGREEMENT_OVER = "agreement.over"
    ORGANISATION_LEFT = "organisation.gone"
    MEASURE_FINISHED = "measure.finished"
    PROBLEM_THERE = "problem.there"
    SUGGESTION_LISTED = "suggestion.on_list"
    KEY_WRONG = "access.key_wrong"


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
