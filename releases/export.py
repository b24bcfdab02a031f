"""A tree as a table of comma-separated values: a row for each entity, for spreadsheets and for programs. Pure.

As RFC 4180 has it, in UTF-8. The columns are part of the API: new ones come at the end, none changes its meaning.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain

from releases.comparison import Comparison
from releases.domain import Entity, EntityType, Tree

BOM = "\ufeff"
"""By which Excel knows that a file is UTF-8, where it takes it for the system's own encoding otherwise."""

_LEVELS = [level for level in EntityType if level is not EntityType.RELEASE]

COLUMNS = (
    *("release_id", "type", "id", "path", "name", *_LEVELS),
    *("state", "phase", "reported_state", "version", "created_at", "updated_at", "duration_seconds"),
    *("error_message", "problem", "problem_detail", "workflow_id"),
)


def tree_table(tree: Tree) -> Iterator[Sequence[str]]:
    """The head, then the release and all below it, parents first, in order."""
    yield COLUMNS
    yield from _rows(tree, tree.release, [])


def _rows(tree: Tree, entity: Entity, names: list[str]) -> Iterator[Sequence[str]]:
    # A release goes on until its run ends, whatever it says of itself.
    duration = tree.run.duration if entity is tree.release else entity.duration
    problem, detail = entity.problem or ("", "")
    yield [
        *(tree.release.id, entity.type, entity.id, entity.path, entity.name or ""),
        *(names[place] if place < len(names) else "" for place in range(len(_LEVELS))),
        *(entity.state or "", entity.phase, entity.reported_state or "", entity.version or ""),
        *(moment(entity.created_at), moment(entity.updated_at), seconds(duration)),
        *(entity.error_message or "", problem, detail, entity.workflow_id or ""),
    ]
    for child in entity.children:
        yield from _rows(tree, child, [*names, child.label])


_SIDES = ("version", "state", "phase", "duration_seconds", "error_message", "problem", "path", "release")

COMPARISON_COLUMNS = (
    *("match", "differs", *_LEVELS, "within"),
    *(f"{name}_{side}" for name in _SIDES for side in "ab"),
)


def comparison_table(a: Entity, b: Entity, found: Comparison, *, whole: bool) -> Iterator[Sequence[str]]:
    """The head, then each app that differs between these two releases, or, `whole`, each app of both."""
    yield COMPARISON_COLUMNS
    for compared in found.apps if whole else found.differing:
        names = [*compared.names, *[""] * (len(_LEVELS) - len(compared.names))]
        sides = zip(_side(compared.a, a), _side(compared.b, b), strict=True)
        yield [compared.match, " ".join(compared.differs), *names, compared.within or "", *chain.from_iterable(sides)]


def _side(app: Entity | None, release: Entity) -> Sequence[str]:
    if app is None:
        return [""] * (len(_SIDES) - 1) + [release.id]
    problem, _ = app.problem or ("", "")
    return [
        *(app.version or "", app.state or "", app.phase, seconds(app.duration)),
        *(app.error_message or "", problem, app.path, release.id),
    ]


def moment(at: datetime | None) -> str:
    """ISO 8601 in UTC; empty for None."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else ""


def seconds(duration: timedelta | None) -> str:
    """To the millisecond; empty for None."""
    return str(round(duration.total_seconds(), 3)).removesuffix(".0") if duration is not None else ""


def to_csv(table: Iterable[Sequence[str]], *, bom: bool = False) -> bytes:
    """Lines end in CR LF. What a spreadsheet would take for a formula has an apostrophe before it."""
    text = io.StringIO(newline="")
    if bom:
        text.write(BOM)
    csv.writer(text, lineterminator="\r\n").writerows([_harmless(cell) for cell in row] for row in table)
    # A workflow's payload may hold lone surrogates, which are no text.
    return text.getvalue().encode(errors="replace")


_BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""As OWASP lists them ("CSV Injection"); the wide ones some versions of Excel read as the others."""


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_BEGIN_FORMULAS) else cell


def file_name(of: str, as_of: datetime, extension: str) -> str:
    """`release-payments-2025.11_20251122T140300Z.csv`: safe wherever files are kept, as IDs hold nothing that is not.

    With the time, since two exports of a release that moves are not the same.
    """
    return f"{of.replace(':', '-')}_{as_of.astimezone(UTC):%Y%m%dT%H%M%SZ}.{extension}"
