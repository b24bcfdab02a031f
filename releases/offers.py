"""What workflows offer: remembered, so that it is asked once per run."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from releases.domain import Run
from releases.gateway import Gateway

DROPPED_SECONDS = 60.0
"""For how long a query is not tried again where it failed. Mostly it will fail again (it is not offered, or its answer
is over 2 MB), but it may as well have failed for a moment."""


class OfferedQueries:
    """What is known of workflows' queries: which they offer, asked once per run, and which were tried in vain."""

    _KEPT = 10_000

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._learned: OrderedDict[str, _Learned] = OrderedDict()

    async def of(self, workflow_id: str) -> frozenset[str] | None:
        """None where the worker is too old to say: then queries must be tried."""
        learned = self._about(workflow_id)
        if not learned.was_asked:
            learned.offers = await self._gateway.offered_queries(workflow_id)
            learned.was_asked = True
        return learned.offers

    def known(self, workflow_id: str) -> frozenset[str] | None:
        return self._about(workflow_id).offers

    def may_offer(self, workflow_id: str, query: str) -> bool:
        """Whether it is worth a try, by what is known so far."""
        learned = self._about(workflow_id)
        if learned.offers is not None and query not in learned.offers:
            return False
        return learned.tried_again_at.get(query, 0.0) <= time.monotonic()

    def drop(self, workflow_id: str, query: str) -> None:
        """Do without this query of that workflow for a while."""
        self._about(workflow_id).tried_again_at[query] = time.monotonic() + DROPPED_SECONDS

    def seen(self, run: Run) -> None:
        """Forget what another run of this workflow offered: its code may be another."""
        learned = self._about(run.workflow_id)
        if learned.run_id not in (None, run.run_id):
            del self._learned[run.workflow_id]
        self._about(run.workflow_id).run_id = run.run_id

    def ask_again(self, workflow_id: str) -> None:
        """Ask what it offers before the next read: its code may have changed within the run."""
        self._about(workflow_id).was_asked = False

    def _about(self, workflow_id: str) -> "_Learned":
        learned = self._learned.setdefault(workflow_id, _Learned())
        self._learned.move_to_end(workflow_id)
        if len(self._learned) > self._KEPT:
            self._learned.popitem(last=False)
        return learned


@dataclass(slots=True)
class _Learned:
    """What is known of one workflow. `tried_again_at`: when a query that failed is worth another try."""

    run_id: str | None = None
    was_asked: bool = False
    offers: frozenset[str] | None = None
    tried_again_at: dict[str, float] = field(default_factory=dict)
