"""Reads releases and their trees through a gateway, once for all who ask at the same time."""

from releases.domain import Entity, EntityId, Run, Tree
from releases.errors import QueryTimeout, TemporalUnavailable, WorkerUnavailable
from releases.gateway import Gateway
from releases.offers import OfferedQueries
from releases.phases import PhaseTable
from releases.reading import Means, ReaderConfig, Reading
from releases.rereading import Changed, Rereading
from releases.sharing import SharedReads


class HierarchyReader:
    """Reads trees. One per gateway and event loop, so that readers share reads and what workflows offer."""

    def __init__(self, gateway: Gateway, phases: PhaseTable, config: ReaderConfig) -> None:
        self.gateway = gateway
        self.phases = phases
        self.config = config
        self._means = Means(gateway, phases, config, OfferedQueries(gateway))
        self._shared = SharedReads(lasting=(TemporalUnavailable, WorkerUnavailable, QueryTimeout))

    async def tree(self, release_id: EntityId) -> Tree:
        """The whole release. Raises ReleaseNotFound, or a SourceError where the release itself can't be read."""
        return await self._shared.get(
            ("tree", release_id),
            lambda waited: Reading(self._means, release_id, waited).tree(),
        )

    async def reread(self, known: Tree, changed: Changed) -> Tree:
        """The tree that is known, with what has changed of it read again; raises as `tree` does. For the one that keeps
        this tree: not shared."""
        return await Rereading(self._means, known, changed).tree()

    async def release(self, release_id: EntityId) -> Tree:
        """The release without its descendants. Raises as `tree` does."""
        return await self._shared.get(
            ("release", release_id),
            lambda waited: Reading(self._means, release_id, waited).release(),
        )

    async def release_of_run(self, release_id: EntityId, run: Run) -> Entity:
        """The release of a run that is known: one query, and an entity in any case, with a problem where it fails."""
        return await self._shared.get(
            ("run", run.run_id),
            lambda waited: Reading(self._means, release_id, waited).release_of_run(run),
        )
