"""The database: opening, migrating, backing up, and the little SQL that models cannot say."""

from deliberation.store.engine import (
    CONFIG,
    close_store,
    engine,
    identity,
    instant,
    is_open,
    open_store,
    read,
    sql,
    write,
)
from deliberation.store.migrating import backup, migrate, pending
from deliberation.store.transacting import in_one_transaction, transaction

__all__ = [
    "CONFIG",
    "backup",
    "close_store",
    "engine",
    "identity",
    "in_one_transaction",
    "instant",
    "is_open",
    "migrate",
    "open_store",
    "pending",
    "read",
    "sql",
    "transaction",
    "write",
]
