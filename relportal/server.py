"""The portal's server: `python -m relportal.server relportal.asgi:application`, with all of Daphne's options.

It is Daphne with what many open sockets need. Whoever sends to a client that does not read waits for it, where Daphne
would keep all of it in memory. On SIGTERM and SIGINT sockets are closed in order (1012). A message from a client may be
small only, an answer of any size. And as many files may be open as the system lets this process have.
"""

from daphne.server import Server  # isort: skip  # Twisted's reactor must be chosen before anything else imports it.

import asyncio
import gc
import logging
import os
import resource
import sys
from contextlib import suppress
from typing import Any, NoReturn
from weakref import WeakSet

from daphne.cli import CommandLineInterface
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import reactor
from twisted.internet.defer import Deferred

_reactor: Any = reactor

RESTARTS = 1012
"""The close code of RFC 6455's registry for a server that ends."""

INCOMING_LIMIT = 4096
"""Bytes of a message from a client. More is not even read, but told to the application as one that is too large."""

BODY_LIMIT = 1024 * 1024
"""Bytes of a request's body that are kept: more than Django reads of any, so that it refuses what is longer."""

CLOSE_SECONDS = 3.0
"""How long clients have for answering a close, and requests for ending, when the server ends."""

SHUT_DOWN_SECONDS = 3.0


class SocketProtocol(WebSocketProtocol):  # type: ignore[misc]  # Daphne has no types.
    """One WebSocket, and what Twisted calls its producer, which is paused while over 64 KiB wait for the client.
    `writable` is set while it is not."""

    def connectionMade(self) -> None:
        super().connectionMade()
        self.writable = asyncio.Event()
        self.writable.set()
        # Until here the transport minded the HTTP request that asked for the socket.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)

    def pauseProducing(self) -> None:
        self.writable.clear()

    def resumeProducing(self) -> None:
        self.writable.set()

    def stopProducing(self) -> None:
        self.writable.set()

    def dropConnection(self, abort: bool = False) -> None:
        super().dropConnection(abort)
        self.writable.set()
        if not abort:
            # A client that closes without reading what was sent before would be waited for.
            asyncio.get_running_loop().call_later(CLOSE_SECONDS, self.transport.abortConnection)

    def onPing(self, payload: bytes) -> None:
        # Answers for a client that does not read them would pile up.
        if self.writable.is_set():
            super().onPing(payload)

    def onMessage(self, payload: bytes, is_binary: bool) -> None:
        # What a client still says to a close is for nobody: it would be kept for the application.
        if self.state == self.STATE_OPEN:
            super().onMessage(payload, is_binary)

    def serverSend(self, content: str | bytes, binary: bool = False) -> None:
        # Autobahn's sendMessage would hold answers to the limit of what clients may send.
        payload = content if isinstance(content, bytes) else content.encode()
        self.sendFrame(opcode=2 if binary else 1, payload=payload)

    def serverClose(self, code: int | None = None) -> None:
        # Autobahn's sendClose refuses the protocol's own codes, such as 1012.
        self.sendCloseFrame(code=code or 1000)

    def go_away(self) -> None:
        if self.state == self.STATE_OPEN:
            self.serverClose(RESTARTS)
        elif hasattr(self, "handshake_deferred"):
            # Not answered yet: a proxy asks the next process then, where a refusal would be the client's.
            self.dropConnection(abort=True)

    def _max_message_size_exceeded(self, *_: Any) -> None:
        """Autobahn's hook, in which it would close by itself, or drop the connection without a word."""
        self.failedByMe = True  # The rest of it is thrown away as it comes.
        self.application_queue.put_nowait({"type": "websocket.receive", "text": " " * (INCOMING_LIMIT + 1)})


class BoundedRequest(WebRequest):  # type: ignore[misc]
    """An HTTP request of which no more is kept than anybody here reads: Twisted would write any amount to the disk
    before the application is asked."""

    def handleContentChunk(self, data: bytes) -> None:
        room = BODY_LIMIT + 1 - self.content.tell()
        if room > 0:
            super().handleContentChunk(data[:room])

    def process(self) -> Any:
        if not self.server.is_ending:
            return super().process()
        # On a connection that a proxy has kept. What it asks for last is answered; sockets are for the next process.
        if self.requestHeaders.hasHeader(b"Upgrade"):
            return self.channel.transport.abortConnection()
        close_after(self.channel)
        self.responseHeaders.setRawHeaders(b"Connection", [b"close"])
        return super().process()


def close_after(channel: Any) -> None:
    """Close a connection of HTTP once the request is answered that is under way in it; at once where there is none."""
    channel.persistent = False
    if not channel.requests:
        channel.loseConnection()


class BoundedFactory(HTTPFactory):  # type: ignore[misc]
    def buildProtocol(self, addr: Any) -> Any:
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = BoundedRequest
        self.server.channels.add(protocol)
        return protocol


class PortalServer(Server):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.is_ending = False
        self.channels: WeakSet[Any] = WeakSet()
        """Connections of HTTP, those that wait for a next request among them."""
        super().__init__(*arguments, ready_callable=self._make_ready, **options)

    def _make_ready(self) -> None:
        self.ws_factory.protocol = SocketProtocol
        # Its listeners have the factory already: they ask it for a protocol with each connection.
        self.http_factory.__class__ = BoundedFactory
        # A client that breaks the protocol is told so by a close frame.
        self.ws_factory.setProtocolOptions(failByDrop=False)
        # What is loaded now stays: looking through it for garbage would hold up everybody for 100 ms now and then.
        gc.collect()
        gc.freeze()

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        if not isinstance(protocol, SocketProtocol):
            await super().handle_reply(protocol, message)
            return
        if protocol.state in (protocol.STATE_CONNECTING, protocol.STATE_OPEN):
            await super().handle_reply(protocol, message)
        if message["type"] == "websocket.send":
            await protocol.writable.wait()

    # Its end

    def kill_all_applications(self) -> "Deferred[None]":
        """Daphne's hook before the reactor stops: it would cancel all at once."""
        return Deferred.fromFuture(asyncio.ensure_future(self._end()))

    async def _end(self) -> None:
        self.is_ending = True
        for listener in self.listeners:
            listener.addCallback(lambda port: port.stopListening())
        for channel in list(self.channels):
            close_after(channel._channel)
        for protocol in self._sockets():
            protocol.go_away()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._until_idle()
        await self._cancel_applications()
        # Known only now: Django's apps are loaded with the application.
        from releases import services

        with suppress(TimeoutError):
            async with asyncio.timeout(SHUT_DOWN_SECONDS):
                await services.shut_down()

    def _sockets(self) -> list[SocketProtocol]:
        return [protocol for protocol in self.connections if isinstance(protocol, SocketProtocol)]

    def _applications(self) -> list["asyncio.Future[Any]"]:
        found = (details.get("application_instance") for details in self.connections.values())
        return [application for application in found if application is not None and not application.done()]

    async def _until_idle(self) -> None:
        while self._is_busy():  # noqa: ASYNC110  # Nothing tells when connections are closed.
            await asyncio.sleep(0.02)

    def _is_busy(self) -> bool:
        has_sockets = any("disconnected" not in self.connections[protocol] for protocol in self._sockets())
        # An application that has ended has handed its answer over: its last bytes may yet have to be sent.
        return has_sockets or bool(self._applications()) or bool(_reactor.getWriters())

    async def _cancel_applications(self) -> None:
        applications = self._applications()
        for application in applications:
            application.cancel()
        if applications:
            await asyncio.wait(applications, timeout=1)


class PortalCommandLine(CommandLineInterface):  # type: ignore[misc]
    server_class = PortalServer

    def __init__(self) -> None:
        super().__init__()
        self.parser.prog = "python -m relportal.server"
        self.parser.set_defaults(websocket_max_message_size=INCOMING_LIMIT, websocket_max_frame_size=INCOMING_LIMIT)


def allow_open_files() -> None:
    """Each socket is one; the system's soft limit is for programs that open few."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def leave() -> NoReturn:
    """End this process without Python's own end, which would wait for ever for threads of Temporal's SDK that have an
    answer in their hands: hundreds, where as many long-polls have just been cancelled."""
    # Known only now: Django's apps are loaded with the application.
    from releases import recording
    from relportal import tracing

    recording.close()
    tracing.close()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    allow_open_files()
    PortalCommandLine.entrypoint()
    leave()
