"""Middleware of the project's own."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:/+=@-]{1,128}", re.ASCII)


class RequestIdMiddleware:
    """Gives every request an ID: the caller's `X-Request-ID` where it is a plain short word, else a new UUID.

    It stands before the logging middleware, which binds the header to each log line, and answers with the same ID, so
    that what a user reports and what the log holds can be brought together.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        request.META["HTTP_X_REQUEST_ID"] = request_id
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response
