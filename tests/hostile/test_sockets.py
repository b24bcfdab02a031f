"""Handshakes and messages that nobody should send: nobody is let in, and a socket ends by saying why."""

import asyncio
from urllib.parse import quote

from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from releases.consumers import CLOSE_CODES
from releases.messages import MESSAGE_LIMIT
from relportal.asgi import application
from relportal.server import INCOMING_LIMIT
from tests.hostile import inputs
from tests.hostile.asgi import HOST
from tests.hostile.shares import share
from tests.roles.people import HIDDEN, OURS
from tests.roles.routes import socket_routes
from tests.sockets.conftest import PATIENT

PATHS = st.one_of(
    st.sampled_from([f"/{route.replace('<str:release_id>', OURS)}" for route in socket_routes() if route]),
    inputs.VALUES.map(lambda value: f"/ws/releases/{value}/"),
    inputs.VALUES.map(lambda value: f"/ws/{value}"),
)
REFUSALS = {code for status, code in CLOSE_CODES.items() if status < 500} | {1000, 4403}


async def opened(path, query=b"", headers=(), subprotocols=(), root_path=""):
    """The client's end of a socket, that it has asked for; and what it was told."""
    given_host = [] if b"host" in dict(headers) else [HOST]
    communicator = ApplicationCommunicator(
        application,
        {
            "type": "websocket",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query,
            "root_path": root_path,
            "headers": [*headers, *given_host],
            "subprotocols": list(subprotocols),
            "client": ["127.0.0.1", 50_000],
        },
    )
    await communicator.send_input({"type": "websocket.connect"})
    return communicator, [await communicator.receive_output(PATIENT)]


async def until_closed(communicator, told):
    async with asyncio.timeout(PATIENT):
        while told[-1]["type"] != "websocket.close":
            told.append(await communicator.receive_output(PATIENT))
    await communicator.send_input({"type": "websocket.disconnect", "code": told[-1]["code"]})
    await communicator.wait(PATIENT)
    return told


@share("handshakes")
@given(
    path=PATHS,
    query=inputs.QUERIES,
    headers=inputs.headers(),
    root=st.sampled_from(["", "", "", "/ws", "x"]),
    data=st.data(),
)
async def test_whatever_the_handshake(portal, path, query, headers, root, data):
    portal.count("handshakes")
    token = data.draw(inputs.forged_tokens(portal.superuser, settings.JWT_SECRETS[0]))
    offered = data.draw(
        st.sampled_from(
            [[], ["relportal"], ["relportal", f"bearer.{token}"], [f"bearer.{token}"], ["x", "", "bearer."]]
        )
    )
    told = await until_closed(*await opened(path, query, headers, offered, root))
    assert told[-1]["code"] in REFUSALS, told
    asked = f"{path} {query!r} {headers!r}"
    frames = str([message.get("text") for message in told])
    assert [word for word in (*HIDDEN, "snapshot", "payments-1") if word in frames and word not in asked] == []


TEXTS = st.one_of(
    inputs.JSON.map(inputs.dumped).map(bytes.decode),
    inputs.VALUES,
    st.fixed_dictionaries({"type": inputs.JSON}).map(inputs.dumped).map(bytes.decode),
    st.fixed_dictionaries({"type": st.just("resync")}, optional={"path": inputs.JSON, "version": inputs.JSON})
    .map(inputs.dumped)
    .map(bytes.decode),
    st.integers(1, INCOMING_LIMIT).map(lambda depth: "[" * depth),
    st.integers(1, INCOMING_LIMIT // 10).map(lambda depth: '{"type": ' * depth),
    st.integers(MESSAGE_LIMIT - 20, INCOMING_LIMIT).map('{"type": "resync"}'.ljust),
    st.integers(MESSAGE_LIMIT - 20, INCOMING_LIMIT).map(lambda size: '{"type": "' + "x" * size + '"}'),
)
MESSAGES = st.one_of(
    TEXTS.map(lambda text: {"text": text, "bytes": None}),
    st.binary(max_size=200).map(lambda given: {"text": None, "bytes": given}),
    st.just({"text": None, "bytes": b'{"type": "resync"}'}),
)


@share("frames")
@given(path=st.sampled_from(["/ws/releases/", f"/ws/releases/{OURS}/"]), message=MESSAGES)
async def test_whatever_is_said_on_a_socket(portal, path, message):
    """By somebody who may follow. What ends no socket is followed by a word too many, which does."""
    portal.count("frames")
    communicator, told = await opened(path, headers=[(b"authorization", f"Bearer {portal.scoped}".encode())])
    assert told[0]["type"] == "websocket.accept"
    await communicator.send_input({"type": "websocket.receive", **message})
    await communicator.send_input({"type": "websocket.receive", "text": "bye"})
    await until_closed(communicator, told)
    assert told[-1]["code"] == CLOSE_CODES[400], told
    frames = str([frame.get("text") for frame in told])
    assert [word for word in HIDDEN if word in frames] == []
