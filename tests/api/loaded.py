"""The portal, which also tells which modules it has loaded: `/loaded/NAME` lists those of that package."""

import json
import sys
from typing import Any

from relportal.asgi import application as portal


async def application(scope: Any, receive: Any, send: Any) -> None:
    path = scope.get("path", "")
    if not path.startswith("/loaded/"):
        await portal(scope, receive, send)
        return
    name = path.removeprefix("/loaded/")
    body = json.dumps([module for module in sys.modules if module.partition(".")[0] == name]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
