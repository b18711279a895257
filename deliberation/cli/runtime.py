"""What a serving process sets for itself before the first connection."""

import gc
import resource
import sys

import structlog

from deliberation.config import Settings

FEW_FILES = 4_096
"""Below so many open files a large community does not find room: about one a connection."""

SWITCH_SECONDS = 0.0005
"""How long the database's thread waits for the interpreter while the loop is busy, several times a
transaction; Python's default of 5 ms held up receipts by a third."""

_log = structlog.get_logger(__name__)


def tune(settings: Settings) -> None:
    """Collector and open files; says what it found."""
    calm_collector()
    sys.setswitchinterval(SWITCH_SECONDS)
    files = raise_file_limit()
    log = _log.warning if files < FEW_FILES else _log.info
    log("ready_to_serve", open_files=files, workers=int(settings.workers))


def calm_collector() -> None:
    """A full collection walks every connection and holds up every answer: what is loaded by now is
    left out for good, and the oldest generation is looked at rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)


def raise_file_limit() -> int:
    """As many open files as the system lets us have; returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):
            return soft
    return hard
