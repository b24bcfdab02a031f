"""Who may no longer look is cut off, and nobody else."""

import asyncio
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError
from django.test import Client
from rest_framework_simplejwt.exceptions import TokenError

from accounts import service_tokens
from accounts.models import ServiceToken, User, UserSession
from accounts.socket_sign_in import SignIn, current_viewers
from accounts.tokens import Pair, start_family, trade
from releases import consumers, open_sockets
from tests.sockets.conftest import ORIGIN, eventually, in_thread, session_of, token_of

TREE = "/ws/releases/release:payments-1/"
LIST = "/ws/releases/"


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    monkeypatch.setattr(open_sockets, "RECHECK_SECONDS", 0.02)


@pytest.fixture(params=["token", "session"])
async def way(request, viewer):
    if request.param == "token":
        return {"token": await in_thread(token_of)(viewer)}
    return {"session": await in_thread(session_of)(viewer), "origin": ORIGIN}


@pytest.fixture(params=[TREE, LIST])
async def socket(request, knock, way):
    socket = await knock(request.param, **way)
    await socket.until("freshness")
    return socket


@pytest.fixture
async def bystander(knock, payments):
    """Somebody else, who must notice nothing."""
    socket = await knock(TREE, token=await in_thread(token_of)(payments))
    await socket.until("freshness")
    return socket


@pytest.fixture
def unharmed(bystander, script):
    async def check():
        script["release:payments-1"].change("Still here")
        await bystander.until("patch")
        assert bystander.state.data["name"] == "Still here"

    return check


def lost(way):
    return ("token_invalid" if "token" in way else "not_authenticated", 4401)


async def test_the_deactivated_are(socket, way, viewer, unharmed):
    await User.objects.filter(pk=viewer.pk).aupdate(is_active=False)
    assert await socket.until_closed() == lost(way)
    await unharmed()


async def test_the_deleted_are(socket, way, viewer, unharmed):
    await viewer.adelete()
    assert await socket.until_closed() == lost(way)
    await unharmed()


async def test_who_signs_out_is(knock, viewer, unharmed):
    client = Client()
    await in_thread(client.force_login)(viewer)
    socket = await knock(TREE, session=client.cookies["sessionid"].value, origin=ORIGIN)
    await socket.until("freshness")
    await in_thread(client.post)("/api/auth/logout/")
    assert await socket.until_closed() == ("not_authenticated", 4401)
    await unharmed()


async def test_who_signs_out_everywhere_is_on_all_sockets(knock, viewer, unharmed):
    client = Client()
    await in_thread(client.force_login)(viewer)
    by_session = await knock(TREE, session=await in_thread(session_of)(viewer), origin=ORIGIN)
    by_token = await knock(LIST, token=await in_thread(token_of)(viewer))
    await in_thread(client.post)("/api/auth/logout/everywhere/")
    assert await by_session.until_closed() == ("not_authenticated", 4401)
    assert await by_token.until_closed() == ("token_invalid", 4401)
    await unharmed()


async def test_so_is_who_signs_out_while_a_token_of_the_same_user_stays(knock, viewer):
    session, token = await in_thread(session_of)(viewer), await in_thread(token_of)(viewer)
    by_session, by_token = await knock(TREE, session=session, origin=ORIGIN), await knock(TREE, token=token)
    await by_token.until("freshness")
    await UserSession.objects.filter(session_key=session).adelete()
    assert await by_session.until_closed() == ("not_authenticated", 4401)
    await by_token.resync()
    await by_token.until("snapshot")


async def test_a_session_that_expires_ends_its_socket(knock, viewer):
    session = await in_thread(session_of)(viewer)
    socket = await knock(LIST, session=session, origin=ORIGIN)
    await UserSession.objects.filter(session_key=session).aupdate(expire_date="2020-01-01T00:00:00Z")
    assert await socket.until_closed() == ("not_authenticated", 4401)


async def test_a_new_password_ends_the_sessions_of_the_old_one(knock, viewer, unharmed):
    socket = await knock(TREE, session=await in_thread(session_of)(viewer), origin=ORIGIN)
    viewer.set_password("another correct horse")
    await viewer.asave()
    assert await socket.until_closed() == ("not_authenticated", 4401)
    await unharmed()


async def test_a_new_password_ends_the_tokens_of_the_old_one(knock, viewer, unharmed):
    socket = await knock(TREE, token=await in_thread(token_of)(viewer))
    viewer.set_password("another correct horse")
    await viewer.asave()
    assert await socket.until_closed() == ("token_invalid", 4401)
    await unharmed()


async def test_a_refresh_token_used_twice_ends_the_sockets_of_its_sign_in(knock, viewer, unharmed):
    pair = await in_thread(lambda: Pair.of(start_family(viewer)))()
    socket = await knock(TREE, token=pair.access)
    await socket.until("freshness")
    await in_thread(trade)(pair.refresh)
    with pytest.raises(TokenError):
        await in_thread(trade)(pair.refresh)
    assert await socket.until_closed() == ("token_invalid", 4401)
    await unharmed()


@pytest.fixture
async def service_token(viewer):
    return await in_thread(service_tokens.make)(viewer, name="Board", days=1, roles=[], patterns=["release:payments-*"])


@pytest.mark.parametrize("path", [TREE, LIST])
async def test_a_service_token_that_is_revoked_ends_its_sockets(knock, service_token, unharmed, path):
    socket = await knock(path, token=service_token.text)
    await socket.until("freshness")
    await in_thread(service_tokens.revoke)(ServiceToken.objects.filter(pk=service_token.token.pk))
    assert await socket.until_closed() == ("token_invalid", 4401)
    await unharmed()


@pytest.mark.parametrize("change", [{"expires_at": "2020-01-01T00:00:00Z"}, {"patterns": ["release:search-*"]}])
async def test_so_does_one_that_expires_or_is_narrowed(knock, service_token, unharmed, change):
    socket = await knock(TREE, subprotocols=["relportal", f"bearer.{service_token.text}"])
    await socket.until("freshness")
    await ServiceToken.objects.filter(pk=service_token.token.pk).aupdate(**change)
    assert await socket.until_closed() in (("token_invalid", 4401), ("permission_denied", 4403))
    await unharmed()


async def test_a_service_token_shows_no_more_than_its_patterns(knock, service_token):
    socket = await knock("/ws/releases/release:search-1/", token=service_token.text)
    assert await socket.until_closed() == ("permission_denied", 4403)


async def test_a_service_token_ends_with_its_owner(knock, service_token, viewer, unharmed):
    socket = await knock(TREE, token=service_token.text)
    await socket.until("freshness")
    await User.objects.filter(pk=viewer.pk).aupdate(is_active=False)
    assert await socket.until_closed() == ("token_invalid", 4401)
    await unharmed()


async def test_a_token_that_expires_ends_its_socket(knock, viewer, monkeypatch):
    token = await in_thread(token_of)(viewer, hours=1)
    # By the clock of the socket alone, or the token would be no good from the start on a slow machine.
    monkeypatch.setattr(consumers.time, "time", lambda: datetime.now(UTC).timestamp() + 3599)
    socket = await knock(TREE, token=token)
    await socket.until("snapshot")
    assert await socket.until_closed() == ("token_invalid", 4401)


async def test_so_does_one_when_the_clock_is_set_forward(knock, viewer, monkeypatch):
    socket = await knock(TREE, token=await in_thread(token_of)(viewer, hours=1))
    await socket.until("snapshot")
    monkeypatch.setattr(consumers.time, "time", lambda: datetime.now(UTC).timestamp() + 3601)
    assert await socket.until_closed() == ("token_invalid", 4401)


async def test_who_loses_the_role_no_longer_sees_the_release(knock, way, viewer, unharmed):
    socket = await knock(TREE, **way)
    await socket.until("freshness")
    await viewer.groups.aclear()
    assert await socket.until_closed() == ("permission_denied", 4403)
    await unharmed()


async def test_so_does_who_is_superuser_no_more(knock, superuser):
    socket = await knock(TREE, token=await in_thread(token_of)(superuser))
    await socket.until("freshness")
    await User.objects.filter(pk=superuser.pk).aupdate(is_superuser=False)
    assert await socket.until_closed() == ("permission_denied", 4403)


async def test_another_role_that_covers_the_release_changes_nothing(knock, way, viewer, script):
    socket = await knock(TREE, **way)
    await socket.until("freshness")
    role = await Group.objects.acreate(name="Payments only")
    await role.scopes.acreate(pattern="release:payments-*")
    await viewer.groups.aset([role])
    await asyncio.sleep(10 * open_sockets.RECHECK_SECONDS)
    script["release:payments-1"].change("Renamed")
    await socket.until("patch")
    assert len(script.asked) == 1


async def test_the_list_is_told_anew_by_another_role(knock, way, viewer, script):
    for name in ("payments-1", "search-1"):
        script.list_release(name)
    socket = await knock(LIST, **way)
    await socket.until("freshness")
    role = await Group.objects.acreate(name="Search")
    await role.scopes.acreate(pattern="release:search-*")
    await viewer.groups.aset([role])
    await socket.until("snapshot")
    assert [row["id"] for row in socket.state.data["results"]] == ["release:search-1"]
    assert script.followers == 1
    # And without any.
    await viewer.groups.aclear()
    await socket.until("snapshot")
    assert socket.state.data["results"] == []


async def test_nothing_is_told_of_what_is_out_of_scope_by_then(knock, way, viewer, script):
    script.list_release("payments-1")
    socket = await knock(LIST, **way)
    await socket.until("freshness")
    await viewer.groups.aclear()
    await eventually(lambda: len(script.asked) == 2)
    await socket.until("snapshot")
    assert [frame["type"] for frame in socket.frames] == ["snapshot", "freshness", "snapshot"]
    assert socket.state.data["results"] == []


# However it is looked


@pytest.mark.usefixtures("async_db")
async def test_all_sockets_are_looked_at_in_four_queries(viewer, payments, superuser, django_assert_num_queries):
    def sign_ins():
        users = (viewer, payments, superuser)
        return [SignIn(session_key=session_of(user)) for user in users for _ in range(5)] + [
            SignIn(family=start_family(user).pk, expires_at=number) for user in users for number in range(5)
        ]

    def look():
        given = sign_ins()
        with django_assert_num_queries(4):
            viewers = current_viewers(given)
        assert viewers.keys() == set(given)
        assert {viewers[each].email for each in given} == {user.email for user in (viewer, payments, superuser)}
        assert viewers[given[5]].patterns == {"release:payments-*"}

    await in_thread(look)()


async def test_a_lost_database_cuts_nobody_off_and_is_logged_once(knock, way, viewer, script, monkeypatch, caplog):
    socket = await knock(TREE, **way)
    await socket.until("freshness")
    tries = []

    def fail(_):
        tries.append(1)
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as lost_database:
        lost_database.setattr(open_sockets, "current_viewers", fail)
        await eventually(lambda: len(tries) >= 5)
        script["release:payments-1"].change("Still here")
        await socket.until("patch")
    logged = [r.msg for r in caplog.records if isinstance(r.msg, dict) and r.msg["event"] == "sockets_not_checked"]
    assert len(logged) == 1
    # And when it is back:
    await User.objects.filter(pk=viewer.pk).aupdate(is_active=False)
    assert await socket.until_closed() == lost(way)


async def test_nothing_is_looked_up_while_no_socket_is_open(knock, way, monkeypatch):
    looked = []

    def look(sign_ins):
        looked.append(1)
        return current_viewers(sign_ins)

    monkeypatch.setattr(open_sockets, "current_viewers", look)
    socket = await knock(LIST, **way)
    await eventually(lambda: looked)
    await socket.leave()
    so_far = len(looked)
    await asyncio.sleep(20 * open_sockets.RECHECK_SECONDS)
    assert len(looked) <= so_far + 1  # One look may have been under way.
    # And again with the next one.
    await knock(LIST, **way)
    await eventually(lambda: len(looked) > so_far + 1)
