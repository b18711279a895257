"""Photos are taken in a process of its own, one after another.

A decoder that crashes, hangs or eats memory on a hostile file ends that process and refuses
that photo; the service goes on. One at a time, so that many uploads never take all cores.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass

from deliberation.errors import Code, Fact, Refusal
from deliberation.photos.taking import LONGEST, THUMBNAIL, Photo, take

LIMIT_SECONDS = 20.0
"""For one photo. The largest that is allowed takes about two."""
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    """A refusal on its way between processes."""

    code: Code
    facts: dict[str, Fact]


def _attempt(data: bytes, longest: int, thumbnail: int) -> Photo | _Refused:
    try:
        return take(data, longest=longest, thumbnail=thumbnail)
    except Refusal as refusal:
        return _Refused(code=refusal.code, facts=dict(refusal.facts))


def _start() -> None:
    """Ctrl-C is the service's to answer; and no orphan stays if the service is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Darkroom:
    """Opened lazily and again after a failure. Any event loop may use it."""

    def __init__(self, *, limit_seconds: float = LIMIT_SECONDS) -> None:
        self.limit_seconds = limit_seconds
        self._clerk: ThreadPoolExecutor | None = None
        self._pool: ProcessPoolExecutor | None = None
        self.pid: int | None = None
        """Of the process, while there is one."""

    async def taken(
        self, data: bytes, *, longest: int = LONGEST, thumbnail: int = THUMBNAIL
    ) -> Photo:
        """As `take`, off the event loop. PHOTO_UNREADABLE also when the limit passes or the
        process dies."""
        if self._clerk is None:
            # One thread: photos queue here and not in the loop's own executor, which others need.
            self._clerk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="photos")
        loop = asyncio.get_running_loop()
        made = await loop.run_in_executor(self._clerk, self._develop, data, longest, thumbnail)
        if isinstance(made, _Refused):
            raise Refusal(made.code, **made.facts)
        return made

    def close(self) -> None:
        """Ends the process, even at work. It can be used again afterwards."""
        self._shut()
        clerk, self._clerk = self._clerk, None
        if clerk is not None:
            clerk.shutdown(wait=True, cancel_futures=True)

    def _develop(self, data: bytes, longest: int, thumbnail: int) -> Photo | _Refused:
        try:
            pool = self._pool or self._open()
            return pool.submit(_attempt, data, longest, thumbnail).result(self.limit_seconds)
        except (TimeoutError, BrokenExecutor):
            self._shut()
            return _Refused(code=Code.PHOTO_UNREADABLE, facts={})

    def _open(self) -> ProcessPoolExecutor:
        # Spawned, not forked: a fork would copy the loop's sockets and the database's locks.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=_start)
        try:
            self.pid = pool.submit(os.getpid).result(START_SECONDS)
        except (TimeoutError, BrokenExecutor):
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        self._pool = pool
        return pool

    def _shut(self) -> None:
        pool, self._pool = self._pool, None
        pid, self.pid = self.pid, None
        if pool is None:
            return
        # Killed through its Process object: a bare pid might by now be somebody else's.
        for process in multiprocessing.active_children():
            if process.pid == pid:
                process.kill()
        pool.shutdown(wait=True, cancel_futures=True)


_DARKROOM = Darkroom()


async def taken(data: bytes, *, longest: int = LONGEST, thumbnail: int = THUMBNAIL) -> Photo:
    """The photo, or a Refusal with a `photo.` code."""
    return await _DARKROOM.taken(data, longest=longest, thumbnail=thumbnail)


def close_photos() -> None:
    """Ends the process, if one was started; for the end of the service."""
    _DARKROOM.close()
