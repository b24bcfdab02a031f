"""Signing in by OpenID Connect: what is said to the provider, and what is believed of its answers.

The authorization code flow with PKCE, `state` and `nonce`. Authlib makes the requests and reads the answers; which
issuer, audience, algorithm and key are believed is said here, where Authlib takes the provider's word or a default.
Every exchange ends after a time and a size, and follows no redirect. What the provider says of itself and its keys is
asked for anew each hour, and for a key that is not known yet.

    OpenIdError             nobody is let in; `code` is what the sign-in page is told, `reason` is for the log
    ├── Unavailable         the provider does not answer, or not as one does
    └── Refused             it answers what can't be believed
        └── Denied          it answers that somebody may not sign in, or would not
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import quote_plus, urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from joserfc import jwk, jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from requests.adapters import HTTPAdapter
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

TIMEOUT_SECONDS = 5.0
"""For a whole exchange: somebody waits for it, and holds one of our threads."""

_LARGEST = 1024 * 1024
_KEEP_SECONDS = 3600.0
_LEEWAY_SECONDS = 60
"""That the provider's clock may differ by from ours."""

_ALGORITHMS = [f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)]
"""Those whose keys the provider alone has. `none` is signed by nobody, and HS256 by whoever has the client's secret."""
_KEY_TYPES = ("RSA", "EC")

_SUBJECT = re.compile(r"[\x20-\x7e]{1,255}")
"""OpenID Connect Core 2 has no others."""

_NOT_LET_IN = ("access_denied", "login_required", "interaction_required", "consent_required")


class OpenIdError(Exception):
    code: ClassVar[str]

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unavailable(OpenIdError):
    code = "unavailable"


class Refused(OpenIdError):
    code = "refused"


class Denied(Refused):
    code = "denied"


@dataclass(frozen=True, slots=True)
class Flow:
    """What a sign-in began with, which its end has to fit."""

    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in, as far as the provider's word is believed. `email` is one that it has verified."""

    issuer: str
    subject: str
    email: str | None
    name: str
    groups: frozenset[str]
    by_second_factor: bool


def _now() -> float:
    return time.monotonic()


@dataclass(slots=True)
class _Kept:
    """What was fetched, and when (of the monotonic clock)."""

    document: dict[str, Any]
    at: float = field(default_factory=_now)

    @property
    def is_good(self) -> bool:
        return _now() - self.at < _KEEP_SECONDS


class Provider:
    def __init__(self, issuer: str, client_id: str, client_secret: str, groups_claim: str) -> None:
        self.issuer = issuer
        self._client_id, self._client_secret = client_id, client_secret
        self._groups_claim = groups_claim
        self._metadata: _Kept | None = None
        self._keys: _Kept | None = None

    def address(self, flow: Flow) -> str:
        """Where a browser is sent to sign in. Raises Unavailable."""
        metadata = self._load_metadata()
        with self._client(scope=self._scope(metadata), code_challenge_method="S256") as client:
            url, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=flow.state,
                nonce=flow.nonce,
                code_verifier=flow.code_verifier,
                redirect_uri=flow.redirect_uri,
            )
        return str(url)

    def person(self, flow: Flow, answer: Mapping[str, str]) -> Person:
        """Who signed in, by the query that the provider has sent their browser back with. Raises OpenIdError."""
        self._check_answer(flow, answer)
        tokens = self._redeem(flow, answer["code"])
        claims = self._believed(tokens, flow.nonce)
        return self._person(claims, self._userinfo(claims, tokens))

    def _check_answer(self, flow: Flow, answer: Mapping[str, str]) -> None:
        # RFC 9207: one provider's code is not taken to another.
        if answer.get("iss", self.issuer) != self.issuer:
            raise Refused("the answer is of another issuer")
        if error := answer.get("error"):
            raise (Denied if error in _NOT_LET_IN else Unavailable)(f"the provider says {error[:80]!r}")
        if not answer.get("code"):
            raise Refused("an answer without a code")

    def _redeem(self, flow: Flow, code: str) -> Mapping[str, Any]:
        metadata = self._load_metadata()
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        is_basic = "client_secret_basic" in methods
        try:
            with _asking("token"), self._client(is_basic=is_basic) as client:
                tokens: Any = client.fetch_token(
                    self._endpoint("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=flow.code_verifier,
                    redirect_uri=flow.redirect_uri,
                    allow_redirects=False,
                )
        except OAuthError as error:
            raise Refused(f"the provider refuses the code: {str(error)[:200]}") from error
        if not isinstance(tokens, Mapping):
            raise Unavailable("no object of tokens")
        return tokens

    def _believed(self, tokens: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of the ID token, once all that OpenID Connect Core 3.1.3.7 asks for holds."""
        text = tokens.get("id_token")
        if not isinstance(text, str):
            raise Refused("an answer without an ID token")
        options: Any = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self._client_id},
            "sub": {"essential": True},
        }
        params = {"nonce": nonce, "client_id": self._client_id, "access_token": tokens.get("access_token")}
        try:
            signed = self._signed(text)
            claims = CodeIDToken(signed.claims, signed.header, options, params)
            claims.validate(leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise Refused(f"an ID token that is not to be believed: {type(error).__name__}: {error}"[:300]) from error
        return dict(claims)

    def _signed(self, text: str) -> jwt.Token:
        registry = jws.JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        try:
            return jwt.decode(text, self._key_set(), registry=registry)
        except InvalidKeyIdError:
            # A provider changes its keys when it likes.
            return jwt.decode(text, self._key_set(anew=True), registry=registry)

    def _userinfo(self, claims: Mapping[str, Any], tokens: Mapping[str, Any]) -> dict[str, Any]:
        """What the provider tells elsewhere, where the ID token leaves something open: OpenID Connect Core 5.4."""
        wanted = ("email", "email_verified", "name", self._groups_claim)
        if "userinfo_endpoint" not in self._load_metadata() or all(name in claims for name in wanted):
            return {}
        access_token = tokens.get("access_token")
        if not isinstance(access_token, str):
            return {}
        told = _get_json(self._endpoint("userinfo_endpoint"), {"Authorization": f"Bearer {access_token}"})
        if told.get("sub") != claims["sub"]:
            raise Refused("the user information is of somebody else")
        return told

    def _person(self, claims: Mapping[str, Any], userinfo: Mapping[str, Any]) -> Person:
        subject = claims["sub"]
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            raise Refused("a subject that is none")
        told = {**userinfo, **claims}
        groups = told.get(self._groups_claim)
        amr = claims.get("amr")
        return Person(
            self.issuer,
            subject,
            _verified_email(claims) or _verified_email(userinfo),
            name=told["name"] if isinstance(told.get("name"), str) else "",
            groups=frozenset(_texts(groups)),
            # RFC 8176, 2: more than one factor, however it was done.
            by_second_factor="mfa" in _texts(amr),
        )

    def _scope(self, metadata: Mapping[str, Any]) -> str:
        # Some tell of groups only those who ask, others refuse a scope that they don't know.
        more = [self._groups_claim] if self._groups_claim in _texts(metadata.get("scopes_supported")) else []
        return " ".join(["openid", "email", "profile", *more])

    def _endpoint(self, name: str) -> str:
        """Raises Unavailable for one that is missing, or where what is sent could be read by others."""
        url = self._load_metadata().get(name)
        if not isinstance(url, str):
            raise Unavailable(f"no {name}")
        own, parts = urlsplit(self.issuer), urlsplit(url)
        if parts.scheme != "https" and (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise Unavailable(f"{name} is not reached by HTTPS")
        return url

    def _load_metadata(self) -> dict[str, Any]:
        if self._metadata is None or not self._metadata.is_good:
            told = _get_json(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != self.issuer:
                raise Unavailable(
                    f"the provider calls itself {str(told.get('issuer'))[:200]!r}, not as OIDC_ISSUER does"
                )
            self._metadata = _Kept(told)
        return self._metadata.document

    def _key_set(self, anew: bool = False) -> jwk.KeySet:
        if self._keys is None or not self._keys.is_good or anew:
            self._keys = _Kept(_get_json(self._endpoint("jwks_uri")))
        told = self._keys.document.get("keys")
        return jwk.KeySet([key for each in (told if isinstance(told, list) else []) if (key := _public_key(each))])

    def _client(self, *, is_basic: bool = False, **options: Any) -> Any:
        way = "client_secret_basic" if is_basic else "client_secret_post"
        # RFC 6749, 2.3.1 has them encoded before they make a header, which Authlib leaves out.
        who = [quote_plus(each) if is_basic else each for each in (self._client_id, self._client_secret)]
        client = OAuth2Session(*who, token_endpoint_auth_method=way, **options)
        _bind(client)
        return client


def provider() -> Provider | None:
    """Whom people sign in with by the settings, if anybody."""
    env = settings.RELPORTAL
    if env.OIDC_ISSUER is None:
        return None
    return _provider(env.OIDC_ISSUER, env.OIDC_CLIENT_ID, env.OIDC_CLIENT_SECRET, env.OIDC_GROUPS_CLAIM)


# What a provider has said of itself is kept with it.
_provider = lru_cache(maxsize=4)(Provider)


def _public_key(told: Any) -> jwk.Key | None:
    """None for what is no key to verify by: providers publish others beside it."""
    if not isinstance(told, dict) or told.get("kty") not in _KEY_TYPES or told.get("use", "sig") != "sig":
        return None
    try:
        return jwk.import_key(told)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _verified_email(told: Mapping[str, Any]) -> str | None:
    # Some providers write the truth as a text.
    is_verified = told.get("email_verified") in (True, "true")
    email = told.get("email")
    return email if is_verified and isinstance(email, str) else None


def _texts(told: Any) -> list[str]:
    """A claim of several texts; some providers write a single one as a text."""
    return [each for each in (told if isinstance(told, list) else [told]) if isinstance(each, str)]


@contextmanager
def _asking(what: str) -> Iterator[None]:
    try:
        yield
    except requests.RequestException as error:
        raise Unavailable(f"{what}: {type(error).__name__}: {error}"[:300]) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise Unavailable(f"{what}: not the answer of a provider ({type(error).__name__})") from error


def _get_json(url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    what = urlsplit(url).path
    with _asking(what), requests.Session() as session:
        _bind(session)
        response = session.get(url, headers={"Accept": "application/json", **(headers or {})}, allow_redirects=False)
        if response.status_code != 200:
            raise Unavailable(f"{what}: status {response.status_code}")
        told = response.json()
    if not isinstance(told, dict):
        raise Unavailable(f"{what}: no object")
    return told


class _Bounded(HTTPAdapter):
    """Reads what an answer holds within a time in all, and one wait more: requests' own time-out begins anew with each
    byte."""

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        response = super().send(request, **{**options, "stream": True, "timeout": Timeout(total=TIMEOUT_SECONDS)})
        try:
            response._content = _read(response, deadline)
            response._content_consumed = True
        finally:
            response.close()
        return response


def _read(response: requests.Response, deadline: float) -> bytes:
    content = b""
    try:
        while part := response.raw.read1(decode_content=True):
            content += part
            if len(content) > _LARGEST:
                raise requests.exceptions.RequestException("the answer is too large")
            if time.monotonic() > deadline:
                raise requests.exceptions.ReadTimeout("the answer takes too long")
    except HTTPError as error:
        raise requests.exceptions.ConnectionError(error) from error
    return content


def _bind(session: requests.Session) -> None:
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Bounded())
