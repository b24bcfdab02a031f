"""Following the workflows of a release by their histories: every change of a workflow leaves events there, so that a
long-poll tells of it at once, of workflows that know nothing of us.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from contextvars import Context
from functools import partial
from typing import Protocol, TypeVar

from releases.domain import HistoryPage, RunStatus
from releases.errors import LongPollRefused, TemporalUnavailable, WorkflowNotFound
from releases.gateway import Gateway
from releases.pulse import Pulse

T = TypeVar("T")

JOINS_AT_ONCE = 32
"""Histories that are joined at the same time, of all releases: a thousand at once would hold up everybody's queries."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 2.0
"""Seconds before a long-poll that failed is tried again, while Temporal can be reached."""

_SURE_SECONDS = 1.0
"""A long-poll that has waited so long is one that waits: what happened before, and refusals, are told at once."""


class LongPolls:
    """The long-polls that this process may have waiting. One per gateway and event loop."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.waiting = 0
        self.joins = asyncio.Semaphore(JOINS_AT_ONCE)

    @property
    def left(self) -> int:
        return self.limit - self.waiting


class HistoryListener(Protocol):
    """One who follows histories, and is told on the event loop. Nothing here may wait."""

    def joined(self, workflow_id: str, page: HistoryPage) -> None:
        """The workflow is followed from now on. `page` tells of all that was before."""

    def resumed(self, workflow_id: str) -> None:
        """The workflow is followed again after its long-poll had failed. Nothing was missed."""

    def stepped(self, workflow_id: str) -> None:
        """The workflow took a step, ended or is gone: its state may be another."""

    def waits(self, workflow_id: str) -> None:
        """A step of the workflow is due, and no worker has taken it yet."""

    def failed(self, error: BaseException) -> None:
        """Following came to an end that nobody had thought of."""

    def refused(self) -> None:
        """Not all workflows can be followed: there are too many, or the server lets no more long-polls wait."""


class Histories:
    """The histories of one release's workflows."""

    def __init__(self, gateway: Gateway, pulse: Pulse, long_polls: LongPolls, listener: HistoryListener) -> None:
        self._gateway = gateway
        self._pulse = pulse
        self._long_polls = long_polls
        self._listener = listener
        self._following: dict[str, asyncio.Task[None]] = {}
        self._joining: set[str] = set()
        self._resuming: dict[str, asyncio.TimerHandle | None] = {}
        """Workflows whose long-poll failed: when it may be held for one that waits again."""
        self.ends: dict[str, RunStatus] = {}
        """How the newest run of each workflow ended, of those that are over."""

    @property
    def are_joined(self) -> bool:
        """Whether the next change of each workflow will be told of."""
        return not (self._joining or self._resuming)

    @property
    def open(self) -> int:
        """How many of the workflows are not over, as far as is known."""
        return len(self._following)

    def follow(self, workflow_ids: AbstractSet[str]) -> None:
        """Follow these workflows, and no others."""
        for workflow_id in self._following.keys() - workflow_ids:
            self._leave(workflow_id)
        for workflow_id in self.ends.keys() - workflow_ids:
            del self.ends[workflow_id]
        for workflow_id in workflow_ids - self._following.keys() - self.ends.keys():
            self._begin(workflow_id)

    def follow_anew(self, workflow_id: str) -> None:
        """A newer run of this workflow has started."""
        self._leave(workflow_id)
        self.ends.pop(workflow_id, None)
        self._begin(workflow_id)

    async def stop(self) -> None:
        """Follow nothing any more."""
        tasks = tuple(self._following.values())
        self.follow(frozenset())
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, workflow_id: str) -> None:
        self._joining.add(workflow_id)
        task = asyncio.create_task(self._follow(workflow_id), context=Context())
        self._following[workflow_id] = task
        task.add_done_callback(lambda _: self._over(workflow_id, task))

    def _leave(self, workflow_id: str) -> None:
        self._joining.discard(workflow_id)
        self._resumed(workflow_id)
        task = self._following.pop(workflow_id, None)
        if task is not None:
            task.cancel()

    def _over(self, workflow_id: str, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._listener.failed(error)
        if self._following.get(workflow_id) is task:
            del self._following[workflow_id]
            self._joining.discard(workflow_id)
            self._resumed(workflow_id)

    async def _follow(self, workflow_id: str) -> None:
        try:
            while (token := await self._join(workflow_id)) and await self._follow_run(workflow_id, token):
                self._joining.add(workflow_id)
        except WorkflowNotFound:
            # Deleted, or of a server that has lost it: reading it again tells so.
            self._listener.stepped(workflow_id)
        except LongPollRefused:
            self._listener.refused()

    async def _join(self, workflow_id: str) -> bytes:
        """Learn of all that was; the token to go on with, empty where the newest run is over."""
        async with self._long_polls.joins:
            page = await self._persistently(partial(self._gateway.history, workflow_id))
        if page.ended is not None:
            self.ends[workflow_id] = page.ended
        self._joining.discard(workflow_id)
        self._listener.joined(workflow_id, page)
        return page.token

    async def _follow_run(self, workflow_id: str, token: bytes) -> bool:
        """Until the run is over, or can't be followed from here. True where there is something to join again."""
        if self._long_polls.left <= 0:
            raise LongPollRefused("the limit of this process is reached")
        self._long_polls.waiting += 1
        try:
            while token:
                page = await self._next_page(workflow_id, token)
                if page is None:
                    return True
                token = page.token
                self._tell(workflow_id, page)
        finally:
            self._long_polls.waiting -= 1
        return await self._has_newer_run(workflow_id)

    async def _next_page(self, workflow_id: str, token: bytes) -> HistoryPage | None:
        """What happened next. Tried once more where that failed, since tokens outlive the server's process and its
        connections; None where that fails, too."""
        try:
            for _ in range(2):
                try:
                    return await self._gateway.history(workflow_id, token)
                except LongPollRefused:
                    raise
                except TemporalUnavailable:
                    self._resumed(workflow_id)
                    self._resuming[workflow_id] = None
                    await self._until_found(_FIRST_PAUSE)
                    self._resume(workflow_id)
            return None
        finally:
            self._resumed(workflow_id)

    def _resume(self, workflow_id: str) -> None:
        def sure() -> None:
            self._resuming.pop(workflow_id, None)
            self._listener.resumed(workflow_id)

        self._resuming[workflow_id] = asyncio.get_running_loop().call_later(_SURE_SECONDS, sure)

    def _resumed(self, workflow_id: str) -> None:
        if (timer := self._resuming.pop(workflow_id, None)) is not None:
            timer.cancel()

    def _tell(self, workflow_id: str, page: HistoryPage) -> None:
        if page.ended is not None:
            self.ends[workflow_id] = page.ended
        elif page.is_waiting:
            self._listener.waits(workflow_id)
        if page.ended is RunStatus.CONTINUED_AS_NEW:
            # Nothing can be asked before the new run has taken its first step.
            return
        if page.stepped_at is not None or page.ended is not None:
            self._listener.stepped(workflow_id)

    async def _has_newer_run(self, workflow_id: str) -> bool:
        """A run that ends may be followed by another at once: continued, tried again, reset or started over."""
        if self.ends[workflow_id] is not RunStatus.CONTINUED_AS_NEW:
            run = await self._persistently(partial(self._gateway.describe, workflow_id))
            if not run.status.is_open:
                return False
        del self.ends[workflow_id]
        return True

    async def _persistently(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the call gives, made until it does."""
        pause = _FIRST_PAUSE
        while True:
            try:
                return await call()
            except LongPollRefused:
                raise
            except TemporalUnavailable:
                await self._until_found(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def _until_found(self, pause: float) -> None:
        """Wait until a call is worth a try: a little, lest a thousand come at once, and then for the pulse."""
        self._pulse.suspect()
        await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311  # Jitter.
        await self._pulse.until_found()
