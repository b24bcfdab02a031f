"""People and clients, for every suite."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connections
from django.test import Client

from accounts.models import User
from accounts.tokens import AccessToken, start_family
from releases import recording
from releases.record import Access
from releases.spool import Held

pytest_plugins = ["tests.fakes.fixtures", "tests.live_server", "tests.temporal", "tests.worlds"]

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _forgetful_throttle() -> Iterator[None]:
    """Each test has all of its tries."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
async def async_db(transactional_db: None) -> AsyncIterator[None]:
    """The database for coroutines: their sync parts run in another thread, with a connection of its own to close."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """Makes an active user; `scopes` come by a role of the user's own."""

    def make(email: str = "somebody@example.com", *, scopes: tuple[str, ...] = (), **fields: Any) -> User:
        user = User.objects.create_user(email, PASSWORD, **fields)
        if scopes:
            role = Group.objects.create(name=f"Role of {email}")
            for pattern in scopes:
                role.scopes.create(pattern=pattern)
            user.groups.add(role)
        return user

    return make


@pytest.fixture
def viewer(make_user: Callable[..., User]) -> User:
    """Sees every release."""
    return make_user("viewer@example.com", full_name="Vera Viewer", scopes=("release:*",))


@pytest.fixture
def payments(make_user: Callable[..., User]) -> User:
    """Sees the releases of one team."""
    return make_user("payments@example.com", full_name="Pat Payments", scopes=("release:payments-*",))


@pytest.fixture
def outsider(make_user: Callable[..., User]) -> User:
    """Signed in, without any role."""
    return make_user("outsider@example.com")


@pytest.fixture
def superuser(make_user: Callable[..., User]) -> User:
    return make_user("admin@example.com", full_name="Ada Admin", is_staff=True, is_superuser=True)


@pytest.fixture
def anonymous() -> Client:
    """A client that answers with the server's 500 in place of raising."""
    return Client(raise_request_exception=False)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    def client_of(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def bearer(db: None) -> Callable[[User], dict[str, str]]:
    """Headers of a program that signed in as the user: `client.get(path, headers=bearer(user))`."""

    def headers(user: User) -> dict[str, str]:
        return {"Authorization": f"Bearer {AccessToken.of(start_family(user))}"}

    return headers


class KeptRecorder:
    """In place of the recorder: what was put on record, in order."""

    def __init__(self) -> None:
        self.accesses: list[Access] = []
        self.spooled = self.saved = self.lost = self.queued = 0
        self.is_behind = False

    def put(self, access: Access) -> None:
        self.accesses.append(access)

    def start(self) -> None:
        pass

    def spool_held(self) -> Held:
        return Held(0, 0.0)


@pytest.fixture(autouse=True)
def on_record(monkeypatch: pytest.MonkeyPatch) -> list[Access]:
    """What was put on record. The recorder's own threads would write to the database beside the test."""
    kept = KeptRecorder()
    monkeypatch.setattr(recording, "recorder", lambda: kept)
    return kept.accesses
