"""A way to a server that a test can cut, hold up, slow down, spoil and mend: a TCP proxy on a port of its own."""

import asyncio
from contextlib import suppress

_GARBLED_EACH = 7
"""Of so many bytes one is garbled: fewer than the nine of a frame's head in HTTP/2, so that no frame is what it was."""


class Link:
    """To `target` (host:port). `host` is where the proxy listens, the same however often it starts.

    Faults are switched on at any time, for what is connected too, and last until `let_flow` (or `mend`, after `cut`):
    `cut`, `hold`, `delay`, `trickle`, `garble`.
    """

    def __init__(self, target: str) -> None:
        self._target_host, _, self._target_port = target.rpartition(":")
        self._port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._delay = 0.0
        self._at_once: int | None = None
        self._garbles = False

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Refuse new connections, and break those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._open):
            writer.transport.abort()
        while self._open:  # noqa: ASYNC110  # Until their pipes have noticed.
            await asyncio.sleep(0.01)

    def hold(self) -> None:
        """Let nothing through, and break nothing: whoever is connected waits."""
        self._flows.clear()

    def delay(self, seconds: float) -> None:
        """Let each piece through so much later, in either direction."""
        self._delay = seconds

    def trickle(self, at_once: int) -> None:
        """Let so many bytes through at once, then none for a millisecond."""
        self._at_once = at_once

    def garble(self) -> None:
        """Let all through as something else."""
        self._garbles = True

    def let_flow(self) -> None:
        """As a way should be, unless it is cut."""
        self._delay, self._at_once, self._garbles = 0.0, None, False
        self._flows.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection(self._target_host, self._target_port)
        await asyncio.gather(self._pipe(reader, back_writer), self._pipe(back_reader, writer))

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._flows.wait()
                await asyncio.sleep(self._delay)
                await self._pass_on(_garbled(data) if self._garbles else data, writer)
        writer.transport.abort()
        self._open.discard(writer)

    async def _pass_on(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        while data:
            part, data = data[: self._at_once], data[self._at_once :] if self._at_once else b""
            writer.write(part)
            await writer.drain()
            if data:
                await asyncio.sleep(0.001)


def _garbled(data: bytes) -> bytes:
    spoilt = bytearray(data)
    for place in range(0, len(spoilt), _GARBLED_EACH):
        spoilt[place] ^= 0xFF
    return bytes(spoilt)
