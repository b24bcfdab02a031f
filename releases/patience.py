"""How long the queries of one tree may take, together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from releases.errors import QueryTimeout


class Patience:
    """A tree may take as long as it needs while its queries are answered. Once one has waited in vain, all the others
    end within `grace` seconds.

    So a tree of which a part does not answer costs one time-out, not one for every rank of its queries.
    """

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._ends_at: float | None = None
        self._waiting: set[asyncio.Timeout] = set()

    @asynccontextmanager
    async def awhile(self) -> AsyncIterator[None]:
        """Around one query and its wait for a place. Raises QueryTimeout where the tree's patience has ended."""
        try:
            async with asyncio.timeout_at(self._ends_at) as scope:
                self._waiting.add(scope)
                try:
                    yield
                finally:
                    self._waiting.discard(scope)
        except TimeoutError as error:
            raise QueryTimeout("the patience with this tree has ended") from error

    def lose(self) -> None:
        """A query has waited in vain."""
        if self._ends_at is None:
            self._ends_at = asyncio.get_running_loop().time() + self._grace
            for scope in self._waiting:
                scope.reschedule(self._ends_at)
