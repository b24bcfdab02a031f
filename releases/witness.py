"""A gateway that remembers what was asked through it and what came of that, to tell afterwards who was at fault."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from releases.domain import HistoryPage, Run
from releases.errors import RelportalError
from releases.gateway import Gateway

Key = tuple[str, str, str | None]
"""A workflow's ID, the query it was asked, and with which argument."""

_BETWEEN_TRIES = 0.1
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query and what came of it after so many seconds: an answer or an error; neither where whoever asked left.

    `answer_type` is the type of the decoded answer, `answer_bytes` about how long that was as JSON.
    """

    workflow_id: str
    query: str
    argument: str | None
    seconds: float
    error: RelportalError | None = None
    answer_type: type | None = None
    answer_bytes: int = 0

    @property
    def call(self) -> str:
        """As one would write it: `get_wave_state(wave:w1)`."""
        return f"{self.query}({self.argument or ''})"

    @property
    def key(self) -> Key:
        """What was asked of whom, whatever came of it."""
        return self.workflow_id, self.query, self.argument

    @property
    def is_answered(self) -> bool:
        return self.answer_type is not None

    @property
    def is_null(self) -> bool:
        return self.answer_type is type(None)


class Witness(Gateway):
    """Passes everything on. `asked` lists queries in the order in which they ended.

    `offers` gives what workflows said that they offer, None where their workers are too old to say.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.asked: list[Asked] = []
        self.offers: dict[str, frozenset[str] | None] = {}
        self._of: defaultdict[tuple[str, str], list[Asked]] = defaultdict(list)

    def asked_of(self, query: str, subject: str) -> Sequence[Asked]:
        """The queries of this name with the subject as argument, or of the workflow of that name without one."""
        return self._of.get((query, subject), ())

    async def innocent(self, late: Iterable[Key], *, at_once: float, within: float) -> set[Key]:
        """Those of these queries which are answered at once when each is asked alone: they had waited for others.

        A workflow answers one query after the other, in an order of its own, so that times alone don't tell which of
        several was slow. `at_once` is in seconds; none is asked any more after `within` seconds.
        """
        ends_at = time.monotonic() + within
        found: set[Key] = set()
        for workflow_id, query, argument in late:
            if not await self._is_free(workflow_id, ends_at):
                continue
            began = time.monotonic()
            try:
                await self._gateway.query(workflow_id, query, argument)
            except RelportalError:
                continue
            if time.monotonic() - began < at_once:
                found.add((workflow_id, query, argument))
        return found

    async def _is_free(self, workflow_id: str, ends_at: float) -> bool:
        """True once all that was sent to the workflow before has been answered; False where that is not so in time."""
        while time.monotonic() < ends_at:
            try:
                await self._gateway.offered_queries(workflow_id)
            except RelportalError:
                await asyncio.sleep(_BETWEEN_TRIES)
            else:
                return True
        return False

    async def query(self, workflow_id: str, name: str, argument: str | None = None) -> Any:
        began = time.monotonic()
        outcome: dict[str, Any] = {}
        try:
            answer = await self._gateway.query(workflow_id, name, argument)
        except RelportalError as error:
            outcome = {"error": error}
            raise
        else:
            outcome = {"answer_type": type(answer), "answer_bytes": _length(answer)}
            return answer
        finally:
            asked = Asked(workflow_id, name, argument, time.monotonic() - began, **outcome)
            self.asked.append(asked)
            self._of[name, argument or workflow_id].append(asked)

    async def offered_queries(self, workflow_id: str) -> frozenset[str] | None:
        offers = self.offers[workflow_id] = await self._gateway.offered_queries(workflow_id)
        return offers

    async def describe(self, workflow_id: str) -> Run:
        return await self._gateway.describe(workflow_id)

    async def list_runs(self, query: str, page_token: bytes = b"") -> tuple[list[Run], bytes]:
        return await self._gateway.list_runs(query, page_token)

    async def history(self, workflow_id: str, token: bytes = b"") -> HistoryPage:
        return await self._gateway.history(workflow_id, token)

    async def check(self) -> None:
        await self._gateway.check()


def _length(answer: Any) -> int:
    """0 for what nests too deep to be written again."""
    if isinstance(answer, bytes):
        return len(answer)
    try:
        return len(orjson.dumps(answer))
    except orjson.JSONEncodeError:
        return 0
