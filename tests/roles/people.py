"""Everybody there is, how each signs in, and the releases that only some may see."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import Permission
from django.test import Client

from accounts import service_tokens
from accounts.models import User
from accounts.tokens import AccessToken, start_family
from releases.domain import RunStatus
from releases.encoding import to_json
from tests.api.samples import start_whole
from tests.factories import SavedViewFactory

OURS, OURS_BEFORE = "release:payments-2", "release:payments-1"
"""In everybody's scope who has one."""
SECRET, SECRET_BEFORE = "release:secret-2", "release:secret-1"
"""In the scope of those who see everything. The one before succeeded: for whom sees all, it is what `payments-2` is
best compared with."""
NOWHERE = "release:secret-9"
"""Would be secret as well, if it were."""

SHARED_APP, SECRET_APP = "app:api", "app:hush"
"""An app that stands in all releases, and one that only secret releases hold."""

HIDDEN = ("secret-1", "secret-2", "hush", "concealed")
"""What nobody is told of who may not see the secret releases, be it in parts of IDs or states."""

RECORD = "0b0e1f7c-5d0c-4a5e-9d4e-0f2b7f1c9a11"
"""The key of an access that is on record."""

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def tree(**apps: str) -> dict[str, object]:
    return {"wave:w": {"cluster:c": {"bundle:b": {f"app:{name}": state for name, state in apps.items()}}}}


def start_ours(temporal):
    """What the scoped viewer may see: a release at work, and one before it that failed."""
    start_whole(temporal, OURS_BEFORE, tree(api="failed"), started_at=NOON)
    temporal.end(OURS_BEFORE, RunStatus.FAILED)
    start_whole(temporal, OURS, tree(api="running"), started_at=NOON + timedelta(hours=3))


def start_secret(temporal):
    start_whole(temporal, SECRET_BEFORE, tree(api="running", hush="concealed"), started_at=NOON + timedelta(hours=1))
    done = {"id": SECRET_BEFORE, "state": "completed"}
    temporal.queries(SECRET_BEFORE)["get_release_state"] = done
    temporal.end(SECRET_BEFORE)
    start_whole(temporal, SECRET, tree(api="running", hush="concealed"), started_at=NOON + timedelta(hours=4))


@dataclass
class Caller:
    """Somebody, signed in one way. What they ask with is `client`, with `headers`."""

    name: str
    way: str
    user: User | None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name} by {self.way}"

    @property
    def sees_secrets(self) -> bool:
        return self.name in ("viewer", "superuser")

    @property
    def is_service(self) -> bool:
        return (self.token or "").startswith("rpt_")

    @property
    def session(self) -> str | None:
        cookie = self.client.cookies.get("sessionid")
        return cookie.value if cookie else None

    @property
    def token(self) -> str | None:
        return self.headers.get("Authorization", "").removeprefix("Bearer ") or None

    def ask(self, method: str, path: str, body: object = None):
        return self.client.generic(
            method, path, b"" if body is None else to_json(body), "application/json", headers=self.headers
        )


def by_session(name: str, user: User) -> Caller:
    caller = Caller(name, "session", user)
    caller.client.force_login(user)
    return caller


def by_token(name: str, user: User) -> Caller:
    token = AccessToken.of(start_family(user))
    return Caller(name, "token", user, headers={"Authorization": f"Bearer {token}"})


def by_service_token(name: str, user: User, *patterns: str) -> Caller:
    made = service_tokens.make(user, name=name, days=1, roles=[], patterns=patterns)
    return Caller(name, "service token", user, headers={"Authorization": f"Bearer {made.text}"})


def people(make_user) -> Iterator[tuple[str, User]]:
    """Their keys are fixed, since addresses of the administration hold them."""
    yield "no_role", make_user("outsider@example.com", pk=1)
    yield "scoped", make_user("payments@example.com", pk=2, scopes=("release:payments-*",))
    yield "viewer", make_user("viewer@example.com", pk=3, scopes=("release:*",))
    staff = make_user("staff@example.com", pk=4, is_staff=True)
    # Manages people and roles, which shows no release.
    staff.user_permissions.set(Permission.objects.filter(content_type__app_label__in=("accounts", "auth")))
    yield "staff", staff
    yield "superuser", make_user("admin@example.com", pk=5, is_staff=True, is_superuser=True)
    yield "deactivated", make_user("gone@example.com", pk=6, scopes=("release:*",))


def callers(make_user) -> list[Caller]:
    """Everybody in each way. Who is deactivated signed in before. The key of a view is none that is given to others."""
    every = [Caller("nobody", "nothing", None)]
    for name, user in people(make_user):
        every += [by_session(name, user), by_token(name, user)]
        if name == "viewer":
            SavedViewFactory(pk=10**6, user=user)
        if name in ("scoped", "superuser", "deactivated"):
            every.append(by_service_token(name, user, "release:*"))
        if name == "superuser":
            # Whose token is narrowed sees what somebody of that scope does.
            every.append(replace(by_service_token("scoped", user, "release:payments-*"), way="a superuser's token"))
    User.objects.filter(email="gone@example.com").update(is_active=False)
    return every
