"""One press for all tests of papers: its process starts once."""

from collections.abc import Iterator

import pytest

from deliberation.papers import Press


@pytest.fixture(scope="session")
def press() -> Iterator[Press]:
    press = Press()
    yield press
    press.close()
