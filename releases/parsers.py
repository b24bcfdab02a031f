"""JSON in, by orjson: UTF-8, one object, of a bounded size."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from releases.renderers import ORJSONRenderer


class JSONParser(BaseParser):
    """Reads a JSON object. Unlike DRF's own it bounds the body, and takes too deep nesting for the caller's error."""

    media_type = "application/json"
    renderer_class = ORJSONRenderer

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        # A stream that DRF hands over is not the `request.body` that Django bounds.
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        content = stream.read(limit + 1)
        if len(content) > limit:
            raise RequestDataTooBig
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise ParseError from error
        if not isinstance(body, dict):
            raise ParseError
        return body
