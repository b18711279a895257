"""The one community of a test that has only one."""

from deliberation.people.models import Community
from deliberation.people.service import first_community


async def the_community() -> Community:
    found = await first_community()
    assert found is not None
    return found
