"""More requests at once than may wait."""

import asyncio
import json
from typing import Any

import pytest

from relportal.crowd import BoundedRequests

LIMIT = 3


class Held:
    """An application whose answers wait for the test, and those who ask it."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.asked = 0
        self.portal = BoundedRequests(self, LIMIT)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        if scope["path"] != "/healthz":
            await self.may_answer.wait()
        if scope["path"] == "/broken":
            raise RuntimeError(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"here"})

    async def get(self, path: str = "/api/releases/", **headers: str) -> tuple[int, dict[str, str], bytes]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        named = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "GET", "path": path, "headers": named}
        await self.portal(scope, None, send)
        told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], told, sent[1]["body"]

    def ask(self, count: int, path: str = "/api/releases/") -> list["asyncio.Task[Any]"]:
        return [asyncio.create_task(self.get(path)) for _ in range(count)]


@pytest.fixture
def held() -> Held:
    return Held()


async def test_those_past_the_limit_are_told_so_at_once(held: Held) -> None:
    waiting = held.ask(LIMIT)
    await asyncio.sleep(0)
    for _ in range(5):
        status, headers, body = await held.get(X_Request_ID="mine")
        assert (status, headers["retry-after"], headers["x-request-id"]) == (503, "2", "mine")
        assert headers["content-type"] == "application/problem+json"
        assert json.loads(body) == {
            "type": "urn:relportal:problem:overloaded",
            "title": "Overloaded",
            "status": 503,
            "detail": "More is asked of the portal at once than it can answer. Please try again.",
            "code": "overloaded",
            "request_id": "mine",
            "retryable": True,
        }
    assert held.asked == LIMIT
    held.may_answer.set()
    assert [status for status, _, _ in await asyncio.gather(*waiting)] == [200] * LIMIT
    assert (await held.get())[0] == 200


async def test_whoever_watches_over_the_process_is_answered(held: Held) -> None:
    waiting = held.ask(LIMIT)
    await asyncio.sleep(0)
    assert (await held.get("/healthz"))[0] == 200
    held.may_answer.set()
    await asyncio.gather(*waiting)


async def test_a_request_that_breaks_or_is_left_gives_its_place_back(held: Held) -> None:
    broken, left = held.ask(1, "/broken"), held.ask(LIMIT - 1)
    await asyncio.sleep(0)
    for task in left:
        task.cancel()
    held.may_answer.set()
    await asyncio.gather(*broken, *left, return_exceptions=True)
    assert [status for status, _, _ in await asyncio.gather(*held.ask(LIMIT))] == [200] * LIMIT


async def test_the_log_says_it_once_until_it_is_over(held: Held, caplog: pytest.LogCaptureFixture) -> None:
    waiting = held.ask(LIMIT)
    await asyncio.sleep(0)
    for _ in range(10):
        await held.get()
    held.may_answer.set()
    await asyncio.gather(*waiting)
    said = [record.msg["event"] for record in caplog.records if isinstance(record.msg, dict)]
    assert said == ["requests_refused", "requests_taken_again"]
