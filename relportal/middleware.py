"""Middleware of the project's own."""

import re
import uuid
from collections.abc import AsyncIterator, Callable
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware

_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:/+=@-]{1,128}", re.ASCII)


def plain_request_id(given: str) -> str:
    """The given ID where it is a plain short word, else a new UUID."""
    return given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())


class RequestIdMiddleware:
    """Gives every request an ID: the caller's `X-Request-ID` where it is a plain one.

    It stands before the logging middleware, which binds the header to each log line, and answers with the same ID, so
    that what a user reports and what the log holds can be brought together.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = plain_request_id(request.META.get("HTTP_X_REQUEST_ID", ""))
        request.META["HTTP_X_REQUEST_ID"] = request_id
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


_UNUSED = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")


class PermissionsPolicyMiddleware:
    """Says in each answer that its page has no use for what browsers could lend it. One constant header: no library."""

    POLICY = ", ".join(f"{feature}=()" for feature in _UNUSED)

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = self.POLICY
        return response


_CHUNK = 128 * 1024
"""Bytes of a static file in memory at once; each chunk costs a turn in another thread."""


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # Whitenoise has no types.
    """Whitenoise, with files handed over asynchronously under ASGI.

    Its own answers iterate over a file synchronously: Django would read the whole of it into memory first, and warn.
    """

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponseBase:
        if not isinstance(request, ASGIRequest):
            answer: HttpResponseBase = WhiteNoiseMiddleware.serve(static_file, request)
            return answer
        found = static_file.get_response(request.method, request.META)
        if found.file is None:
            return _with_headers(HttpResponse(status=int(found.status)), found.headers)
        response = StreamingHttpResponse(_chunks(found.file), status=int(found.status))
        # Closed also where the client goes away before the first chunk, when no generator has begun.
        response._resource_closers.append(found.file.close)  # type: ignore[attr-defined]  # As FileResponse does.
        return _with_headers(response, found.headers)


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    read = sync_to_async(file.read, thread_sensitive=False)
    while chunk := await read(_CHUNK):
        yield chunk


def _with_headers(response: HttpResponseBase, headers: list[tuple[str, str]]) -> HttpResponseBase:
    del response["Content-Type"]
    for name, value in headers:
        response[name] = value
    return response
