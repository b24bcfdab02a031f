"""A gateway that counts what is asked of another."""

from collections import Counter
from typing import Any

from releases.domain import HistoryPage, Run
from releases.gateway import Gateway


class CountingGateway(Gateway):
    """Passes everything on. `calls` counts by method, `asked` lists the queries: (workflow ID, query, argument)."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.calls: Counter[str] = Counter()
        self.asked: list[tuple[str, str, str | None]] = []

    async def describe(self, workflow_id: str) -> Run:
        self.calls["describe"] += 1
        return await self._gateway.describe(workflow_id)

    async def query(self, workflow_id: str, name: str, argument: str | None = None) -> Any:
        self.calls["query"] += 1
        self.asked.append((workflow_id, name, argument))
        return await self._gateway.query(workflow_id, name, argument)

    async def offered_queries(self, workflow_id: str) -> frozenset[str] | None:
        self.calls["offered_queries"] += 1
        return await self._gateway.offered_queries(workflow_id)

    async def list_runs(self, query: str, page_token: bytes = b"") -> tuple[list[Run], bytes]:
        self.calls["list_runs"] += 1
        return await self._gateway.list_runs(query, page_token)

    async def history(self, workflow_id: str, token: bytes = b"") -> HistoryPage:
        self.calls["history"] += 1
        return await self._gateway.history(workflow_id, token)

    async def check(self) -> None:
        self.calls["check"] += 1
        await self._gateway.check()
