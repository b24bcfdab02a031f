"""What DRF renders answers with."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from releases.encoding import to_json


class ORJSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The body; indented where the browsable API, or `Accept: application/json; indent=4`, asks for it."""
        if data is None:
            return b""
        indented = bool((renderer_context or {}).get("indent")) or "indent=" in (accepted_media_type or "")
        return to_json(data, indented=indented)


class CSVRenderer(BaseRenderer):
    """For callers that accept nothing but CSV. What a view has written stays; problems, `problems` writes."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return data if isinstance(data, bytes) else to_json(data)
