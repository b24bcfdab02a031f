"""The portal for a server process, with one big release in place of what it would read from Temporal.

Where live trees come from is all that is replaced: who may look, addresses, JSON, frames and pages are the portal's.
`POST /bench/patches?seconds=10&a_second=20` changes the release so long, so often, and answers when that is over.
`GET /bench/bare` is the page of the floor.
"""

from relportal.asgi import application as portal  # isort: skip  # All else needs Django's apps.

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings

from releases import services
from releases.domain import EntityId, Freshness, Tree
from releases.errors import ReleaseNotFound
from releases.events import FreshnessChange, TreeSnapshot
from releases.followers import Followers
from releases.gateway import GatewayConfig
from releases.live import LiveTrees
from releases.mailbox import Mailbox
from tests.bench.big_release import BEGAN, RELEASE_ID, BigRelease
from tests.fakes.gateway import FakeGateway, FakeTemporal

BARE = Path(__file__).parent / "big_bare.html"

release = BigRelease()
followers = Followers()
temporal = FakeTemporal()
temporal.start(
    RELEASE_ID, {"get_release_state": {"id": RELEASE_ID, "state": release.tree.release.state}}, started_at=BEGAN
)


class BigTrees(LiveTrees):
    """In place of a live tree that reads and compares, the one release, which changes when it is told to."""

    @contextmanager
    def followed(self, release_id: EntityId) -> Iterator[Mailbox]:
        if release_id != RELEASE_ID:
            raise ReleaseNotFound(release_id)
        followers.tell_freshness(FreshnessChange(Freshness.LIVE, release.tree.as_of))
        mailbox = Mailbox(lambda: TreeSnapshot(release.tree), lambda: followers.told)
        with followers.joined_by(mailbox):
            yield mailbox

    def state(self, release_id: EntityId, *, whole: bool = True) -> Tree | None:
        return release.tree if release_id == RELEASE_ID else None


def gateway(config: GatewayConfig) -> FakeGateway:
    """For what is read beside live trees, such as the list."""
    return FakeGateway(temporal, config)


services.LiveTrees = BigTrees  # type: ignore[attr-defined]  # It is imported there.
settings.RELEASES_GATEWAY = f"{__name__}.gateway"


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket" or not scope["path"].startswith("/bench/"):
        await portal(scope, receive, send)
        return
    if scope["path"] == "/bench/bare":
        kind, body = b"text/html", BARE.read_bytes()
    else:
        asked = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        told = await _patch(float(asked["seconds"]), float(asked["a_second"]))
        kind, body = b"application/json", json.dumps(told).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": body})


async def _patch(seconds: float, a_second: float) -> dict[str, Any]:
    """Patches on the beat of a clock: one that comes late is made up for."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    number = round(seconds * a_second)
    for nth in range(number):
        await asyncio.sleep(began + nth / a_second - loop.time())
        followers.tell(release.change())
    return {"patches": number, "seconds": loop.time() - began, "version": release.tree.version}
