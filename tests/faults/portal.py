"""The portal for a server process whose tasks can be counted from outside: `GET /-/tasks` answers with their number."""

import asyncio
from typing import Any

from relportal.asgi import application as portal

TASKS = "/-/tasks"


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["path"] != TASKS:
        await portal(scope, receive, send)
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(len(asyncio.all_tasks())).encode()})
