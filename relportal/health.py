"""Whether this process can do its work now."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from releases import recording, services
from releases.errors import SourceError
from releases.leases import LeasesUnavailable

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 4.0
"""For all parts together: what has not answered by then is away. A pool gives up a second sooner, and says why."""


@sync_to_async
def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


async def _temporal() -> str:
    await services.check_source()
    return "ok"


async def _channel_layer() -> str:
    await services.check_peers()
    return "ok"


async def _access_record() -> str:
    return "behind" if recording.recorder().is_behind else "ok"


PARTS: dict[str, Callable[[], Awaitable[str]]] = {
    "database": _database,
    "temporal": _temporal,
    "channel_layer": _channel_layer,
    "access_record": _access_record,
}

NEEDED = ("database", "temporal")
"""Without Redis each process watches for itself, and a record that is behind waits on disk: people can be served."""


@require_safe
@never_cache
async def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: 200 where the database and Temporal answer, else 503; each part's state in the body. What is wrong with
    a part stands in the log."""
    states = await asyncio.gather(*(_state(name, check) for name, check in PARTS.items()))
    parts = dict(zip(PARTS, states, strict=True))
    ready = all(parts[name] == "ok" for name in NEEDED)
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


async def _state(name: str, check: Callable[[], Awaitable[str]]) -> str:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await check()
    except (DatabaseError, SourceError, LeasesUnavailable, TimeoutError) as error:
        log.warning("part_not_ready", part=name, reason=str(error) or "no answer in time")
        return "unavailable"
