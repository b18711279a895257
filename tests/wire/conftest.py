"""The service under test; every test leaves its log clean."""

import os
from asyncio import get_running_loop
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.wire.serving import Service, errors_kept, serving

LOOP = os.environ.get("WIRE_LOOP", "asyncio")
"""Which event loop: asyncio's own, or uvloop, for `test_uvloop`."""


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"use_uvloop": LOOP == "uvloop"}


@pytest.fixture(scope="package")
async def service(anyio_backend: tuple[str, dict[str, Any]]) -> AsyncIterator[Service]:
    """Served once for all tests that need nothing special; it pings nobody."""
    assert type(get_running_loop()).__module__.startswith(LOOP)
    async with serving() as served:
        yield served


@pytest.fixture(scope="package")
def trouble() -> Iterator[list[str]]:
    """The errors that the running test has put into the log."""
    with errors_kept() as kept:
        yield kept


@pytest.fixture(autouse=True)
def no_trouble(trouble: list[str]) -> Iterator[None]:
    """No test leaves an error in the log, but one whose application is at fault."""
    trouble.clear()
    yield
    assert trouble == []


@pytest.fixture
def at_fault(no_trouble: None, trouble: list[str]) -> Iterator[None]:
    """The application breaks a rule in this test, and the log may say so."""
    yield
    trouble.clear()
