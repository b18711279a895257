"""The addresses that other programs ask; each module lists its own."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from deliberation.api import open311, points

ROUTES: Sequence[BaseRoute] = (*points.ROUTES, *open311.ROUTES)
