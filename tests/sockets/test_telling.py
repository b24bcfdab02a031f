"""What followers are told, and what they are told when it goes wrong."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from channels.consumer import AsyncConsumer
from structlog.testing import capture_logs

from releases import consumers
from releases.domain import Freshness
from releases.errors import ReleaseNotFound, TemporalUnavailable
from releases.events import FreshnessChange
from releases.listing import ListQuery
from tests.sockets.conftest import eventually, in_thread, token_of

TREE = "/ws/releases/release:payments-1/"
LIST = "/ws/releases/"


@pytest.fixture
async def token(viewer):
    return await in_thread(token_of)(viewer)


@pytest.fixture
def release(script):
    return script["release:payments-1"]


async def test_a_follower_holds_the_tree_after_each_patch(knock, token, release):
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    for name in ("One", "Two", "Three"):
        release.change(name)
        await socket.until("patch")
        assert (socket.state.data["name"], socket.state.version) == (name, release.tree.version)
    assert socket.state.snapshots == 1


async def test_a_follower_that_is_far_behind_gets_one_snapshot(knock, token, release):
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    for number in range(500):
        release.change(f"Name {number}")  # Without giving way: nothing is sent meanwhile.
    await socket.until("snapshot")
    assert socket.state.data["name"] == "Name 499"
    assert len(socket.frames) < 10


async def test_a_follower_of_the_list_holds_the_page(knock, token, script):
    script.list_release("payments-1")
    socket = await knock(f"{LIST}?page_size=1", token=token)
    await socket.until("freshness")
    assert socket.state.data["next"] is None
    script.list_release("payments-2")
    await socket.until("patch")
    assert socket.state.data["count"] == 2
    assert socket.state.data["next"] == "http://testserver/api/releases/?page_size=1&page=2"
    assert script.asked[-1][1] == ListQuery(page_size=1)


async def test_freshness_is_told_when_it_changes(knock, token, release):
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    release.tell(FreshnessChange(Freshness.STALE, None, "Temporal does not answer.", "temporal_unavailable"))
    assert (await socket.until("freshness"))["reason"] == "Temporal does not answer."


async def test_a_quiet_socket_is_told_how_things_stand(knock, token, release, monkeypatch):
    monkeypatch.setattr(consumers, "HEARTBEAT_SECONDS", 0.05)
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    release.tell(FreshnessChange(Freshness.POLLED, None, period=12.5))
    told = await socket.until("freshness")
    assert [await socket.until("freshness") for _ in range(3)] == [told] * 3
    assert told["period"] == 12.5


async def test_so_is_one_whose_release_takes_long_to_read(knock, token, script, monkeypatch):
    monkeypatch.setattr(consumers, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr("tests.sockets.script.Mailbox.next", lambda _: asyncio.Event().wait())
    socket = await knock(TREE, token=token)
    assert await socket.receive() == {
        "type": "freshness",
        "freshness": "stale",
        "as_of": None,
        "reason": "It has not been read yet.",
        "code": None,
        "period": None,
    }


async def test_a_release_that_is_not_there_is_said_so(knock, token, release):
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    release.fail(ReleaseNotFound("release:payments-1"))
    assert await socket.until_closed() == ("release_not_found", 4404)


async def test_a_source_that_can_not_go_on_may_be_tried_again(knock, token, release):
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    release.fail(TemporalUnavailable("at 10.0.0.1"))
    assert await socket.until_closed() == ("temporal_unavailable", 1013)
    assert socket.state.error["retryable"] is True


async def test_a_fault_of_ours_is_told_as_one_and_logged_with_the_request_id(knock, token, script, monkeypatch):
    script.broken = RuntimeError("secret")
    monkeypatch.setattr(consumers, "log", consumers.structlog.get_logger())  # Not the one that is cached.
    with capture_logs(processors=[consumers.structlog.contextvars.merge_contextvars]) as logs:
        socket = await knock(TREE, token=token, headers={"X-Request-ID": "find-me"})
        assert await socket.until_closed() == ("internal_error", 1011)
    assert "secret" not in json.dumps(socket.frames)
    [event] = [event for event in logs if event["event"] == "socket_failed"]
    assert (event["request_id"], event["exc_info"]) == ("find-me", True)


async def fault(*_):
    raise RuntimeError("secret")


@pytest.fixture
def faults(monkeypatch):
    """The errors that are logged."""
    monkeypatch.setattr(consumers, "log", consumers.structlog.get_logger())
    with capture_logs() as logs:
        yield lambda: [event["event"] for event in logs if event["log_level"] == "error"]


@pytest.mark.parametrize("task", ["_tell", "_beat", "_expire"])
async def test_a_fault_in_any_task_ends_the_socket_and_is_logged(knock, token, script, monkeypatch, faults, task):
    monkeypatch.setattr(consumers.TreeConsumer, task, fault)
    socket = await knock(TREE, token=token)
    assert await socket.until_closed() == ("internal_error", 1011)
    assert faults() == ["socket_failed"]
    assert script.followers == 0


@pytest.fixture
def faulty_leave(script, monkeypatch):
    """Who stops following is given an error."""
    follow = script.follow_release

    @asynccontextmanager
    async def follow_and_fail(viewer, release_id):
        try:
            async with follow(viewer, release_id) as mailbox:
                yield mailbox
        finally:
            await fault()

    monkeypatch.setattr(consumers.services, "follow_release", follow_and_fail)


@pytest.mark.usefixtures("faulty_leave")
async def test_a_fault_is_logged_also_where_the_socket_is_over_by_something_else(knock, token, faults):
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    await socket.send("junk")
    assert await socket.until_closed() == ("internal_error", 1011)
    assert faults() == ["socket_failed"]


@pytest.mark.usefixtures("faulty_leave")
async def test_so_is_one_when_the_client_has_left(knock, token, faults):
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    await socket.leave()
    assert faults() == ["socket_failed"]


async def test_a_server_that_complains_of_a_client_that_is_gone_is_no_fault(knock, token, release, monkeypatch, faults):
    socket = await knock(TREE, token=token)
    await socket.until("freshness")

    complaints = []

    async def complain(_, message):
        complaints.append(message["type"])
        raise ConnectionResetError

    monkeypatch.setattr(AsyncConsumer, "send", complain)
    release.change("Renamed")
    await eventually(lambda: complaints == ["websocket.send"])
    await socket.leave()
    assert faults() == []


async def test_a_server_that_cancels_its_sockets_closes_them_as_one_that_restarts(knock, token, script):
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    await socket.cancel()
    assert socket.code == 1012
    assert script.followers == 0


async def test_nothing_runs_on_when_sockets_are_left(knock, token, script):
    before = asyncio.all_tasks()
    sockets = [await knock(path, token=token) for path in (TREE, LIST) * 10]
    for socket in sockets:
        await socket.until("freshness")
    assert script.followers == 20
    for socket in sockets:
        await socket.leave()
    assert script.followers == 0
    await eventually(lambda: not asyncio.all_tasks() - before)


async def test_nor_where_a_client_leaves_before_it_is_known(knock, token, monkeypatch):
    before = asyncio.all_tasks()
    monkeypatch.setattr(consumers.LiveConsumer, "_sign_in", lambda _: asyncio.Event().wait())
    for path in (TREE, LIST):
        socket = await knock(path, token=token)
        await socket.leave()
    await eventually(lambda: not asyncio.all_tasks() - before)
