"""Chromium, as residents' phones and the big screen use it."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Browser, Error, Page, async_playwright

from tests.support import missing

ARTEFACTS = Path(__file__).parents[1] / "artefacts"
"""Screenshots and PDFs that a test leaves for a person to look at; not kept in git."""

ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # root may not have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A hall is not localhost: plain HTTP at a name lacks what a browser grants to 127.0.0.1.
    "--host-resolver-rules=MAP hall.test 127.0.0.1",
)

ATTEMPTS = 3
"""How often a picture is tried; each attempt waits for the next frame by itself."""


@contextlib.asynccontextmanager
async def running_chromium() -> AsyncIterator[Browser]:
    """A browser; each test makes its own `new_context` in it."""
    program = shutil.which("chromium")
    if program is None:
        missing("Chromium is not installed (no `chromium` in PATH)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS])
        try:
            yield browser
        finally:
            await browser.close()


def artefact(name: str) -> Path:
    """Where to leave a file of that name."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS / name


async def picture(page: Page, name: str, *, full_page: bool = False) -> None:
    """Leave a screenshot of the page as it settled.

    A picture is for a person to look at and decides nothing: while a page is being replaced,
    or on a starved machine, Chromium may refuse one ("Unable to capture screenshot"), and the
    test goes on without it.
    """
    await page.wait_for_load_state()
    for _ in range(ATTEMPTS):
        with contextlib.suppress(Error):
            await page.screenshot(path=artefact(name), full_page=full_page)
            return
