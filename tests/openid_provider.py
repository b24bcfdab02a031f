"""A provider of OpenID Connect on a loopback port, which says yes for whom the test names and lies where it is told to.

with running_provider() as provider:
    provider.signs_in(sub="1", email="vera@example.com", email_verified=True, groups=["viewers"])
    provider.claims_of_token = lambda claims: {**claims, "aud": "somebody else"}
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from joserfc import jwk, jwt

CLIENT_ID, CLIENT_SECRET = "relportal", "a-secret-of-the-client: ü/?"
DISCOVERY, KEYS, TOKEN, USERINFO = "/.well-known/openid-configuration", "/keys", "/token", "/userinfo"

Claims = dict[str, Any]


def make_key(kid: str) -> Any:
    return jwk.RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


_FIRST_KEY = make_key("first")


class OpenIdProvider:
    def __init__(self, host: str, port: int) -> None:
        self.issuer = f"http://{host}:{port}"
        self.key = _FIRST_KEY
        self.published = [_FIRST_KEY]
        self.asked: list[str] = []
        """The paths of what was asked, in order."""
        self.sign: Callable[[Claims], str] = self._sign
        """Makes the ID token of its claims."""
        self.claims_of_token: Callable[[Claims], Claims] = dict
        """What the ID token says, of what it should."""
        self.metadata: Callable[[Claims], Claims] = dict
        self.error: str | None = None
        """What it sends browsers back with in place of a code."""
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        """By path: what it answers in place of the right thing."""
        self.userinfo: Claims | None = None
        """What is told there and not in the ID token; None: everything is in the token."""
        self.auth_method = "client_secret_basic"
        self.asks_people = False
        """Whether a page of its own stands in between, whose link leads back."""
        self._person: Claims = {}
        self._codes: dict[str, dict[str, str]] = {}
        self._access_tokens: set[str] = set()

    def signs_in(self, **claims: Any) -> None:
        """From now on it is this person who is signed in there, and consents at once."""
        self._person = claims

    def changes_keys(self) -> None:
        self.key = make_key(secrets.token_hex(4))
        self.published = [self.key]

    def _sign(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def described(self) -> Claims:
        return self.metadata(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": self.issuer + TOKEN,
                "jwks_uri": self.issuer + KEYS,
                "userinfo_endpoint": self.issuer + USERINFO,
                "scopes_supported": ["openid", "email", "profile", "groups"],
                "token_endpoint_auth_methods_supported": [self.auth_method],
                # As bad as can be: what it offers is not what is believed.
                "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
            }
        )

    def keys(self) -> Claims:
        own = [key.as_dict(private=False) for key in self.published]
        # What others publish beside what we can use.
        return {"keys": [*own, {"kty": "OKP", "crv": "X25519", "x": "AAAA", "kid": "other"}, {"kty": "?"}, "junk"]}

    def authorize(self, query: dict[str, str]) -> str:
        """The address that the browser is sent back to."""
        assert query["client_id"] == CLIENT_ID
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert {"openid", "email", "profile"} <= set(query["scope"].split())
        if self.error is not None:
            return f"{query['redirect_uri']}?{urlencode({'error': self.error, 'state': query['state']})}"
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def redeem(self, form: dict[str, str], authorization: str | None) -> tuple[int, Claims]:
        if not self._is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        begun = self._codes.pop(form.get("code", ""), None)
        challenge = _base64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            begun is None
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != begun["redirect_uri"]
            or challenge != begun["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        access_token = secrets.token_urlsafe(16)
        self._access_tokens.add(access_token)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": begun["nonce"]}
        claims |= self._person if self.userinfo is None else {"sub": self._person["sub"]}
        token = self.sign(self.claims_of_token(claims))
        return 200, {"access_token": access_token, "token_type": "Bearer", "expires_in": 60, "id_token": token}

    def _is_client(self, form: dict[str, str], authorization: str | None) -> bool:
        if self.auth_method == "client_secret_post":
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        expected = base64.b64encode(f"{quote_plus(CLIENT_ID)}:{quote_plus(CLIENT_SECRET)}".encode()).decode()
        return authorization == f"Basic {expected}"

    def tell_of(self, authorization: str | None) -> tuple[int, Claims]:
        if (authorization or "").removeprefix("Bearer ") not in self._access_tokens:
            return 401, {"error": "invalid_token"}
        return 200, {"sub": self._person["sub"], **(self.userinfo or {})}


class _Handler(BaseHTTPRequestHandler):
    provider: OpenIdProvider

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:  # The name that the base class calls.
        path, query = self._asked()
        if path == "/authorize":
            self._send_back(self.provider.authorize(query))
        elif path in self.provider.answers:
            self.provider.answers[path](self)
        elif path == DISCOVERY:
            self.answer(200, self.provider.described())
        elif path == KEYS:
            self.answer(200, self.provider.keys())
        elif path == USERINFO:
            self.answer(*self.provider.tell_of(self.headers["Authorization"]))
        else:
            self.answer(404, {})

    def do_POST(self) -> None:
        path, _ = self._asked()
        form = _first(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if path in self.provider.answers:
            self.provider.answers[path](self)
        else:
            self.answer(*self.provider.redeem(form, self.headers["Authorization"]))

    def _send_back(self, address: str) -> None:
        if self.provider.asks_people:
            page = f'<!doctype html><title>Provider</title><a href="{escape(address)}">Go on to Relportal</a>'
            self.answer_bytes(page.encode(), content_type="text/html")
            return
        self.send_response(302)
        self.send_header("Location", address)
        self.end_headers()

    def answer(self, status: int, body: Any) -> None:
        self.answer_bytes(json.dumps(body).encode(), status)

    def answer_bytes(self, content: bytes, status: int = 200, content_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _asked(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        self.provider.asked.append(parts.path)
        return parts.path, _first(parts.query)


def _first(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def unsigned(claims: Claims) -> str:
    """`alg: none`: whoever makes it, it looks the same."""
    return _joined({"alg": "none"}, claims) + "."


def signed_with_the_clients_secret(claims: Claims) -> str:
    return _signed_by_secret(CLIENT_SECRET.encode(), claims)


def signed_with_the_public_key(claims: Claims) -> str:
    """What a verifier believes that lets the token say how the key is to be used."""
    return _signed_by_secret(_FIRST_KEY.as_pem(private=False), claims)


def _signed_by_secret(secret: bytes, claims: Claims) -> str:
    text = _joined({"alg": "HS256", "kid": "first"}, claims)
    return f"{text}.{_base64(hmac.digest(secret, text.encode(), 'sha256'))}"


def _joined(header: Claims, claims: Claims) -> str:
    return ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def running_provider(host: str = "127.0.0.1") -> Iterator[OpenIdProvider]:
    """`host` is what it calls itself: to a browser, `localhost` is another site than 127.0.0.1."""

    class Handler(_Handler):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Handler.provider = OpenIdProvider(host, server.server_port)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
