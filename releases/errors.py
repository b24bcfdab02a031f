"""What can go wrong when releases are read. No HTTP here: `problems` turns these into answers.

RelportalError
├── InvalidInput                 the caller's fault
│   ├── InvalidEntityId          not `type:id`
│   └── InvalidParameter         a query parameter of the wrong shape
├── AccessDenied                 the caller's roles do not cover the release
├── NotFound
│   ├── WorkflowNotFound         Temporal has no workflow of this ID
│   ├── ReleaseNotFound          no workflow runs, or ran, this release
│   ├── PreviousReleaseNotFound  no release before it succeeded, of those that the caller may see
│   └── EntityNotFound           the release holds no such entity
├── AmbiguousEntity              the ID stands in several places
└── SourceError                  the source could not be read; trying again may help
    ├── TemporalUnavailable      the server does not answer, or refuses
    │   ├── NamespaceNotFound    it has no such namespace
    │   ├── CredentialsRefused   it wants credentials, or others than it was given
    │   ├── CallRefused          it does not take the call as it is: a visibility query that it can't read
    │   ├── ServerBusy           it is asked for more than it lets in; that passes
    │   └── LongPollRefused      it will not let another long-poll wait
    ├── WorkerUnavailable        no worker answers the workflow's queries
    ├── QueryTimeout             the worker lives, but this answer took too long
    └── QueryFailed              the workflow's query raised, is unknown to it, or answered with over 2 MB
"""

from collections.abc import Sequence
from copy import copy
from typing import Self


class RelportalError(Exception):
    """Base of all errors here. `str()` of it is for logs, and may hold addresses and payloads; never for callers."""

    parameter: str | None = None
    """Which of the caller's parameters it is about, where several name a release."""

    def about(self, parameter: str) -> Self:
        """The same error, of this parameter. A copy: others may wait for the same read, and get the same error."""
        told = copy(self)
        told.parameter = parameter
        return told


class InvalidInput(RelportalError):
    """The caller gave something that can't be meant. `field` names what, `expected` is a sentence for people."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field}: {expected}")
        self.field = field
        self.expected = expected


class InvalidEntityId(InvalidInput, ValueError):
    """Not an entity ID. Is a ValueError too, since `EntityId(text)` parses."""


class InvalidParameter(InvalidInput):
    pass


class AccessDenied(RelportalError):
    pass


class NotFound(RelportalError):
    pass


class WorkflowNotFound(NotFound):
    pass


class ReleaseNotFound(NotFound):
    pass


class PreviousReleaseNotFound(NotFound):
    pass


class EntityNotFound(NotFound):
    pass


class AmbiguousEntity(RelportalError):
    """`candidates`: where the ID stands, as (release ID, path) pairs."""

    def __init__(self, candidates: Sequence[tuple[str, str]]) -> None:
        super().__init__(f"{len(candidates)} candidates")
        self.candidates = tuple(candidates)


class SourceError(RelportalError):
    pass


class TemporalUnavailable(SourceError):
    pass


class NamespaceNotFound(TemporalUnavailable):
    pass


class CredentialsRefused(TemporalUnavailable):
    pass


class CallRefused(TemporalUnavailable):
    pass


class ServerBusy(TemporalUnavailable):
    pass


class LongPollRefused(TemporalUnavailable):
    pass


class WorkerUnavailable(SourceError):
    pass


class QueryTimeout(SourceError):
    pass


class QueryFailed(SourceError):
    pass
