"""What is on record of one access: who, what, when, from where, and what came of it. Pure.

An `Access` is made where a request or a socket comes in (`relportal.on_record`, `consumers`). What only the reading of
releases knows, such as which release was chosen to compare with, is added by `note`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from secrets import randbits
from time import time_ns
from typing import Any
from uuid import UUID

from releases.encoding import to_json

LENGTHS = {
    "action": 60,
    "via": 10,
    "email": 254,
    "signed_in_by": 10,
    "service_token": 100,
    "address": 45,
    "agent": 200,
    "outcome": 20,
    "code": 40,
    "release": 210,
    "compared_with": 210,
    "entity": 210,
    "query": 1000,
    "request_id": 128,
    "process": 60,
}
"""Characters that are kept of each text. Callers write most of them: an ID in an address may be of any size."""

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""NUL is no text to PostgreSQL, a lone surrogate is none in UTF-8, and a line break would make two lines of one."""

_SECRETS = re.compile(r"((?:token|password|secret)[^=&]*=)[^&]*", re.IGNORECASE)
"""What belongs in no address, and may be put into one all the same."""

_INTEGER_LIMIT = 2**31 - 1


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562): in the order of time, so that an index grows at its end."""
    milliseconds = time_ns() // 1_000_000
    return UUID(int=milliseconds << 80 | 0x7 << 76 | randbits(12) << 64 | 0b10 << 62 | randbits(62))


@dataclass(slots=True)
class Access:
    """One access. What does not apply is empty or None.

    `action` is the name of the route, or `follow`, `follow-list` and `unfollow` of a socket; `via` is one of `api`,
    `page` (the browsable API), `socket`, `account`, `admin` and `command`; `service_token` is the name of the one that
    was sent, and how it begins; `status` is HTTP's, or the code with which a
    socket was closed; `seconds` is how long it was open, and `opening` the record of its opening, both in that of its
    end; `shown` is how many rows were given, and `process` who wrote it.
    """

    action: str
    via: str
    id: UUID = field(default_factory=new_id)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    user_id: int | None = None
    email: str = ""
    signed_in_by: str = ""
    service_token: str = ""
    address: str = ""
    agent: str = ""
    outcome: str = ""
    status: int | None = None
    code: str = ""
    release: str = ""
    compared_with: str = ""
    entity: str = ""
    query: str = ""
    shown: int | None = None
    seconds: float | None = None
    opening: UUID | None = None
    request_id: str = ""
    process: str = ""

    def judge(self, status: int, code: str = "") -> None:
        """What came of it, by the status of HTTP."""
        self.status, self.code, self.outcome = status, code, outcome_of(status)

    def clean(self) -> None:
        """Cut texts to what is kept of them, and numbers to what a database takes, so that nothing refuses them."""
        for name, length in LENGTHS.items():
            setattr(self, name, _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(getattr(self, name)))[:length])
        self.query = _SECRETS.sub(r"\1…", self.query)
        for name in ("status", "shown"):
            if (number := getattr(self, name)) is not None:
                setattr(self, name, min(number, _INTEGER_LIMIT))

    def told(self) -> dict[str, Any]:
        """What there is to say of it, by name."""
        return {name: value for name in _NAMES if (value := getattr(self, name)) not in ("", None)}

    def line(self) -> bytes:
        """One line of JSON, with its end."""
        return to_json(self.told()) + b"\n"


_NAMES = tuple(each.name for each in fields(Access))


def access_of(told: dict[str, Any]) -> Access:
    """The access that a line tells of. What a later version may have added is left out.

    Raises AttributeError, KeyError, TypeError or ValueError where it tells of none.
    """
    known = {name: value for name, value in told.items() if name in _NAMES}
    known |= {"id": UUID(told["id"]), "at": datetime.fromisoformat(told["at"])}
    if "opening" in told:
        known["opening"] = UUID(told["opening"])
    access = Access(**known)
    access.clean()
    return access


OUTCOMES = {
    "allowed": "Allowed",
    "not_signed_in": "Not signed in",
    "denied": "Denied",
    "not_found": "Not found",
    "throttled": "Throttled",
    "invalid": "Not a valid request",
    "failed": "Failed",
}
_BY_STATUS = {401: "not_signed_in", 403: "denied", 404: "not_found", 429: "throttled"}


def outcome_of(status: int) -> str:
    """One of OUTCOMES."""
    if status < 400:
        return "allowed"
    return _BY_STATUS.get(status, "failed" if status >= 500 else "invalid")


_under_way: ContextVar[Access | None] = ContextVar("access_under_way", default=None)


@contextmanager
def under_way(access: Access) -> Iterator[Access]:
    """What is noted meanwhile belongs to this access: also by coroutines that it waits for."""
    token = _under_way.set(access)
    try:
        yield access
    finally:
        _under_way.reset(token)


def note(**told: Any) -> None:
    """Say more of the access under way, if there is any: by the names of Access."""
    access = _under_way.get()
    if access is not None:
        for name, value in told.items():
            setattr(access, name, value)
