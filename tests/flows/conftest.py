"""What every flow may ask for."""

import pytest

from deliberation.clock import FixedClock
from tests.flows.stage import Stage, staged


@pytest.fixture
async def stage(store: str, clock: FixedClock) -> Stage:
    """The morning of the day on either engine: noticed, not convened."""
    return await staged(clock)
