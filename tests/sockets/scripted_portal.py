"""The portal for a server process, with releases that a test changes through addresses of their own.

`POST /script/change?release_id=release:a&times=5&size=1000` changes a release so many times, its name so long.
`GET /script/state` tells what the process holds: sockets, followers, tasks, and bytes that wait for clients.
`GET /script/end` is answered a moment after the process has been told to end.
"""

from relportal.asgi import application as portal  # isort: skip  # All else needs Django's apps.

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

from twisted.internet import reactor

from releases import services
from releases.open_sockets import open_sockets
from tests.sockets.script import Script

_reactor: Any = reactor
script = Script()
patient: set[asyncio.Event] = set()
"""One for each request that waits for the end."""
services.follow_release = script.follow_release
services.follow_list = script.follow_list


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket" or not scope["path"].startswith("/script/"):
        await portal(scope, receive, send)
        return
    query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
    if scope["path"] == "/script/change":
        await _change(**query)
    if scope["path"] == "/script/end":
        await _end()
    body = json.dumps(_state()).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})


async def _change(release_id: str, times: str = "1", size: str = "1") -> None:
    release = script[release_id]
    for number in range(int(times)):
        release.change(f"{number} ".ljust(int(size), "x"))
        # As slowly as patches come: who can keep up is given the time to.
        await asyncio.sleep(0.001)


async def _end() -> None:
    told = asyncio.Event()
    _reactor.addSystemEventTrigger("before", "shutdown", told.set)
    patient.add(told)
    await told.wait()
    # All else that happens at the end has begun.
    await asyncio.sleep(0.1)


def _state() -> dict[str, Any]:
    mailboxes = [mailbox for release in script.releases.values() for mailbox in release.mailboxes]
    return {
        "sockets": len(open_sockets()),
        "patient": len(patient),
        "followers": script.followers,
        "tasks": len(asyncio.all_tasks()),
        "events_waiting": max((len(mailbox._events) for mailbox in mailboxes), default=0),
        "bytes_waiting": max(map(_waiting, {*_reactor.getReaders(), *_reactor.getWriters()}), default=0),
        "versions": {release_id: release.tree.version for release_id, release in script.releases.items()},
    }


def _waiting(transport: Any) -> int:
    """Bytes that Twisted holds for the other end."""
    return len(getattr(transport, "dataBuffer", b"")) + getattr(transport, "_tempDataLen", 0)
