"""How many sockets may be open."""

import pytest

from releases.open_sockets import open_sockets
from tests.sockets.conftest import in_thread, token_of

LIST = "/ws/releases/"


@pytest.fixture
def limits(settings):
    def set_limits(**values):
        settings.RELPORTAL = settings.RELPORTAL.model_copy(update=values)

    return set_limits


@pytest.fixture
async def tokens(viewer, payments):
    return [await in_thread(token_of)(user) for user in (viewer, payments)]


async def test_a_user_may_open_so_many_and_again_when_one_is_left(knock, tokens, limits):
    limits(SOCKETS_PER_USER=2)
    first, second = [await knock(LIST, token=tokens[0]) for _ in range(2)]
    await first.until("snapshot")
    await second.until("snapshot")
    socket = await knock(LIST, token=tokens[0])
    assert await socket.until_closed() == ("too_many_sockets", 1013)
    assert socket.state.error["status"] == 429
    assert socket.state.error["retryable"] is True
    # Another user may.
    await (await knock(LIST, token=tokens[1])).until("snapshot")
    await first.leave()
    await (await knock(LIST, token=tokens[0])).until("snapshot")


async def test_all_together_may_open_so_many(knock, tokens, limits):
    limits(SOCKETS_MAX=2)
    for token in tokens:
        await (await knock(LIST, token=token)).until("snapshot")
    for token in tokens:
        assert await (await knock(LIST, token=token)).until_closed() == ("too_many_sockets", 1013)


async def test_who_is_refused_takes_nobodys_place(knock, tokens, limits):
    limits(SOCKETS_MAX=1)
    for _ in range(3):
        await (await knock(LIST, token="not-a-token")).until_closed()
        await (await knock(f"{LIST}?page=0", token=tokens[0])).until_closed()
        await (await knock("/ws/releases/release:search-1/", token=tokens[1])).until_closed()
    assert len(open_sockets()) == 0
    await (await knock(LIST, token=tokens[0])).until("snapshot")
    assert len(open_sockets()) == 1
