"""Whether this process can do its work now."""

from collections.abc import Callable

import structlog
from asgiref.sync import async_to_sync
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from releases import services
from releases.errors import SourceError

log = structlog.get_logger(__name__)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _temporal() -> None:
    async_to_sync(services.check_source)()


PARTS: dict[str, Callable[[], None]] = {"database": _database, "temporal": _temporal}


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: 200 where the database and Temporal answer, else 503; each part's state in the body. What is wrong with
    a part stands in the log."""
    parts = {name: _state(name, check) for name, check in PARTS.items()}
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


def _state(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except (DatabaseError, SourceError) as error:
        log.warning("part_not_ready", part=name, reason=str(error))
        return "unavailable"
    return "ok"
