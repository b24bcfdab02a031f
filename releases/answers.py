"""What answers about releases have in common, whatever they tell."""

import hashlib
from typing import Any, TypeVar

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_etags
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from releases.encoding import to_json

R = TypeVar("R", bound=HttpResponse)


def private(response: R) -> R:
    """Kept by no shared cache, and asked for again each time. With the time, which daphne does not add: on a 304 it
    tells since when what the caller has is known to be so (RFC 9110, 6.6.1 wants it anyway)."""
    response["Date"] = http_date()
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Authorization",))
    return response


class NotStored(APIView):
    """Answers that belong to one user, now, errors among them: no cache keeps them."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer


def attachment(content: bytes, content_type: str, name: str) -> HttpResponse:
    return private(
        HttpResponse(
            content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )
    )


def conditional(request: Request, body: dict[str, Any]) -> HttpResponse:
    """The body, or 304 to who has it, as of another time maybe."""
    etag = _etag(body)
    known = parse_etags(request.headers.get("If-None-Match", ""))
    is_known = "*" in known or etag in known
    answer: HttpResponse = HttpResponse(status=304) if is_known else Response(body)
    answer["ETag"] = etag
    return private(answer)


def _etag(body: dict[str, Any]) -> str:
    """Weak, since the same tag stands for bodies that differ in `as_of`."""
    content = {name: value for name, value in body.items() if name != "as_of"}
    return f'W/"{hashlib.blake2b(to_json(content), digest_size=16).hexdigest()}"'
