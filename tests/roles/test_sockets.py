"""Both sockets as everybody, with Temporal in memory behind them."""

import pytest

from releases import services
from releases.consumers import CLOSE_CODES
from tests.api.samples import start_whole
from tests.roles.matrix import SOCKETS
from tests.roles.people import HIDDEN, callers, start_ours, start_secret, tree
from tests.sockets.conftest import HOST, ORIGIN, Socket, in_thread

ASKS = [ask for asks in SOCKETS.values() for ask in asks]


@pytest.fixture
def world(fake_temporal):
    start_ours(fake_temporal)
    start_secret(fake_temporal)
    return fake_temporal


@pytest.fixture
async def everybody(async_db, make_user):
    yield await in_thread(callers)(make_user)
    await services.shut_down()


async def opened(caller, path):
    headers = {"Host": HOST, **caller.headers}
    if caller.session:
        headers |= {"Cookie": f"sessionid={caller.session}", "Origin": ORIGIN}
    return await Socket(path, headers, ()).open()


async def told(socket):
    """How it went on, as a row of the matrix says it. One that stays open is asked for a new snapshot, and left."""
    if not socket.is_accepted:
        return str(socket.code)
    while (frame := await socket.receive()) is not None:
        if frame["type"] == "error":
            await socket.until_closed()
            assert socket.code == CLOSE_CODES[frame["status"]]
            return f"{frame['status']} {frame['code']}"
        if frame["type"] == "snapshot" and socket.state.snapshots == 1:
            await socket.resync()
        elif frame["type"] == "snapshot":
            await socket.leave()
            return "open"
    return f"closed by {socket.code}"


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("ask", ASKS, ids=str)
async def test_everybody_is_answered_as_the_matrix_says(ask, everybody):
    answers = {}
    for caller in everybody:
        socket = await opened(caller, ask.path)
        answers[str(caller)] = await told(socket)
        if not caller.sees_secrets:
            assert [w for w in HIDDEN if w in str(socket.frames) and w not in ask.path] == [], str(caller)
    assert answers == {str(caller): ask.expected(caller) for caller in everybody}


async def test_the_list_is_told_of_no_change_out_of_scope(everybody, world):
    [scoped] = [caller for caller in everybody if str(caller) == "scoped by token"]
    socket = await opened(scoped, "/ws/releases/")
    await socket.until("snapshot")
    start_whole(world, "release:secret-3", tree(hush="concealed"))
    world.end("release:secret-2")
    start_whole(world, "release:payments-3", tree(api="running"))
    await socket.until("patch")
    assert socket.state.data["results"][0]["id"] == "release:payments-3"
    assert socket.state.data["count"] == 3
    assert "secret" not in str(socket.frames)
    await socket.leave()
