"""Who followed what, from when to when, is on record; and who was refused."""

import asyncio

from releases.errors import ReleaseNotFound
from tests.sockets.conftest import ORIGIN, eventually, in_thread, session_of, token_of

TREE = "/ws/releases/release:payments-1/"
LIST = "/ws/releases/?search=pay&page_size=5"


async def test_a_release_from_opening_to_end(knock, on_record, viewer):
    token = await in_thread(token_of)(viewer)
    socket = await knock(TREE, token=token, headers={"X-Request-ID": "find-me", "User-Agent": "curl/8"})
    await socket.until("snapshot")
    [opening] = on_record
    assert (opening.action, opening.via, opening.outcome, opening.status) == ("follow", "socket", "allowed", None)
    assert (opening.seconds, opening.opening) == (None, None)
    await socket.leave()
    _, end = on_record
    assert (end.action, end.outcome, end.status, end.opening) == ("unfollow", "allowed", 1001, opening.id)
    assert end.seconds >= 0
    for access in (opening, end):
        assert (access.release, access.user_id, access.email) == ("release:payments-1", viewer.pk, viewer.email)
        assert (access.request_id, access.address, access.agent) == ("find-me", "127.0.0.1", "curl/8")
        assert access.signed_in_by == "token"


async def test_a_page_of_the_list(knock, on_record, viewer):
    session = await in_thread(session_of)(viewer)
    socket = await knock(LIST, session=session, origin=ORIGIN)
    await socket.until("snapshot")
    await socket.leave()
    assert [access.action for access in on_record] == ["follow-list", "unfollow"]
    assert {access.query for access in on_record} == {"?search=pay&page_size=5"}
    assert {access.signed_in_by for access in on_record} == {"session"}


async def test_nobody_is_on_record_as_refused(knock, on_record):
    await (await knock(TREE, origin=ORIGIN)).until_closed()
    [access] = on_record
    assert (access.action, access.outcome, access.code) == ("follow", "not_signed_in", "not_authenticated")
    assert (access.status, access.user_id, access.release) == (4401, None, "release:payments-1")


async def test_who_may_not_see_is_on_record_as_denied(knock, on_record, payments):
    token = await in_thread(token_of)(payments)
    await (await knock("/ws/releases/release:search-1/", token=token)).until_closed()
    [access] = on_record
    assert (access.action, access.outcome, access.code) == ("follow", "denied", "permission_denied")
    assert (access.status, access.user_id, access.release) == (4403, payments.pk, "release:search-1")


async def test_an_address_that_can_not_be_meant(knock, on_record, viewer):
    token = await in_thread(token_of)(viewer)
    await (await knock("/ws/releases/?page=x", token=token)).until_closed()
    [access] = on_record
    assert (access.action, access.outcome, access.status) == ("follow-list", "invalid", 4400)


async def test_a_page_of_another_origin(knock, on_record, viewer):
    session = await in_thread(session_of)(viewer)
    socket = await knock(TREE, session=session, origin="https://evil.example")
    assert not socket.is_accepted
    [access] = on_record
    assert (access.outcome, access.code) == ("denied", "foreign_origin")
    assert access.query == f"{TREE} from https://evil.example"


async def test_a_release_that_is_gone(knock, on_record, viewer, script):
    token = await in_thread(token_of)(viewer)
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    script["release:payments-1"].fail(ReleaseNotFound("release:payments-1"))
    await socket.until_closed()
    assert [(access.action, access.outcome, access.status, access.code) for access in on_record] == [
        ("follow", "allowed", None, ""),
        ("unfollow", "not_found", 4404, "release_not_found"),
    ]


async def test_who_loses_the_role_is_on_record_until_then(knock, on_record, viewer):
    token = await in_thread(token_of)(viewer)
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    await viewer.groups.aclear()
    await socket.until_closed()
    assert [(access.action, access.outcome, access.status) for access in on_record] == [
        ("follow", "allowed", None),
        ("unfollow", "denied", 4403),
    ]


async def test_a_list_that_is_followed_anew_is_one_record(knock, on_record, viewer, script):
    token = await in_thread(token_of)(viewer)
    socket = await knock("/ws/releases/", token=token)
    await socket.until("snapshot")
    await viewer.groups.aclear()
    await eventually(lambda: len(script.asked) == 2)
    await socket.leave()
    assert [access.action for access in on_record] == ["follow-list", "unfollow"]


async def test_a_server_that_ends_closes_the_record_too(knock, on_record, viewer):
    token = await in_thread(token_of)(viewer)
    socket = await knock(TREE, token=token)
    await socket.until("freshness")
    await socket.cancel()
    assert [(access.action, access.status) for access in on_record] == [("follow", None), ("unfollow", 1012)]


async def test_who_leaves_before_anything_is_shown(knock, on_record, viewer, monkeypatch):
    monkeypatch.setattr("releases.consumers.LiveConsumer._sign_in", lambda _: asyncio.Event().wait())
    await (await knock(TREE)).leave()
    [access] = on_record
    assert (access.action, access.outcome, access.code, access.status) == ("follow", "failed", "left", 1001)
