"""Secret votes: that somebody has voted, and what was voted, are rows with nothing to join them.

Who has voted is marked; the vote lies under the receipt that the voter's own device made. Neither
row has a time, a command or an order: ids are random. At the close the votes become a list, sorted
by receipts, in the ballot's row, and their own rows are deleted in the same transaction.
"""

import secrets
from collections.abc import Mapping
from uuid import UUID

import structlog

from deliberation import store
from deliberation.ballots import statements
from deliberation.ballots.eligibility import may_cast
from deliberation.ballots.models import Ballot, SecretVote
from deliberation.ballots.published import PublishedVote, published_lines, votes_from
from deliberation.ballots.statements import HOLDS, LOCKED, TAKES, Key, Row
from deliberation.ballots.votes import Answer, Cast, Casting, Effect, Group, facts_of
from deliberation.errors import Code, Refusal

_RANDOM = secrets.SystemRandom()
_log = structlog.get_logger(__name__)

_is_due = False
"""Votes were deleted that the files of the database may still hold."""

_MARK_GATED_ON_SQLITE = (
    "INSERT INTO mark (id, ballot_id, voter_id, channel)"
    " SELECT json_extract(j.value, '$[0]'), b.id, e.voter_id, json_extract(j.value, '$[4]')"
    " FROM json_each(?) j JOIN ballot b ON b.id = json_extract(j.value, '$[1]')"
    " AND b.is_secret AND {takes} JOIN elector e ON e.electorate_id = b.electorate_id"
    " AND e.voter_id = json_extract(j.value, '$[2]') WHERE {holds}"
    " ON CONFLICT (ballot_id, voter_id) DO NOTHING RETURNING id"
)
_MARK_ON_SQLITE = _MARK_GATED_ON_SQLITE.format(
    takes=TAKES.format(at="json_extract(j.value, '$[5]')", person="json_extract(j.value, '$[3]')"),
    holds=HOLDS.format(
        channel="json_extract(j.value, '$[4]')",
        person="json_extract(j.value, '$[3]')",
        choice="''",
        lock="",
    ),
)
_MARK_GATED_ON_POSTGRES = (
    "WITH cast_now AS (SELECT (j->>0)::bigint AS id, (j->>1)::uuid AS ballot,"
    " (j->>2)::uuid AS voter, (j->>3)::uuid AS person, j->>4 AS channel,"
    " (j->>5)::timestamptz AS at FROM jsonb_array_elements(?::text::jsonb) AS j),"
    " taking AS MATERIALIZED (SELECT id, meeting_id, item_id, electorate_id, state, closes_at,"
    " silent_id, is_by_hands FROM ballot WHERE id IN (SELECT ballot FROM cast_now)"
    " AND state = 'open'"
    " AND is_secret ORDER BY id FOR SHARE)"
    " INSERT INTO mark (id, ballot_id, voter_id, channel)"
    " SELECT j.id, b.id, j.voter, j.channel FROM cast_now j JOIN taking b ON b.id = j.ballot"
    " AND {takes} JOIN elector e ON e.electorate_id = b.electorate_id AND e.voter_id = j.voter"
    " WHERE {holds} ORDER BY j.ballot, j.voter"
    " ON CONFLICT (ballot_id, voter_id) DO NOTHING RETURNING id"
)
_MARK_ON_POSTGRES = _MARK_GATED_ON_POSTGRES.format(
    takes=TAKES.format(at="j.at", person="j.person"),
    holds=HOLDS.format(channel="j.channel", person="j.person", choice="''", lock=LOCKED),
)

_EXPLAIN = (
    "SELECT b.id AS ballot_id, j.voter AS voter_id, b.state, false AS may_change, b.precedence,"
    " b.closes_at, b.silent_id, b.is_by_hands, i.position, e.id AS elector, e.person_id,"
    " m.channel, s.choice, {listed} AS listed FROM ({asked}) j"
    " JOIN ballot b ON b.id = j.ballot AND b.is_secret LEFT JOIN agenda_item i ON i.id = b.item_id"
    " LEFT JOIN elector e ON e.electorate_id = b.electorate_id AND e.voter_id = j.voter"
    " LEFT JOIN mark m ON m.ballot_id = b.id AND m.voter_id = j.voter"
    " LEFT JOIN secret_vote s ON s.ballot_id = b.id AND s.receipt = j.receipt"
)
_EXPLAIN_ON_SQLITE = _EXPLAIN.format(
    listed="instr(b.lines, j.line) > 0",
    asked="SELECT json_extract(value, '$[0]') AS ballot, json_extract(value, '$[1]') AS voter,"
    " json_extract(value, '$[2]') AS receipt, json_extract(value, '$[3]') AS line"
    " FROM json_each(?)",
)
_EXPLAIN_ON_POSTGRES = _EXPLAIN.format(
    listed="strpos(b.lines, j.line) > 0",
    asked="SELECT (j->>0)::uuid AS ballot, (j->>1)::uuid AS voter, j->>2 AS receipt,"
    " j->>3 AS line FROM jsonb_array_elements(?::text::jsonb) AS j",
)

_PUT_ON_SQLITE = (
    "INSERT INTO secret_vote (id, ballot_id, receipt, choice) SELECT json_extract(value, '$[0]'),"
    " json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]')"
    " FROM json_each(?)"
)
_PUT_ON_POSTGRES = (
    "INSERT INTO secret_vote (id, ballot_id, receipt, choice) SELECT (j->>0)::bigint,"
    " (j->>1)::uuid, j->>2, j->>3 FROM jsonb_array_elements(?::text::jsonb) AS j"
)


def random_id() -> int:
    """63 bits: an order of ids tells nothing of an order of votes."""
    return _RANDOM.getrandbits(63)


async def write(group: Group) -> dict[Key, Answer]:
    """Mark who votes and put their votes down, inside the caller's transaction."""
    ids = {random_id(): key for key in group}
    marked = await _mark({key: id_ for id_, key in ids.items()}, group)
    new = [ids[id_] for id_ in marked]
    taken = await _receipts_taken([group[key] for key in new])
    answers: dict[Key, Answer] = {}
    to_put: dict[tuple[UUID, str], Casting] = {}
    unmark = []
    for id_ in marked:
        casting = group[ids[id_]]
        place = (casting.ballot, casting.receipt)
        if place in taken or place in to_put:
            unmark.append(id_)
            answers[casting.key] = Refusal(Code.BALLOT_RECEIPT_TAKEN)
        else:
            to_put[place] = casting
            answers[casting.key] = _cast(casting, Effect.COUNTED)
    if unmark:
        await store.write("DELETE FROM mark WHERE id AMONG ?", [store.listed(unmark)])
    await put([(c.ballot, c.receipt, c.choice) for c in to_put.values()])
    others = [casting for key, casting in group.items() if key not in answers]
    return answers | await _explained(others)


async def mark_paper(casting: Casting) -> Refusal | None:
    """Mark a voter who takes a paper, inside the caller's transaction; or why that cannot be. The
    paper has no number, and nothing joins it to the mark."""
    if await _mark({casting.key: random_id()}, {casting.key: casting}):
        return None
    answer = (await _explained([casting]))[casting.key]
    return answer if isinstance(answer, Refusal) else Refusal(Code.BALLOT_VOTE_FINAL, item=0)


async def _mark(ids: Mapping[Key, int], group: Group) -> list[int]:
    rows = [
        (ids[key], c.ballot, c.voter, c.person, c.channel, statements.instant_text(c.at))
        for key, c in group.items()
    ]
    statement = store.sql(sqlite=_MARK_ON_SQLITE, postgres=_MARK_ON_POSTGRES)
    return [int(row["id"]) for row in await store.read(statement, statements.as_json(rows))]


async def _receipts_taken(castings: list[Casting]) -> set[tuple[UUID, str]]:
    rows = await SecretVote.filter(
        ballot_id__in={c.ballot for c in castings}, receipt__in={c.receipt for c in castings}
    ).values_list("ballot_id", "receipt")
    return {(row[0], row[1]) for row in rows}


async def put(votes: list[tuple[UUID, str, str]]) -> None:
    """Ballot, receipt and choice; in the order of their random ids, which is none."""
    rows = sorted((random_id(), *vote) for vote in votes)
    if rows:
        statement = store.sql(sqlite=_PUT_ON_SQLITE, postgres=_PUT_ON_POSTGRES)
        await store.write(statement, [statements.as_json(rows)])


def _cast(casting: Casting, effect: Effect) -> Cast:
    return Cast(
        ballot=casting.ballot,
        choice=casting.choice,
        receipt=casting.receipt,
        effect=effect,
        at=casting.at,
    )


async def _explained(castings: list[Casting]) -> dict[Key, Answer]:
    """A repeat is known by both: who asks has voted, and the code is there with this choice."""
    if not castings:
        return {}
    asked = statements.as_json([(c.ballot, c.voter, c.receipt, _line(c)) for c in castings])
    statement = store.sql(sqlite=_EXPLAIN_ON_SQLITE, postgres=_EXPLAIN_ON_POSTGRES)
    rows = {statements.key_of(row): row for row in await store.read(statement, asked)}
    return {c.key: _unwritten(c, rows.get(c.key)) for c in castings}


def _line(casting: Casting) -> str:
    """As it stands in the list once the ballot is closed."""
    return published_lines([PublishedVote(receipt=casting.receipt, choice=casting.choice)])[0]


def _unwritten(casting: Casting, row: Row | None) -> Answer:
    if row is None:
        return Refusal(Code.NOT_FOUND)
    if row["channel"] is not None and (row["choice"] == casting.choice or row["listed"]):
        return _cast(casting, Effect.REPEATED)
    try:
        may_cast(facts_of(casting, row))
    except Refusal as refusal:
        return refusal
    return Refusal(Code.DATABASE_BUSY)


async def seal(ballot: Ballot) -> None:
    """Turn the votes into the published list and delete them, inside the transaction that closes
    the ballot. The caller saves the ballot, and calls `scrub` after the commit."""
    rows = await SecretVote.filter(ballot_id=ballot.id).values_list("receipt", "choice")
    votes = [PublishedVote(receipt=row[0], choice=row[1]) for row in rows]
    ballot.lines = "\n".join(published_lines(votes))
    await drop(ballot.id)


async def drop(ballot: UUID) -> None:
    """Delete the votes, of a ballot that is void too; and what people read from papers."""
    await SecretVote.filter(ballot_id=ballot).delete()
    await store.write(
        "UPDATE batch SET entered = '', checked = '' WHERE ballot_id = ?"
        " AND EXISTS (SELECT 1 FROM ballot b WHERE b.id = batch.ballot_id AND b.is_secret)",
        [ballot],
    )


def sealed(ballot: Ballot) -> list[PublishedVote]:
    """The votes of a secret ballot that was closed."""
    return votes_from(ballot.lines.splitlines())


async def scrub() -> None:
    """Leave no trace of deleted votes in the files of the database, and none of the order in which
    people voted. What lies in a backup, or in PostgreSQL's own log, is beyond reach
    (docs/secrecy.md).

    Never fails, because the ballot is closed already: while a backup is being made, say, it stays
    due, and `scrub_if_due` tries again.
    """
    global _is_due
    _is_due = True
    await scrub_if_due()


async def scrub_if_due() -> None:
    """Called by the service's clock."""
    global _is_due
    if not _is_due:
        return
    _is_due = False
    try:
        is_done = await store.scrub_deleted(("batch", "mark", "secret_vote"))
    except Exception:
        is_done = False
        _log.exception("secret_votes_not_scrubbed")
    _is_due = _is_due or not is_done


async def scrub_if_needed() -> None:
    """At the start: a service may have been killed between a close and its scrubbing."""
    if await Ballot.exists(is_secret=True):
        await scrub()
