"""A way to a server that a test can cut, hold up and mend: a TCP proxy on a port of its own."""

import asyncio
from contextlib import suppress


class Link:
    """To `target` (host:port). `host` is where the proxy listens, the same however often it starts."""

    def __init__(self, target: str) -> None:
        self._target_host, _, self._target_port = target.rpartition(":")
        self._port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()

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

    def let_flow(self) -> None:
        self._flows.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection(self._target_host, self._target_port)
        await asyncio.gather(self._pipe(reader, back_writer), self._pipe(back_reader, writer))

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
        self._open.discard(writer)
