"""Sockets without a server: the ASGI application is spoken to as a server would."""

import asyncio
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from accounts.tokens import AccessToken, start_family
from relportal.asgi import application
from tests.sockets.client_state import ClientState
from tests.sockets.script import Script

PATIENT = 30.0
"""Seconds for what will come: a busy machine makes no test fail."""

HOST = "testserver"
ORIGIN = f"http://{HOST}"


class Socket:
    """The client's end of one socket. `state` holds what it was told."""

    def __init__(self, path: str, headers: dict[str, str], subprotocols: Iterable[str]) -> None:
        path, _, query = path.partition("?")
        self._communicator = ApplicationCommunicator(
            application,
            {
                "type": "websocket",
                "path": path,
                "raw_path": path.encode(),
                "query_string": query.encode(),
                "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
                "subprotocols": list(subprotocols),
                "client": ["127.0.0.1", 50_000],
            },
        )
        self.is_accepted = False
        self.subprotocol: str | None = None
        self.code: int | None = None
        self.state = ClientState()
        self.frames: list[dict[str, Any]] = []

    async def open(self) -> "Socket":
        await self._communicator.send_input({"type": "websocket.connect"})
        answer = await self._communicator.receive_output(PATIENT)
        self.is_accepted = answer["type"] == "websocket.accept"
        if self.is_accepted:
            self.subprotocol = answer["subprotocol"]
        else:
            self.code = answer["code"]
        return self

    async def receive(self) -> dict[str, Any] | None:
        """The next frame; None where the server closes."""
        message = await self._communicator.receive_output(PATIENT)
        if message["type"] == "websocket.close":
            self.code = message["code"]
            await self._communicator.send_input({"type": "websocket.disconnect", "code": self.code})
            return None
        frame: dict[str, Any] = json.loads(message["text"])
        self.frames.append(frame)
        self.state.receive(frame)
        return frame

    async def until(self, kind: str) -> dict[str, Any]:
        """The next frame of this type."""
        async with asyncio.timeout(PATIENT):
            while (frame := await self.receive()) is not None:
                if frame["type"] == kind:
                    return frame
        raise AssertionError(f"closed with {self.code} before a frame of type {kind}: {self.frames}")

    async def until_closed(self) -> tuple[str | None, int | None]:
        """The code of the error that it was told, and the code it was closed with."""
        async with asyncio.timeout(PATIENT):
            while await self.receive() is not None:
                pass
        await self._communicator.wait(PATIENT)
        return self.state.error["code"] if self.state.error is not None else None, self.code

    async def send(self, text: str | None = None, binary: bytes | None = None) -> None:
        await self._communicator.send_input({"type": "websocket.receive", "text": text, "bytes": binary})

    async def resync(self) -> None:
        await self.send('{"type": "resync"}')

    async def leave(self) -> None:
        if not self._communicator.future.done():
            await self._communicator.send_input({"type": "websocket.disconnect", "code": 1001})
            await self._communicator.wait(PATIENT)

    async def cancel(self) -> None:
        """As a server does that ends. Sets the code that it is closed with."""
        self._communicator.future.cancel()
        await asyncio.wait([self._communicator.future])
        while not self._communicator.output_queue.empty():
            self.code = self._communicator.output_queue.get_nowait().get("code")


@pytest.fixture
def script(monkeypatch):
    return Script().use(monkeypatch)


@pytest.fixture
async def knock(async_db, script):
    """Opens sockets: `await knock("/ws/releases/", token=…)`. All are left with the test."""
    opened = []

    async def open_socket(path, *, token=None, session=None, origin=None, headers=None, subprotocols=()):
        given = {"Host": HOST, **(headers or {})}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        if session is not None:
            given["Cookie"] = f"sessionid={session}"
        if origin is not None:
            given["Origin"] = origin
        opened.append(Socket(path, given, subprotocols))
        return await opened[-1].open()

    yield open_socket
    for socket in opened:
        await socket.leave()


def token_of(user, **lifetime):
    token = AccessToken.of(start_family(user))
    if lifetime:
        token.set_exp(lifetime=timedelta(**lifetime))
    return str(token)


def session_of(user):
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


async def eventually(holds):
    """Wait until it is so."""
    async with asyncio.timeout(PATIENT):
        while not holds():  # noqa: ASYNC110  # Whatever it is, nothing tells of it.
            await asyncio.sleep(0.01)


in_thread = sync_to_async
