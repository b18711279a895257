"""The database: opening, migrating, backing up, and the little SQL that models cannot say."""

from deliberation.store.engine import (
    CONFIG,
    WORKER,
    close_store,
    engine,
    identities,
    identity,
    instant,
    is_failure,
    is_open,
    listed,
    local_day,
    open_store,
    plain_day,
    read,
    sql,
    write,
)
from deliberation.store.listening import listen, notify
from deliberation.store.migrating import backup, migrate, pending
from deliberation.store.scrubbing import scrub_deleted
from deliberation.store.sole import StoreTaken, sole_service
from deliberation.store.transacting import in_one_transaction, transaction

__all__ = [
    "CONFIG",
    "WORKER",
    "StoreTaken",
    "backup",
    "close_store",
    "engine",
    "identities",
    "identity",
    "in_one_transaction",
    "instant",
    "is_failure",
    "is_open",
    "listed",
    "listen",
    "local_day",
    "migrate",
    "notify",
    "open_store",
    "pending",
    "plain_day",
    "read",
    "scrub_deleted",
    "sole_service",
    "sql",
    "transaction",
    "write",
]
