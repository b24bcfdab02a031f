"""Visibility queries, evaluated on runs: the forms that Relportal uses, and nothing that it does not.

query      = [either]
either     = both {"OR" both}
both       = comparison {"AND" comparison}
comparison = "(" either ")" | field operator value | field "IN" "(" value {"," value} ")"
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from releases.domain import Run

Matches = Callable[[Run], bool]


class InvalidQuery(ValueError):
    """What the server would refuse, or what it knows and this does not."""


def matcher(query: str) -> Matches:
    """What tells whether a run matches. Raises InvalidQuery."""
    if not query.strip():
        return lambda run: True
    parser = _Parser(query)
    matches = parser.either()
    if parser.upcoming is not None:
        raise InvalidQuery(f"unexpected {parser.upcoming}")
    return matches


def listing_order(run: Run) -> tuple[float, float, str]:
    """The server's order: what is open first, then what closed last, then what started last."""
    closed = run.ended_at.timestamp() if run.ended_at else float("inf")
    return -closed, -run.started_at.timestamp(), run.run_id


_TOKEN = re.compile(r"""\s*("[^"]*"|'[^']*'|[<>!]=|[<>=(),]|\w+)""")

_FIELDS: dict[str, Callable[[Run], Any]] = {
    "WorkflowId": lambda run: run.workflow_id,
    "RunId": lambda run: run.run_id,
    # RUNNING is "Running" to visibility, CONTINUED_AS_NEW "ContinuedAsNew".
    "ExecutionStatus": lambda run: run.status.value.title().replace("_", ""),
    "StartTime": lambda run: run.started_at,
    "CloseTime": lambda run: run.ended_at,
}
_STATUSES = ("Running", "Paused", "Completed", "Failed", "Canceled", "Terminated", "ContinuedAsNew", "TimedOut")

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "STARTS_WITH": lambda a, b: a.startswith(b),
}


class _Parser:
    def __init__(self, query: str) -> None:
        self._tokens = self._divided(query)
        self.upcoming: str | None = next(self._tokens, None)

    def _divided(self, query: str) -> Iterator[str]:
        position = 0
        while position < len(query.rstrip()):
            match = _TOKEN.match(query, position)
            if match is None:
                raise InvalidQuery(f"unreadable from {query[position:]}")
            yield match[1]
            position = match.end()

    def _take(self) -> str:
        token, self.upcoming = self.upcoming, next(self._tokens, None)
        if token is None:
            raise InvalidQuery("unexpected end")
        return token

    def _expect(self, *expected: str) -> str:
        token = self._take()
        if token.upper() not in expected:
            raise InvalidQuery(f"{token} in place of {' or '.join(expected)}")
        return token

    def _joined_by(self, word: str, part: Callable[[], Matches]) -> list[Matches]:
        parts = [part()]
        while self.upcoming is not None and self.upcoming.upper() == word:
            self._take()
            parts.append(part())
        return parts

    def either(self) -> Matches:
        parts = self._joined_by("OR", self._both)
        return lambda run: any(part(run) for part in parts)

    def _both(self) -> Matches:
        parts = self._joined_by("AND", self._comparison)
        return lambda run: all(part(run) for part in parts)

    def _comparison(self) -> Matches:
        name = self._take()
        if name == "(":
            inner = self.either()
            self._expect(")")
            return inner
        if name not in _FIELDS:
            raise InvalidQuery(f"no field {name}")
        operator = self._expect("IN", *_OPERATORS).upper()
        return self._one_of(name) if operator == "IN" else self._compared(name, operator)

    def _one_of(self, name: str) -> Matches:
        self._expect("(")
        values = [self._value(name)]
        while self._expect(",", ")") == ",":
            values.append(self._value(name))
        return lambda run: _FIELDS[name](run) in values

    def _compared(self, name: str, operator: str) -> Matches:
        value, compare = self._value(name), _OPERATORS[operator]

        def matches(run: Run) -> bool:
            # An open run has no CloseTime: as with SQL's null, no comparison holds.
            actual = _FIELDS[name](run)
            return actual is not None and compare(actual, value)

        return matches

    def _value(self, name: str) -> Any:
        token = self._take()
        if token[0] not in "\"'":
            raise InvalidQuery(f"{token}, where a quoted value was expected")
        text = token[1:-1]
        if name == "ExecutionStatus" and text not in _STATUSES:
            raise InvalidQuery(f"no status {text}")
        return _moment(text) if name.endswith("Time") else text


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidQuery(f"{text} is no time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
