"""The portal with releases in and out of a scope, and those whom nobody must be taken for."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from rest_framework.throttling import ScopedRateThrottle

from accounts.tokens import AccessToken, start_family
from releases import recording, services
from tests.hostile.shares import ANSWERED, SHARES
from tests.roles.people import start_ours, start_secret


@dataclass
class Portal:
    """`superuser` and `scoped` are good access tokens, `session` the superuser's session. `sent` counts inputs."""

    superuser: str
    scoped: str
    session: str
    sent: dict[str, int] = field(default_factory=dict)

    def count(self, share: str) -> None:
        self.sent[share] = self.sent.get(share, 0) + 1


def _people(make_user) -> Portal:
    superuser = make_user("admin@example.com", pk=5, is_staff=True, is_superuser=True)
    scoped = make_user("payments@example.com", pk=2, scopes=("release:payments-*",))
    client = Client()
    client.force_login(superuser)
    token, other = (str(AccessToken.of(start_family(user))) for user in (superuser, scoped))
    return Portal(token, other, client.cookies["sessionid"].value)


@pytest.fixture
def _quiet() -> Iterator[None]:
    """Tens of thousands of lines, which pytest would keep. `test_bytes` reads what a server writes."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
async def portal(_quiet, async_db, make_user, fake_temporal, on_record, monkeypatch):
    """When the test is over: its whole share was sent, and the database takes all that was put on record of it."""
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", dict.fromkeys(ScopedRateThrottle.THROTTLE_RATES))
    start_ours(fake_temporal)
    start_secret(fake_temporal)
    portal = await sync_to_async(_people)(make_user)
    yield portal
    await services.shut_down()
    for share, sent in portal.sent.items():
        assert sent >= (SHARES | {"answered": ANSWERED})[share], f"{share}: {sent} inputs"
    await sync_to_async(recording.save)(on_record)
