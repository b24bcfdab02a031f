"""The ASGI application, asked as a server asks it, without one."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import quote

from releases.problems import PROBLEM_JSON
from relportal.asgi import application
from tests.problems import KEYS

HOST = (b"host", b"testserver")
_networks = count(1)

Headers = Iterable[tuple[bytes, bytes]]


@dataclass
class Answer:
    asked: str
    """All that was sent, since what comes back of it tells nothing."""
    status: int
    headers: list[tuple[str, str]]
    content: str

    @property
    def told(self) -> str:
        return "\n".join([*(f"{name}: {value}" for name, value in self.headers), self.content])

    def header(self, name: str) -> str:
        return next((value for each, value in self.headers if each == name), "")


def _client() -> list[Any]:
    """Each asks from an address of its own: that guesses are locked out has tests of its own."""
    number = next(_networks)
    return [f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 50_000]


async def ask(
    method: str, path: str, query: bytes = b"", headers: Headers = (), body: bytes = b"", root_path: str = ""
) -> Answer:
    given = list(headers)
    named = {name for name, _ in given}
    given = [*given, *([] if b"host" in named else [HOST])]
    if body and b"content-length" not in named:
        given.append((b"content-length", str(len(body)).encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": query,
        "root_path": root_path,
        "headers": given,
        "client": _client(),
        "server": ["testserver", 80],
    }
    said = await _said(scope, body)
    [start, *chunks] = said
    return Answer(
        f"{method} {path} {query!r} {given!r} {body!r} {root_path}",
        start["status"],
        [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in start["headers"]],
        b"".join(chunk.get("body", b"") for chunk in chunks).decode("utf-8", "replace"),
    )


async def _said(scope: dict[str, Any], body: bytes) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()  # The client waits for its answer.
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await application(scope, receive, send)
    return said


def assert_in_order(answer: Answer) -> None:
    """Whatever was asked: no fault of ours, nothing of the inside, the one body of errors, nobody signed in."""
    assert answer.status < 500, answer
    assert "Traceback (most" not in answer.content, answer
    assert "site-packages" not in answer.content, answer
    cookies = [value for name, value in answer.headers if name == "set-cookie"]
    assert [cookie for cookie in cookies if cookie.startswith("sessionid=") and 'sessionid=""' not in cookie] == []
    if answer.header("content-type") == PROBLEM_JSON and answer.content:
        problem = json.loads(answer.content)
        assert problem.keys() >= KEYS, answer
        assert problem["status"] == answer.status, answer
        assert problem["request_id"] == answer.header("x-request-id"), answer


def assert_one_body(answer: Answer) -> None:
    """Of the API for programs, which asked for no page."""
    if answer.status >= 400 and answer.content:
        assert answer.header("content-type") == PROBLEM_JSON, answer
