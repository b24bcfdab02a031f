"""Bytes that are hardly HTTP, sent to the server itself: it goes on, lets nobody in, and says nothing of its inside."""

import asyncio
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import inputs
from tests.hostile.shares import BATCH, SHARES, share
from tests.live_server import live_server

SILENCE_SECONDS = 0.3
"""After it a server that says nothing is left: it waits for more."""

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
_TARGETS = st.one_of(
    st.sampled_from([b"/", b"/api/releases/", b"/api/auth/me/", b"/admin/", b"/ws/releases/", b"/healthz", b"*", b""]),
    st.sampled_from([b"http://evil.example/api/", b"//evil.example", b"/%", b"/%00", b"/\xff\xfe", b"/api/\x80", b"?"]),
    st.binary(max_size=40).map(lambda given: b"/api/releases/" + given),
    inputs.VALUES.map(lambda value: b"/api/releases/" + value.encode()[:20_000] + b"/"),
    inputs.QUERIES.map(lambda query: b"/api/auth/me/?" + query[:20_000]),
)
_LINES = st.one_of(
    st.builds(
        lambda method, target, version: b" ".join([method, target, version]),
        st.sampled_from([b"GET", b"POST", b"get", b"\x00", b"G\tET", b"CONNECT", b"PRI", b"X" * 5000]),
        _TARGETS,
        st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9.9", b"HTTP/1.1 x", b"HTTP", b""]),
    ),
    st.binary(max_size=80),
)
_HEADERS = st.one_of(
    inputs.headers().map(lambda headers: b"\r\n".join(name + b": " + value[:9000] for name, value in headers)),
    st.sampled_from(
        [
            b"Host: testserver\r\nHost: evil.example",
            b"Content-Length: 5\r\nContent-Length: 6",
            b"Content-Length: 5\r\nTransfer-Encoding: chunked",
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: xchunked",
            b"Transfer-Encoding: chunked, chunked",
            b"No colon",
            b": no name",
            b"Name : x",
            b" folded: x\r\n\tmore",
            b"A\x00b: c",
            b"A: \x00\x01\x1b[2J",
            b"X-Request-ID: a\rb",
            b"Daphne-Root-Path: /api",
            b"Expect: 100-continue\r\nContent-Length: 9",
            b"\r\n".join([b"A: b"] * 600),
            b"A: " + b"x" * 20_000,
        ]
    ),
    st.binary(max_size=80),
)
_UPGRADE = b"Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
_HANDSHAKES = st.builds(
    lambda key, version, more: b"\r\n".join([_UPGRADE + version, b"Sec-WebSocket-Key: " + key, more]),
    st.one_of(st.just(b"dGhlIHNhbXBsZSBub25jZQ=="), inputs.BYTES),
    st.sampled_from([b"13", b"8", b"99", b"x", b""]),
    st.sampled_from(
        [
            b"Origin: null",
            b"Origin: http://evil.example",
            b"Origin: http://[",
            b"Origin: \xff",
            b"Sec-WebSocket-Protocol: ,",
            b"Sec-WebSocket-Protocol: relportal, bearer.x",
            b"Sec-WebSocket-Protocol: relportal, relportal, bearer.\xff",
            b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99",
            b"Cookie: sessionid=\xff",
        ]
    ),
)
_BODIES = st.one_of(
    st.just(b""),
    st.binary(max_size=100),
    st.sampled_from(
        [b"5\r\nhello\r\n0\r\n\r\n", b"-5\r\n", b"ffffffffffffffff\r\n", b"5;" + b"x" * 5000, b"zz\r\n\r\n"]
    ),
    # A frame of a socket: masked and not, of a kind that there is not, longer than it is.
    st.sampled_from(
        [b"\x81\x05hello", b"\x8f\x80\0\0\0\0", b"\x81\xff\x7f" + b"\xff" * 7, b"\xff\xff", b"\x88\x81\0\0\0\0x"]
    ),
)
_HOST = b"Host: 127.0.0.1\r\nConnection: close\r\n"
# In form, so that they reach what stands behind the parser.
_GOOD = st.builds(
    lambda method, path, query, headers: (
        method + b" " + path + b"?" + query + b" HTTP/1.1\r\n" + _HOST + b"\r\n".join([*headers, b"", b""])
    ),
    st.sampled_from([b"GET", b"GET", b"HEAD", b"POST", b"PURGE"]),
    st.one_of(
        inputs.VALUES.map(lambda value: f"/api/releases/{quote(value)[:9_000]}/".encode()),
        st.binary(max_size=40).map(lambda given: f"/{quote(given)}".encode()),
        st.sampled_from([b"/api/auth/me/", b"/admin/", b"/api/views/%ff/", b"/%c0%ae%c0%ae/", b"/static/..%2f..%2fx"]),
    ),
    inputs.QUERIES.map(lambda query: query[:9_000]),
    inputs.headers(without=(b"host", b"content-length", b"transfer-encoding", b"upgrade")).map(
        lambda headers: [name + b": " + value[:9_000] for name, value in headers]
    ),
)
REQUESTS = st.one_of(
    _GOOD,
    _GOOD,
    _GOOD,
    st.builds(
        lambda line, headers, body: line + b"\r\n" + _HOST + headers + b"\r\n\r\n" + body, _LINES, _HEADERS, _BODIES
    ),
    st.builds(lambda line, headers: line + b"\r\n" + headers + b"\r\n\r\n", _LINES, _HEADERS),
    st.builds(
        lambda target, headers, body: b"GET " + target + b" HTTP/1.1\r\n" + headers + b"\r\n\r\n" + body,
        st.one_of(st.just(b"/ws/releases/"), st.just(b"/ws/releases/release:payments-2/"), _TARGETS),
        _HANDSHAKES,
        _BODIES,
    ),
    st.binary(max_size=200),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory, portal_database):
    """When all is over: it goes on, its log holds no fault, and the whole share was sent."""
    sent = []
    with live_server(tmp_path_factory.mktemp("hostile") / "portal", portal_database) as server:
        yield server, sent
        assert server.get("/healthz").status == 200
    faults = [event for event in server.events() if event["level"] in ("error", "critical") or "exception" in event]
    assert faults == []
    assert len(sent) >= SHARES["bytes"]


async def answered(port: int, request: bytes) -> bytes:
    """What comes back, until the server closes or falls silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = b""
    try:
        writer.write(request)
        while len(told) < 1_000_000:
            async with asyncio.timeout(SILENCE_SECONDS if told or not request.endswith(b"\r\n\r\n") else 2):
                chunk = await reader.read(65_536)
            if not chunk:
                break
            told += chunk
    except (TimeoutError, OSError):
        pass
    finally:
        writer.transport.abort()
    return told


@share("bytes", of=BATCH)
@given(requests=st.lists(REQUESTS, min_size=BATCH, max_size=BATCH))
async def test_whatever_the_bytes(server, requests):
    portal, sent = server
    sent.extend(requests)
    answers = await asyncio.gather(*(answered(portal.port, request) for request in requests))
    for request, answer in zip(requests, answers, strict=True):
        statuses = [int(status) for status in _STATUS.findall(answer)]
        assert all(status < 500 for status in statuses), (request, answer)
        assert b"Traceback (most" not in answer, (request, answer)
        assert not re.search(rb"(?i)set-cookie: sessionid=[^\";]", answer), (request, answer)
        assert b'"type":"snapshot"' not in answer, (request, answer)
