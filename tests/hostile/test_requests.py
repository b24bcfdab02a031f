"""Requests that nobody should send, to every address there is: nobody is let in, and nothing breaks.

Addresses are taken from the URL table, parameters from the OpenAPI document: new ones are asked by themselves.
"""

import re

from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import inputs
from tests.hostile.asgi import Answer, ask, assert_in_order, assert_one_body
from tests.hostile.shares import SHARES, share
from tests.roles.matrix import API, SIGN_IN
from tests.roles.people import HIDDEN, OURS
from tests.roles.routes import http_routes

TEMPLATES = sorted(re.sub(r"<(?:\w+:)?\w+>", "{}", route) for route in http_routes() if "^" not in route)
OF_RELEASES = [it for it in TEMPLATES if it.startswith(("api/releases/", "api/entities/", "api/compare/"))]
FOR_THE_SIGNED_IN = sorted(
    {
        each.path.partition("?")[0]
        for asks in API.values()
        for each in asks
        if each.answers["nobody"] == SIGN_IN and each.method == "GET"
    }
)
WRITES = sorted({(each.method, each.path) for asks in API.values() for each in asks if each.method != "GET"})
INSIDE = (*HIDDEN, "payments-1", "payments-2", "admin@example.com")
"""What only those are told who are signed in."""


@st.composite
def addresses(draw, ids=inputs.VALUES, templates=TEMPLATES, *, as_they_are=False):
    path = "/" + draw(st.sampled_from(templates))
    while "{}" in path:
        path = path.replace("{}", draw(ids), 1)
    return (
        path if as_they_are else path + draw(st.sampled_from(["", "", "", "/", "/../", "//", "%2f", ".json", ";a=b"]))
    )


def assert_nobody_is_let_in(answer: Answer) -> None:
    assert_in_order(answer)
    assert [word for word in INSIDE if word in answer.told and word not in answer.asked] == [], answer


def assert_refused(answer: Answer) -> None:
    """Where only who is signed in is answered."""
    assert_nobody_is_let_in(answer)
    assert 400 <= answer.status < 500, answer


@share("addresses")
@given(method=inputs.METHODS, path=addresses(), query=inputs.QUERIES)
async def test_whatever_the_address(portal, method, path, query):
    portal.count("addresses")
    answer = await ask(method, path, query)
    assert_nobody_is_let_in(answer)
    if path.startswith("/api/") and not path.startswith(("/api/docs", "/api/browser")):
        assert_one_body(answer)
    if path.startswith("/admin/"):
        assert not 200 <= answer.status < 300, answer


@share("headers")
@given(path=st.sampled_from(FOR_THE_SIGNED_IN), headers=inputs.headers(), root=st.sampled_from(["", "", "", "/x", "x"]))
async def test_whatever_the_headers(portal, path, headers, root):
    portal.count("headers")
    answer = await ask("GET", path, headers=headers, root_path=root)
    assert_nobody_is_let_in(answer)
    if not root:
        assert_refused(answer)
    if not root and b"accept" not in dict(headers):
        assert_one_body(answer)


@share("tokens")
@given(path=st.sampled_from(FOR_THE_SIGNED_IN), data=st.data())
async def test_whatever_the_token(portal, path, data):
    portal.count("tokens")
    token = data.draw(inputs.forged_tokens(portal.superuser, settings.JWT_SECRETS[0]))
    scheme = data.draw(st.sampled_from([b"Bearer ", b"bearer ", b"BEARER ", b"Bearer  ", b"Token ", b""]))
    answer = await ask("GET", path, headers=[(b"authorization", scheme + token.encode("utf-8", "replace"))])
    assert_refused(answer)
    assert_one_body(answer)


_CSRF = st.one_of(inputs.BYTES, st.from_regex(rb"[A-Za-z0-9]{32}|[A-Za-z0-9]{64}", fullmatch=True))


@st.composite
def cookies(draw, good: str) -> bytes:
    """Of sessions that there are not."""
    place = draw(st.integers(0, len(good) - 1))
    session = draw(
        st.one_of(
            inputs.BYTES,
            st.from_regex(rb"[a-z0-9]{32}", fullmatch=True),
            st.just((good[:place] + ("b" if good[place] == "a" else "a") + good[place + 1 :]).encode()),
            st.just(good.upper().encode() if good.upper() != good else b""),
            st.just(f"{good}x".encode()),
            st.just(good[:-1].encode()),
        )
    )
    name = draw(
        st.sampled_from([b"sessionid", b"sessionid", b"sessionid", b"SESSIONID", b"__Host-sessionid", b"messages"])
    )
    return b"; ".join([name + b"=" + session.replace(good.encode(), b""), b"csrftoken=" + draw(_CSRF)])


@share("cookies")
@given(path=st.sampled_from(FOR_THE_SIGNED_IN), data=st.data())
async def test_whatever_the_cookies(portal, path, data):
    portal.count("cookies")
    answer = await ask("GET", path, headers=[(b"cookie", data.draw(cookies(portal.session)))])
    assert_refused(answer)
    assert_one_body(answer)


_FIELDS = st.sampled_from(
    [
        "email",
        "password",
        "new_password",
        "refresh",
        "token",
        "uid",
        "name",
        "query",
        "days",
        "roles",
        "patterns",
        "code",
    ]
)
_TYPES = st.sampled_from(
    [
        b"application/json",
        b"application/json; charset=utf-16",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=x",
        b"text/plain",
        b"",
    ]
)
_BODIES = st.one_of(
    st.dictionaries(_FIELDS, st.one_of(inputs.VALUES, inputs.JSON), max_size=4).map(inputs.dumped),
    inputs.JSON.map(inputs.dumped),
    st.binary(max_size=200),
    st.integers(1, 30_000).map(lambda depth: b"[" * depth),
    st.integers(1, 10_000).map(lambda depth: b'{"email":' * depth),
    st.just(b'{"email": "' + b"a" * 70_000 + b'"}'),
    st.just(b"--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\n" + b"a" * 999 + b"\r\n--x--\r\n"),
)


@share("bodies")
@given(write=st.sampled_from(WRITES), kind=_TYPES, body=_BODIES, csrf=st.booleans())
async def test_whatever_the_body(portal, write, kind, body, csrf):
    portal.count("bodies")
    method, path = write
    # A visitor's own, which anybody gets: what stands behind it is reached.
    tokens = [(b"cookie", b"csrftoken=" + b"a" * 32), (b"x-csrftoken", b"a" * 32)] if csrf else []
    answer = await ask(method, path, headers=[(b"content-type", kind), *tokens], body=body)
    assert_nobody_is_let_in(answer)
    if path.startswith("/api/") and not path.startswith("/api/browser"):
        assert_one_body(answer)
        assert answer.status != 200 or answer.content in ("", "{}"), answer


_WITHOUT = (b"authorization", b"cookie", b"host")


@share("within a scope")
@given(
    path=st.one_of(addresses(inputs.GOOD_IDS, OF_RELEASES, as_they_are=True), addresses()),
    query=st.one_of(st.just(b""), inputs.GOOD_QUERIES, inputs.QUERIES),
    headers=st.one_of(st.just([]), inputs.headers(without=_WITHOUT)),
)
async def test_whatever_who_is_signed_in_asks_they_are_told_of_their_scope_alone(portal, path, query, headers):
    portal.count("within a scope")
    headers = [(b"authorization", f"Bearer {portal.scoped}".encode()), *headers]
    answer = await ask("GET", path, query, headers)
    assert_in_order(answer)
    assert [word for word in HIDDEN if word in answer.told and word not in answer.asked] == [], answer
    if answer.status == 200:
        portal.count("answered")


async def test_what_is_let_in_is_shown_what_there_is(portal):
    """Else all of the above would hold of a portal that shows nothing."""
    for token, seen in ((portal.scoped, False), (portal.superuser, True)):
        answer = await ask("GET", "/api/releases/", headers=[(b"authorization", f"Bearer {token}".encode())])
        assert answer.status == 200
        assert OURS in answer.content
        assert ("secret-2" in answer.content) is seen
    answer = await ask("GET", "/api/releases/", headers=[(b"cookie", f"sessionid={portal.session}".encode())])
    assert "secret-2" in answer.content


def test_ten_thousand_inputs_are_sent():
    assert sum(SHARES.values()) >= 10_000
