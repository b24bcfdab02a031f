"""Who may open a socket, by which way, from where."""

import jwt
import pytest

from accounts.models import UserSession
from accounts.tokens import RefreshToken, start_family
from tests.sockets.conftest import ORIGIN, in_thread, session_of, token_of

TREE = "/ws/releases/release:payments-1/"
LIST = "/ws/releases/"
ELSEWHERE = "https://evil.example"


def by_header(user):
    return {"token": token_of(user)}


def by_subprotocol(user):
    return {"subprotocols": ["relportal", f"bearer.{token_of(user)}"]}


def by_session(user):
    return {"session": session_of(user), "origin": ORIGIN}


@pytest.fixture(params=[by_header, by_subprotocol, by_session])
def way(request):
    return in_thread(request.param)


@pytest.mark.parametrize("path", [TREE, LIST])
async def test_who_may_see_is_let_in_by_each_way(knock, way, viewer, path):
    socket = await knock(path, **await way(viewer))
    assert socket.is_accepted
    assert (await socket.receive())["type"] == "snapshot"


async def test_a_release_out_of_scope_is_refused_whether_it_is_there_or_not(knock, way, payments, script):
    for path in ("/ws/releases/release:search-1/", "/ws/releases/release:never-was/"):
        socket = await knock(path, **await way(payments))
        assert await socket.until_closed() == ("permission_denied", 4403)
    assert script.asked == []


async def test_somebody_without_a_role_sees_an_empty_list_and_no_release(knock, way, outsider, script):
    script.list_release("payments-1")
    signed_in = await way(outsider)
    assert (await (await knock(LIST, **signed_in)).receive())["data"]["results"] == []
    assert await (await knock(TREE, **signed_in)).until_closed() == ("permission_denied", 4403)


async def test_who_is_deactivated_is_not_let_in(knock, way, viewer):
    signed_in = await way(viewer)
    viewer.is_active = False
    await viewer.asave()
    expected = "not_authenticated" if "session" in signed_in else "token_invalid"
    assert await (await knock(TREE, **signed_in)).until_closed() == (expected, 4401)


async def test_who_is_deleted_is_not_let_in(knock, way, viewer):
    signed_in = await way(viewer)
    await viewer.adelete()
    assert (await (await knock(TREE, **signed_in)).until_closed())[1] == 4401


@pytest.mark.parametrize("path", [TREE, LIST])
async def test_nobody_is_told_to_sign_in(knock, path):
    socket = await knock(path, origin=ORIGIN)
    assert socket.is_accepted
    assert await socket.until_closed() == ("not_authenticated", 4401)


async def test_the_error_is_the_problem_of_the_api_with_the_request_id(knock):
    socket = await knock(LIST, headers={"X-Request-ID": "find-me"})
    await socket.until_closed()
    assert socket.state.error == {
        "type": "error",
        "title": "Not signed in",
        "status": 401,
        "detail": "Please log in again.",
        "code": "not_authenticated",
        "request_id": "find-me",
        "retryable": False,
    }


# Tokens


def forged(user):
    claims = {"token_type": "access", "user_id": str(user.pk), "exp": 4_000_000_000, "jti": "j"}
    return jwt.encode(claims, "another secret, long enough to be one", "HS256")


def unsigned(user):
    claims = {"token_type": "access", "user_id": str(user.pk), "exp": 4_000_000_000, "jti": "j"}
    return jwt.encode(claims, "", "none")


@pytest.mark.parametrize(
    "bad",
    [
        lambda user: token_of(user, seconds=-10),
        lambda user: str(RefreshToken.of(start_family(user))),
        forged,
        unsigned,
        lambda _: "not-a-token",
        lambda _: "",
    ],
)
@pytest.mark.parametrize("name", ["header", "subprotocol"])
async def test_a_token_that_is_no_good_is_told_so(knock, viewer, name, bad):
    token = await in_thread(bad)(viewer)
    given = {"token": token} if name == "header" else {"subprotocols": ["relportal", f"bearer.{token}"]}
    code, close = await (await knock(TREE, **given)).until_closed()
    assert close == 4401
    assert code == "token_invalid"


async def test_a_token_that_is_no_good_counts_also_beside_a_session(knock, viewer):
    session = await in_thread(session_of)(viewer)
    socket = await knock(TREE, token="not-a-token", session=session, origin=ORIGIN)
    assert await socket.until_closed() == ("token_invalid", 4401)


async def test_a_token_in_the_address_is_nothing(knock, viewer):
    token = await in_thread(token_of)(viewer)
    assert await (await knock(f"{TREE}?token={token}")).until_closed() == ("not_authenticated", 4401)


async def test_the_scheme_of_another_kind_is_not_looked_at(knock, viewer):
    session = await in_thread(session_of)(viewer)
    socket = await knock(TREE, session=session, origin=ORIGIN, headers={"Authorization": "Basic dTpw"})
    assert (await socket.receive())["type"] == "snapshot"


# Subprotocols


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        (["relportal", "bearer.{token}"], "relportal"),
        (["bearer.{token}", "relportal"], "relportal"),
        (["bearer.{token}"], None),
    ],
)
async def test_the_token_is_never_the_answered_subprotocol(knock, viewer, offered, answered):
    token = await in_thread(token_of)(viewer)
    socket = await knock(TREE, subprotocols=[name.format(token=token) for name in offered])
    assert socket.subprotocol == answered
    assert (await socket.receive())["type"] == "snapshot"


async def test_a_browser_may_name_the_subprotocol_too(knock, viewer):
    session = await in_thread(session_of)(viewer)
    socket = await knock(TREE, session=session, origin=ORIGIN, subprotocols=["relportal"])
    assert socket.subprotocol == "relportal"


# Sessions and origins


async def test_a_session_without_an_origin_is_nobodys(knock, viewer):
    session = await in_thread(session_of)(viewer)
    assert await (await knock(TREE, session=session)).until_closed() == ("not_authenticated", 4401)


async def test_an_unknown_session_is_nobodys(knock, viewer):
    for session in ("", "x" * 32, "not a key"):
        socket = await knock(TREE, session=session, origin=ORIGIN)
        assert await socket.until_closed() == ("not_authenticated", 4401)


async def test_a_session_that_has_expired_is_nobodys(knock, viewer):
    session = await in_thread(session_of)(viewer)
    await UserSession.objects.filter(session_key=session).aupdate(expire_date="2020-01-01T00:00:00Z")
    assert await (await knock(TREE, session=session, origin=ORIGIN)).until_closed() == ("not_authenticated", 4401)


async def test_a_session_of_before_the_password_changed_is_nobodys(knock, viewer):
    session = await in_thread(session_of)(viewer)
    viewer.set_password("another correct horse")
    await viewer.asave()
    assert await (await knock(TREE, session=session, origin=ORIGIN)).until_closed() == ("not_authenticated", 4401)


@pytest.mark.parametrize(
    "origin",
    [
        ELSEWHERE,
        "null",
        "",
        "http://testserver.evil.example",
        "http://eviltestserver",
        "https://testserver",
        "http://testserver:8080",
        "http://a.trusted.example",
        "testserver",
        "http://[",
    ],
)
async def test_a_page_of_another_origin_is_refused_whatever_else_it_sends(knock, way, viewer, origin):
    socket = await knock(TREE, **{**await way(viewer), "origin": origin})
    assert not socket.is_accepted


async def test_a_page_of_another_origin_is_refused_before_anybody_is_looked_up(knock, monkeypatch):
    monkeypatch.setattr("releases.consumers.sign_in", None)
    assert not (await knock(TREE, origin=ELSEWHERE, token="t")).is_accepted


@pytest.mark.parametrize(
    "origin",
    [
        "https://releases.example.com",
        "https://a.trusted.example",
        "https://a.b.trusted.example",
        "http://localhost:3000",
    ],
)
async def test_origins_that_are_configured_are_ours(knock, viewer, settings, origin):
    settings.CSRF_TRUSTED_ORIGINS = ["https://releases.example.com", "https://*.trusted.example"]
    session = await in_thread(session_of)(viewer)
    socket = await knock(TREE, session=session, origin=origin)
    assert (await socket.receive())["type"] == "snapshot"


async def test_a_host_that_is_not_ours_is_refused(knock, viewer):
    token = await in_thread(token_of)(viewer)
    headers = {"Host": "evil.example"}
    assert not (await knock(TREE, token=token, headers=headers)).is_accepted
    assert not (await knock(TREE, token=token, headers=headers, origin="http://evil.example")).is_accepted


# Addresses


@pytest.mark.parametrize(
    "path", ["/ws/", "/ws/releases", "/ws/releases/release:a", "/ws/releases/release:a/b/", "/ws/x/", "/"]
)
async def test_an_address_that_is_nothing_is_refused(knock, viewer, path):
    token = await in_thread(token_of)(viewer)
    socket = await knock(path, token=token)
    assert not socket.is_accepted
    assert socket.code == 4404


@pytest.mark.parametrize("release_id", ["wave:w1", "release:", "release:a b", "release:a\n", "x" * 300, "release:ü"])
async def test_an_id_that_is_none_is_a_bad_request(knock, viewer, script, release_id):
    token = await in_thread(token_of)(viewer)
    socket = await knock(f"/ws/releases/{release_id}/", token=token)
    assert await socket.until_closed() == ("invalid_id", 4400)
    assert script.asked == []
