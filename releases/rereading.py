"""Reading again only what changed of a tree that is known: one query for one change, whatever the tree's size.

What did not change is taken over as the same objects, so that comparing the two trees costs little as well.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from releases.domain import Entity, EntityId, ProblemCode, Run, RunStatus, Tree, child_path
from releases.errors import WorkflowNotFound
from releases.reading import Answer, Means, Reading
from releases.topology import Reported, Workflow


@dataclass(frozen=True, slots=True)
class Changed:
    """What may no longer be as a tree says.

    `workflows` are to be asked again, by the keys of the entities that they answer for (`source_of`). `ends` tells how
    those of them that are over ended. `has_new_run`: the release's newest run may be another than the tree's.
    """

    workflows: AbstractSet[str]
    ends: Mapping[str, RunStatus] = field(default_factory=dict)
    has_new_run: bool = False


def source_of(entity: Entity) -> str:
    """The ID of the workflow that answers for the entity; where none does, that of the one that may yet."""
    return entity.workflow_id or entity.id


class Rereading(Reading):
    """One reading of what changed in one release."""

    def __init__(self, means: Means, known: Tree, changed: Changed) -> None:
        super().__init__(means, EntityId(known.release.id))
        self._means = means
        self._known = known
        self._changed = changed
        self._touched: set[str] = set()
        """The paths at or below which something changed."""
        self._note_touched(known.release)

    async def tree(self) -> Tree:
        tree = await super().tree()
        # What a change of places means for the entities that stand there already, only a whole reading tells.
        return await Reading(self._means, self.release_id).tree() if self._places_shifted(tree.release) else tree

    def _places_shifted(self, release: Entity) -> bool:
        """Whether an ID came to stand in a second place, whose workflow tells one state for both; or no longer does."""
        doubted = [entity for entity in release.walk() if entity.id in self.asked or _is_ambiguous(entity)]
        places = Counter(entity.id for entity in doubted)
        return any(
            places[entity.id] > self.asked[entity.id] > 0 or (_is_ambiguous(entity) and places[entity.id] == 1)
            for entity in doubted
        )

    async def _run_and_release(self) -> tuple[Run, Entity]:
        if self.workflow_id in self._changed.workflows:
            return await super()._run_and_release()
        return self._known.run, await self._mended(self._known.release, (self._holder,))

    async def _run_and(self, read: Coroutine[Any, Any, Reported]) -> tuple[Run, Reported]:
        if self._changed.has_new_run or self.workflow_id in self._changed.ends:
            return await super()._run_and(read)
        return self._known.run, await read

    async def _child(
        self,
        parent: Reported,
        child_id: EntityId,
        path: str,
        workflow_id: str | None,
        ancestors: tuple[Workflow, ...],
    ) -> Entity:
        known = self._places.get(child_path(path, child_id))
        if known is None or child_id in parent.embedded or self._is_changed(known):
            return await super()._child(parent, child_id, path, workflow_id, ancestors)
        return await self._mended(known, ancestors)

    async def _mended(self, known: Entity, ancestors: tuple[Workflow, ...]) -> Entity:
        """An entity that did not change itself, with what did below it read again."""
        if known.path not in self._touched:
            return known
        if known.workflow_id == known.id != self.workflow_id:
            own = Workflow(known.id, known.type, self.offers.known(known.id))
            ancestors = (*ancestors, own)
        children = [self._child_again(child, known, ancestors) for child in known.children]
        return known.with_children(tuple(await asyncio.gather(*children)))

    async def _child_again(self, known: Entity, parent: Entity, ancestors: tuple[Workflow, ...]) -> Entity:
        if not self._is_changed(known):
            return await self._mended(known, ancestors)
        return await self._asked(self._ask_again(known, parent.id, ancestors), known.id, known.type, known.path)

    async def _ask_again(self, known: Entity, parent_id: EntityId, ancestors: tuple[Workflow, ...]) -> Answer:
        if known.workflow_id == known.id:
            # That no workflow above answers for it was found out before.
            self.asked[known.id] += 1
            try:
                return await self._ask_its_own(known.id, known.type, parent_id, ancestors)
            except WorkflowNotFound:
                self.asked[known.id] -= 1
        return await self._ask(known.id, known.type, parent_id, ancestors)

    async def _imposed_states(self, release: Entity) -> dict[str, str]:
        """By how their histories ended. That of a workflow which is new here its follower will tell."""
        changed, ends = self._changed.workflows, self._changed.ends
        states = {workflow_id: ends[workflow_id].imposed_state for workflow_id in changed & ends.keys()}
        return {workflow_id: state for workflow_id, state in states.items() if state is not None}

    def _is_changed(self, entity: Entity) -> bool:
        return source_of(entity) in self._changed.workflows

    def _note_touched(self, entity: Entity) -> bool:
        below = [self._note_touched(child) for child in entity.children]
        if any(below) or self._is_changed(entity):
            self._touched.add(entity.path)
            return True
        return False

    @cached_property
    def _places(self) -> dict[str, Entity]:
        return {entity.path: entity for entity in self._known.release.walk()}


def _is_ambiguous(entity: Entity) -> bool:
    return entity.problem is not None and entity.problem.code is ProblemCode.AMBIGUOUS
