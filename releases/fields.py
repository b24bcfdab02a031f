"""Fields of bodies that are held to what the OpenAPI document says of them."""

from typing import Any

from rest_framework import serializers

LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
"""One line, and something to see in it."""


class TextField(serializers.RegexField):
    """A text of this pattern. DRF's own fields would take a number for one, which the document does not."""

    def __init__(self, pattern: str = LINE, **options: Any) -> None:
        super().__init__(pattern, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)
