"""What clients may say on a socket, and how often."""

import time
from dataclasses import replace

import orjson
from rest_framework.exceptions import ParseError, Throttled

from releases.errors import InvalidParameter
from releases.problems import problem_of

MESSAGE_LIMIT = 1024
"""Characters of a message from a client, of which `{"type": "resync"}` needs 18."""

MESSAGES_AT_ONCE, MESSAGES_PER_SECOND = 20, 5
"""From one client. Each costs a snapshot at worst."""


class MalformedMessage(ParseError):
    pass


MALFORMED = replace(
    problem_of(MalformedMessage()),
    title="Malformed message",
    detail=f'The message can\'t be read: expected {{"type": "resync"}} as text, at most {MESSAGE_LIMIT} characters.',
)
"""What the client is told of a MalformedMessage."""


class Allowance:
    """How many messages a client may still send."""

    def __init__(self) -> None:
        self._left = float(MESSAGES_AT_ONCE)
        self._counted_at = time.monotonic()

    def take(self) -> None:
        """Raises Throttled where none is left."""
        now = time.monotonic()
        self._left = min(self._left + (now - self._counted_at) * MESSAGES_PER_SECOND, MESSAGES_AT_ONCE) - 1
        self._counted_at = now
        if self._left < 0:
            raise Throttled(wait=1)


def check(text: str | None) -> None:
    """Raises MalformedMessage or InvalidParameter for anything but a resync. A binary message has no text."""
    if text is None or len(text) > MESSAGE_LIMIT:
        raise MalformedMessage
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise MalformedMessage from error
    if not isinstance(message, dict):
        raise MalformedMessage
    if message != {"type": "resync"}:
        raise InvalidParameter("type", "Expected resync, and nothing beside it.")
