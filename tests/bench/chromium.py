"""A Chromium that nothing watches, spoken to by its own protocol.

Playwright has each page tell of all that it receives. For a snapshot of eight megabytes that takes the page itself 40
ms and more, which would be measured along with it.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from websockets.asyncio.client import ClientConnection, connect

from tests.e2e.conftest import CHROMIUM, QUIET

UNWATCHED = [
    *("--headless=new", "--no-sandbox", "--remote-debugging-port=0", "--window-size=1280,900"),
    # What a window in front of a reader does, too.
    *("--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows"),
    "--disable-renderer-backgrounding",
]
PATIENT_SECONDS = 60.0
"""For what will come: a busy machine makes no measurement fail."""

VIRTUAL_KEYS = {
    "End": 35,
    "Home": 36,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "PageDown": 34,
    "PageUp": 33,
    "Enter": 13,
    "Tab": 9,
    "Escape": 27,
}


class Tab:
    def __init__(self, connection: ClientConnection, url: str) -> None:
        self._connection = connection
        self._url = url
        self._numbers = count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the DevTools protocol, and what it gives. Raises RuntimeError where it fails."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        async with asyncio.timeout(PATIENT_SECONDS):
            told = await answer
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']}")
        result: dict[str, Any] = told["result"]
        return result

    async def read(self) -> None:
        async for text in self._connection:
            told = json.loads(text)
            if (answer := self._answers.pop(told.get("id", 0), None)) is not None:
                answer.set_result(told)

    async def open(self, path: str) -> None:
        await self.call("Page.navigate", url=f"{self._url}{path}")

    async def evaluate(self, expression: str) -> Any:
        """What the expression gives, or the promise that it gives. Raises RuntimeError for what it throws."""
        told = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            raise RuntimeError(f"{expression}: {told['exceptionDetails']}")
        return told["result"].get("value")

    async def press(self, key: str) -> None:
        code = VIRTUAL_KEYS.get(key, ord(key[0].upper()))
        for kind in ("rawKeyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    async def type(self, text: str) -> None:
        """A key for each character, as somebody types it."""
        for character in text:
            code = ord(character.upper())
            key = {"key": character, "windowsVirtualKeyCode": code}
            await self.call("Input.dispatchKeyEvent", type="keyDown", text=character, **key)
            await self.call("Input.dispatchKeyEvent", type="keyUp", **key)

    async def wheel(self, pixels: int) -> None:
        await self.call("Input.dispatchMouseEvent", type="mouseWheel", x=640, y=600, deltaX=0, deltaY=pixels)

    async def click(self, x: float, y: float) -> None:
        at: dict[str, Any] = {"x": x, "y": y, "button": "left", "clickCount": 1}
        await self.call("Input.dispatchMouseEvent", type="mousePressed", **at)
        await self.call("Input.dispatchMouseEvent", type="mouseReleased", **at)


class Browser:
    def __init__(self, address: str, url: str) -> None:
        self._address = address
        self._url = url

    @asynccontextmanager
    async def tab(self, cookies: Mapping[str, str], script: str) -> AsyncIterator[Tab]:
        """A tab of a page, with these cookies and with this script run first in each document."""
        told = await asyncio.to_thread(self._ask, "PUT", "new?about:blank")
        async with connect(told["webSocketDebuggerUrl"], max_size=None, proxy=None, ping_interval=None) as connection:
            tab = Tab(connection, self._url)
            reading = asyncio.create_task(tab.read())
            try:
                for name, value in cookies.items():
                    await tab.call("Network.setCookie", name=name, value=value, url=self._url)
                await tab.call("Page.enable")
                await tab.call("Page.addScriptToEvaluateOnNewDocument", source=script)
                yield tab
            finally:
                await asyncio.to_thread(self._ask, "GET", f"close/{told['id']}")
                reading.cancel()

    def _ask(self, method: str, path: str) -> Any:
        request = Request(f"http://{self._address}/json/{path}", method=method)  # It is our own browser.
        with urlopen(request, timeout=PATIENT_SECONDS) as answer:  # noqa: S310
            body = answer.read()
        return json.loads(body) if body.startswith(b"{") else None


@asynccontextmanager
async def chromium(directory: Path, url: str) -> AsyncIterator[Browser]:
    """A browser that writes to this directory, for pages of this origin."""
    process = await asyncio.create_subprocess_exec(
        *(CHROMIUM, *QUIET, *UNWATCHED, f"--user-data-dir={directory}", "about:blank"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        process_group=0,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(PATIENT_SECONDS):
            address = await _address(process.stderr)
        draining = asyncio.create_task(process.stderr.read())
        yield Browser(address, url)
        draining.cancel()
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _address(output: asyncio.StreamReader) -> str:
    """Where the browser listens, which is among the first that it says."""
    said = b""
    while line := await output.readline():
        said += line
        if found := re.search(rb"ws://([^/]+)/", line):
            return found[1].decode()
    raise RuntimeError(f"Chromium did not start:\n{said.decode()}")
