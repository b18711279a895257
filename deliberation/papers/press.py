"""Papers as PDF: one supervised process sets them, one after another, within a time limit."""

import asyncio
import json
import multiprocessing
import os
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deliberation.errors import Code, Refusal
from deliberation.papers import coverage, worker

FONTS = Path(__file__).parent / "fonts"
LIMIT_SECONDS = 30.0
"""For one paper, the start of the process included (about a second)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A set paper and the characters that were printed as 〓, sorted."""

    pdf: bytes
    substituted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shop:
    """The process at work, and the folder of links to the system's official faces."""

    pool: ProcessPoolExecutor
    pid: int
    links: "TemporaryDirectory[str]"

    def shut(self) -> None:
        # Killed through its Process object: a bare pid might by now be somebody else's.
        for process in multiprocessing.active_children():
            if process.pid == self.pid:
                process.kill()
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.links.cleanup()


class Press:
    """Opened lazily and again after a failure. Any event loop may use it."""

    def __init__(self, *, limit_seconds: float = LIMIT_SECONDS) -> None:
        self.limit_seconds = limit_seconds
        self._clerk: ThreadPoolExecutor | None = None
        self._shop: _Shop | None = None

    async def typeset(
        self, template: str, data: Mapping[str, Any], *, document_date: date, fonts: Path | None
    ) -> Paper:
        """Sets `typst/<template>.typ`; `fonts` is the operator's folder, preferred to ours.

        Refuses with PAPER_NOT_MADE when the limit passes or the process dies.
        """
        if not template.isidentifier() or not (worker.TEMPLATES / f"{template}.typ").is_file():
            raise ValueError(f"there is no template {template!r}")
        if self._clerk is None:
            # One thread: papers queue here and not in the loop's own executor, which others need.
            self._clerk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="papers")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._clerk, self._set, template, data, document_date, fonts
        )

    def close(self) -> None:
        """Ends the process, even at work. The press can be used again afterwards."""
        shop, self._shop = self._shop, None
        if shop is not None:
            shop.shut()
        clerk, self._clerk = self._clerk, None
        if clerk is not None:
            clerk.shutdown(wait=True, cancel_futures=True)

    def _set(
        self, template: str, data: Mapping[str, Any], document_date: date, fonts: Path | None
    ) -> Paper:
        folders = (FONTS,) if fonts is None else (fonts, FONTS)
        printable, missing = coverage.fit(data, coverage.covered_by(folders))
        text = json.dumps(printable, ensure_ascii=False)
        names = tuple(str(folder) for folder in folders)
        pdf = self._compile(template, text, document_date.isoformat(), names)
        return Paper(pdf=pdf, substituted=tuple(sorted(missing)))

    def _compile(self, template: str, data: str, on: str, folders: tuple[str, ...]) -> bytes:
        try:
            self._shop = shop = self._shop or self._open()
            job = worker.Job(template, data, on, folders, shop.links.name)
            return shop.pool.submit(worker.compile_pdf, job).result(self.limit_seconds)
        except (TimeoutError, BrokenExecutor) as fault:
            failed, self._shop = self._shop, None
            if failed is not None:
                failed.shut()
            raise Refusal(Code.PAPER_NOT_MADE) from fault

    def _open(self) -> _Shop:
        # Spawned, not forked: a fork would copy the loop's sockets and the database's locks.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=worker.start)
        try:
            pid = pool.submit(os.getpid).result(self.limit_seconds)
        except (TimeoutError, BrokenExecutor):
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        links = TemporaryDirectory(prefix="deliberation-fonts-")
        return _Shop(pool=pool, pid=pid, links=links)


_PRESS = Press()


async def typeset(
    template: str, data: Mapping[str, Any], *, document_date: date, fonts: Path | None
) -> Paper:
    """The paper, and which characters no font had."""
    return await _PRESS.typeset(template, data, document_date=document_date, fonts=fonts)


async def to_pdf(
    template: str, data: Mapping[str, Any], *, document_date: date, fonts: Path | None
) -> bytes:
    """PDF/A-2a and UA-1 bytes, identical on repeat. `document_date` goes into its metadata."""
    return (await typeset(template, data, document_date=document_date, fonts=fonts)).pdf


def close_papers() -> None:
    """Ends the process, if one was started; for the end of the service."""
    _PRESS.close()
