"""What clients may say: one word, not too often. Nobody else notices the others."""

import pytest

from releases import messages
from tests.sockets.conftest import in_thread, token_of

TREE = "/ws/releases/release:payments-1/"


@pytest.fixture
async def token(viewer):
    return await in_thread(token_of)(viewer)


@pytest.fixture
async def socket(knock, token):
    """Of a client that has had its first snapshot."""
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    return socket


async def test_a_resync_is_answered_by_a_snapshot(socket):
    await socket.resync()
    assert (await socket.receive())["type"] == "snapshot"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "malformed_body"),
        ("hello", "malformed_body"),
        ("[]", "malformed_body"),
        ('"resync"', "malformed_body"),
        ("null", "malformed_body"),
        ('{"type": "resync"', "malformed_body"),
        ("[" * 1024, "malformed_body"),
        ('{"type": "resync"}' + " " * 1024, "malformed_body"),
        ("{}", "invalid_parameter"),
        ('{"type": "snapshot"}', "invalid_parameter"),
        ('{"type": ["resync"]}', "invalid_parameter"),
        ('{"type": "resync", "version": 3}', "invalid_parameter"),
    ],
)
async def test_anything_else_is_a_bad_request(socket, text, code):
    await socket.send(text)
    assert await socket.until_closed() == (code, 4400)
    assert socket.state.error["detail"].endswith(".")


async def test_so_is_a_binary_message(socket):
    await socket.send(binary=b'{"type": "resync"}')
    assert await socket.until_closed() == ("malformed_body", 4400)


async def test_a_message_may_be_as_long_as_is_said(socket):
    await socket.send('{"type": "resync"}'.ljust(1024))
    assert (await socket.receive())["type"] == "snapshot"


async def test_who_says_too_much_is_closed_and_may_come_back(socket, knock, token, script):
    for _ in range(1000):
        await socket.resync()
    assert await socket.until_closed() == ("throttled", 1013)
    assert socket.state.error["retryable"] is True
    assert socket.state.snapshots <= messages.MESSAGES_AT_ONCE + 1
    assert (await (await knock(TREE, token=token)).receive())["type"] == "snapshot"


async def test_somebody_else_notices_nothing(knock, token, socket, script):
    other = await knock(TREE, token=token)
    await other.until("freshness")
    for _ in range(100):
        await socket.send("junk")
    await socket.until_closed()
    script["release:payments-1"].change("Renamed")
    assert (await other.until("patch"))["changes"] == [{"op": "set", "path": "", "fields": {"name": "Renamed"}}]


async def test_some_messages_in_a_burst_are_fine_and_more_later(socket, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(messages.time, "monotonic", lambda: clock[0])
    allowance = messages.Allowance()
    for _ in range(5):
        for _ in range(messages.MESSAGES_AT_ONCE):
            allowance.take()
        clock[0] += messages.MESSAGES_AT_ONCE / messages.MESSAGES_PER_SECOND
    allowance.take()


async def test_a_client_that_leaves_leaves_nothing_behind(socket, script):
    assert script.followers == 1
    await socket.leave()
    assert script.followers == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [("page=0", "page"), ("phase=wrong", "phase"), ("unknown=1", "unknown"), ("ordering=x", "ordering")],
)
async def test_the_lists_parameters_are_those_of_the_api(knock, token, script, query, field):
    socket = await knock(f"/ws/releases/?{query}", token=token)
    assert await socket.until_closed() == ("invalid_parameter", 4400)
    assert field in socket.state.error["errors"]
    assert script.asked == []


async def test_a_thousand_parameters_are_a_bad_request(knock, token):
    query = "&".join(f"p{number}=1" for number in range(1001))
    socket = await knock(f"/ws/releases/?{query}", token=token)
    assert (await socket.until_closed())[1] == 4400
