"""Made-up input: IDs, queries, headers, tokens, cookies, bodies and frames that nobody should send."""

import base64
import hmac
import json
import time
from urllib.parse import quote, quote_plus

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import strategies as st

from tests.contract.test_openapi import OPERATIONS
from tests.roles.people import NOWHERE, OURS, SECRET, SECRET_APP, SHARED_APP

# Text, as it can stand in an address or a body.

_ODD = [
    "",
    ".",
    "..",
    "../../etc/passwd",
    "%00",
    "%2e%2e%2f",
    "%25",
    "%",
    "%zz",
    "\x00",
    "\r\nSet-Cookie: sessionid=x",
    ":",
    "::",
    "release:",
    "release::a",
    "release:" + "a" * 201,
    "release:" + "a" * 70_000,
    "release:*",
    "release:[a-",
    "RELEASE:payments-2",
    "release:payments-2\n",
    "release:payments-2%0a",
    "release：payments-2",
    "wave:w",
    "app:api",
    "\u202e",
    "\ufeff",
    "\U0001f600",
    "0",
    "-1",
    "1e309",
    "9" * 40,
    "NaN",
    "null",
    "true",
    "[]",
    "{}",
    "' OR 1=1 --",
    '" UNION SELECT * FROM accounts_user --',
    "{{7*7}}",
    "${jndi:ldap://127.0.0.1/a}",
    "<script>alert(1)</script>",
    "WorkflowId STARTS_WITH 'release:'",
]
_KNOWN = [OURS, SECRET, NOWHERE, SHARED_APP, SECRET_APP]

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
VALUES = st.one_of(
    st.sampled_from(_ODD),
    st.sampled_from(_KNOWN),
    TEXT,
    st.from_regex(r"(release|wave|app):[A-Za-z0-9_.-]{1,20}[^A-Za-z]?", fullmatch=True),
    st.tuples(st.sampled_from(_KNOWN), TEXT).map("".join),
    st.integers().map(str),
)

_PARAMETERS = sorted(
    {
        parameter["name"]
        for operation in OPERATIONS.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    }
    | {"format", "next", "release", "_method", "q", "e", "o"}
)


def _written(pair: tuple[str, str]) -> bytes:
    return f"{quote_plus(pair[0])}={quote_plus(pair[1])}".encode()


_PAIRS = st.tuples(st.one_of(st.sampled_from(_PARAMETERS), TEXT), VALUES).map(_written)
_RAW = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#"), max_size=60)
QUERIES = st.one_of(
    st.just(b""),
    st.lists(_PAIRS, max_size=4).map(b"&".join),
    _RAW.map(str.encode),
    st.binary(max_size=40).map(quote).map(str.encode),
    st.integers(1, 3000).map(lambda times: b"&".join([b"phase=failed"] * times)),
)

_PLAUSIBLE = [
    b"a=" + SECRET.encode(),
    b"b=" + SECRET.encode(),
    b"b=" + OURS.encode(),
    b"search=secret",
    b"search=hush",
    b"state=concealed",
    b"phase=active",
    b"status=RUNNING",
    b"include=rollup",
    b"include=unchanged",
    b"ordering=-id",
    b"page_size=1",
    b"page=2",
    b"fresh=1",
    b"path=wave:w",
]
"""What is answered, and would tell of what is out of scope where something does."""
GOOD_QUERIES = st.lists(st.sampled_from(_PLAUSIBLE), max_size=2, unique=True).map(b"&".join)
GOOD_IDS = st.sampled_from(_KNOWN)

# Headers, as a server hands them on: bytes without line breaks.

BYTES = st.binary(max_size=80).map(lambda given: given.translate(None, b"\r\n\x00"))
_HEADER_VALUES = {
    b"accept": [b"text/html", b"*/*;q=x", b"application/json;indent=99999999", b"text/csv", b"/", b"a/b" * 999, b",,"],
    b"accept-encoding": [b"gzip", b"br;q=NaN", b"*"],
    b"accept-language": [b"xx" * 500, b"../../x"],
    b"authorization": [b"", b"Bearer", b"Bearer ", b"Bearer a b", b"Basic YTpi", b"Bearer " + b"." * 60_000, b"\xff"],
    b"connection": [b"Upgrade"],
    b"content-length": [b"-1", b"x", b"99999999999999999999", b"1.5", b"\xb2", b""],
    b"content-type": [b"multipart/form-data", b"multipart/form-data; boundary=", b"application/json; charset=utf-99"],
    b"cookie": [b"sessionid=" + b"a" * 32, b"csrftoken=x", b"=", b";" * 500],
    b"expect": [b"100-continue"],
    b"forwarded": [b"for=127.0.0.1;host=evil.example"],
    b"host": [b"evil.example", b"", b"[::1", b"a b", b"testserver:99999", b"testserver@evil.example", b"testserver."],
    b"if-modified-since": [b"Thu, 99 Jan 2026 00:00:00 GMT", b"x"],
    b"if-none-match": [b"*", b'"', b'W/"a", W/', b'"a"' * 999],
    b"origin": [b"null", b"http://testserver", b"https://evil.example", b"http://[", b"x" * 9999],
    b"range": [b"bytes=0-0,1-1", b"bytes=-99999999999999"],
    b"referer": [b"http://[", b"javascript:x", b"https://evil.example/"],
    b"transfer-encoding": [b"chunked", b"gzip, chunked"],
    b"upgrade": [b"websocket", b"h2c"],
    b"user-agent": [b"\xf0\x28\x8c\x28", b"x" * 9999],
    b"x-background": [b"1"],
    b"x-csrftoken": [b"x", b"a" * 64],
    b"x-forwarded-for": [b"127.0.0.1", b"::ffff:127.0.0.1%lo", b"," * 999],
    b"x-forwarded-host": [b"evil.example"],
    b"x-forwarded-proto": [b"https", b"x"],
    b"x-http-method-override": [b"DELETE"],
    b"x-request-id": [b"a\tb", b"<script>", b"x" * 9999, b"\xe2\x80\xa8"],
}


@st.composite
def headers(draw, *, without: tuple[bytes, ...] = ()):
    """Some headers, each in a shape of its own, now and then twice."""
    names = draw(st.lists(st.sampled_from(sorted(set(_HEADER_VALUES) - set(without))), min_size=1, max_size=4))
    return [(name, draw(st.one_of(st.sampled_from(_HEADER_VALUES[name]), BYTES))) for name in names]


METHODS = st.one_of(
    st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"]),
    st.text("ABCXYZ-_", min_size=1, max_size=12),
)

# JSON of every shape.

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), VALUES),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=8,
)


def dumped(value: object) -> bytes:
    return json.dumps(value).encode()


# Tokens. `signed` are made with the portal's own secret and say what they must not.

_RSA, _EC = rsa.generate_private_key(public_exponent=65537, key_size=2048), ec.generate_private_key(ec.SECP256R1())


def _part(value: object) -> str:
    raw = value if isinstance(value, bytes) else dumped(value)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _epoch() -> int:
    return int(time.time())


WRONG_CLAIMS = st.one_of(
    st.tuples(
        st.just("exp"),
        st.one_of(
            st.none(),
            st.sampled_from(["x", "", [], {}, True, "9" * 30, -1, 0, -(10**30), 10**30, 1.5, float("nan")]),
            st.sampled_from([float("inf"), float("-inf")]),
            st.integers(max_value=1_700_000_000),
            st.floats(max_value=1.7e9),
        ),
    ),
    st.tuples(st.just("token_type"), st.one_of(st.none(), st.sampled_from(["refresh", "", "Access", "sliding"]), JSON)),
    st.tuples(st.just("family"), JSON),
    st.tuples(st.just("family"), st.uuids().map(lambda it: it.hex)),
    st.tuples(st.just("nbf"), st.one_of(st.just(10**11), st.sampled_from(["x", [], {}]))),
    st.tuples(st.just("iat"), st.one_of(st.just(10**11), st.sampled_from(["x", [], {}]))),
)
KIDS = st.one_of(st.none(), st.sampled_from(["../../dev/null", "", "0" * 16, "a" * 9999, "' OR 1=1"]), JSON)
_ALGORITHMS = st.one_of(
    st.sampled_from(["none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS256", "ES256", "hs256", "HS256 "]), JSON
)


@st.composite
def forged_tokens(draw, good: str, secret: str):
    """A token that is no good, made of a good one of somebody who sees everything."""
    head, body, signature = good.split(".")
    header, claims = jwt.get_unverified_header(good), jwt.decode(good, options={"verify_signature": False})
    kind = draw(
        st.sampled_from(["algorithm", "none", "hs", "key", "kid", "signature", "claim", "tampered", "parts", "service"])
    )
    if kind == "algorithm":
        odd = draw(_ALGORITHMS.filter(lambda it: it != "HS256"))
        return f"{_part({**header, 'alg': odd})}.{body}.{draw(st.sampled_from(['', signature]))}"
    if kind == "none":
        return jwt.encode(claims, "", "none", headers=header | {"alg": "none"}) + draw(st.sampled_from(["", "x"]))
    if kind == "hs":
        algorithm = draw(st.sampled_from(["HS384", "HS512"]))
        return _signed(header | {"alg": algorithm}, claims, secret, f"sha{algorithm[2:]}")
    if kind == "key":
        key, algorithm = draw(
            st.sampled_from([(_RSA, "RS256"), (_RSA, "PS256"), (_EC, "ES256"), ("k" * 64, "HS256"), ("", "HS256")])
        )
        extra = draw(st.sampled_from([{}, {"jwk": {"kty": "oct", "k": "a2V5"}}, {"jku": "http://127.0.0.1:1/"}]))
        return jwt.encode(claims, key, algorithm, headers={"kid": header["kid"], **extra}) if key else good[:-4]
    if kind == "kid":
        kid = draw(KIDS.filter(lambda it: it != header["kid"]))
        named = {name: value for name, value in (header | {"kid": kid}).items() if value is not None}
        return _signed(named, claims, secret)
    if kind == "signature":
        raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
        raw[draw(st.integers(0, len(raw) - 1))] ^= draw(st.integers(1, 255))
        return f"{head}.{body}.{_part(bytes(raw))}"
    if kind == "claim":
        name, value = draw(WRONG_CLAIMS)
        return _signed(header, {**claims, name: value}, secret)
    if kind == "tampered":
        changed = draw(st.one_of(JSON, st.just({**claims, "user_id": "5"}), st.just({**claims, "exp": _epoch() * 2})))
        return f"{head}.{_part(changed)}.{signature}" if changed != claims else good[:-4]
    if kind == "service":
        return "rpt_" + draw(st.one_of(st.from_regex(r"[0-9a-f]{12}_[A-Za-z0-9_-]{43}", fullmatch=True), _RAW, VALUES))
    parts = draw(st.lists(st.one_of(st.sampled_from([head, body, signature, ""]), _RAW), max_size=5))
    return ".".join(parts) if parts != [head, body, signature] else ""


def _signed(header: dict, claims: object, secret: str, digest: str = "sha256") -> str:
    signing = f"{_part(header)}.{_part(claims)}"
    return f"{signing}.{_part(hmac.digest(secret.encode(), signing.encode(), digest))}"
