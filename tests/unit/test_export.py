"""Tables of comma-separated values, for any tree and any text."""

import csv
import io
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.domain import Entity, EntityType, Run, RunStatus, Tree
from releases.export import COLUMNS, moment, seconds, to_csv, tree_table
from tests.unit.trees import entity, trees

NOW = datetime(2025, 11, 22, 14, 3, tzinfo=UTC)


def tree_of(release: Entity, ended_at: datetime | None = None) -> Tree:
    status = RunStatus.COMPLETED if ended_at else RunStatus.RUNNING
    return Tree(release=release, run=Run("release:r", "run", status, NOW, ended_at), as_of=NOW)


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


@given(trees())
def test_there_is_a_row_for_each_entity_in_order_and_a_cell_for_each_column(release: Entity) -> None:
    head, *rows = read(to_csv(tree_table(tree_of(release))))
    assert head == list(COLUMNS)
    assert {len(row) for row in rows} == {len(COLUMNS)}
    column = COLUMNS.index("path")
    assert [row[column] for row in rows] == [below.path for below in release.walk()]


@given(trees())
def test_the_columns_of_levels_are_the_names_along_the_path(release: Entity) -> None:
    for below, row in zip(release.walk(), list(tree_table(tree_of(release)))[1:], strict=True):
        cells = dict(zip(COLUMNS, row, strict=True))
        depth = below.path.count("/") + 1 if below.path else 0
        names = [cells[level] for level in ("wave", "cluster", "bundle", "app")]
        assert all(names[:depth])
        assert not any(names[depth:])
        if depth:
            assert names[depth - 1] == below.label


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=3), max_size=4))
def test_whatever_the_cells_hold_they_come_back_and_none_is_a_formula(table: list[list[str]]) -> None:
    back = read(to_csv(table))
    assert [[cell.removeprefix("'") for cell in row] for row in back] == [
        [cell.removeprefix("'") for cell in row] for row in table
    ]
    assert not [cell for row in back for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"])
def test_a_formula_is_text(cell: str) -> None:
    assert read(to_csv([[cell]])) == [[f"'{cell}"]]


@pytest.mark.parametrize("cell", ["", " ", "1.2.3", "release:a", "a=b", "'quoted'", "2025-11-22T14:03:00Z"])
def test_other_texts_stay_as_they_are(cell: str) -> None:
    assert read(to_csv([[cell, "x"]])) == [[cell, "x"]]


def test_lines_end_as_rfc_4180_has_it() -> None:
    assert to_csv([["a", 'b"c'], ["d,e", "f\ng"]]) == b'a,"b""c"\r\n"d,e","f\ng"\r\n'


def test_what_is_no_text_is_replaced() -> None:
    assert to_csv([["a\ud800b", ""]]) == b"a?b,\r\n"


def test_moments_are_in_utc_and_durations_to_the_millisecond() -> None:
    berlin = timezone(timedelta(hours=1))
    assert moment(datetime(2025, 11, 22, 14, 3, tzinfo=berlin)) == "2025-11-22T13:03:00Z"
    assert (moment(None), seconds(None)) == ("", "")
    assert [seconds(timedelta(seconds=number)) for number in (0, 90, 1.23456, 123456.789)] == [
        "0",
        "90",
        "1.235",
        "123456.789",
    ]


class TestDuration:
    AN_HOUR: dict[str, Any] = {"created_at": NOW, "updated_at": NOW + timedelta(hours=1)}

    def duration(self, release: Entity, ended_at: datetime | None = None) -> str:
        _, row, *_ = tree_table(tree_of(release, ended_at))
        return row[COLUMNS.index("duration_seconds")]

    def test_of_a_release_it_is_that_of_its_run(self) -> None:
        release = entity(EntityType.RELEASE, "r", state="completed", **self.AN_HOUR)
        assert self.duration(release, NOW + timedelta(seconds=90)) == "90"
        assert self.duration(release, NOW) == "0"

    def test_one_that_says_that_it_is_over_goes_on_with_its_run(self) -> None:
        assert self.duration(entity(EntityType.RELEASE, "r", state="completed", **self.AN_HOUR)) == ""

    def test_of_all_else_it_is_its_own(self) -> None:
        release = entity(EntityType.RELEASE, "r", entity(EntityType.WAVE, "w", state="completed", **self.AN_HOUR))
        _, _, wave = tree_table(tree_of(release))
        assert wave[COLUMNS.index("duration_seconds")] == "3600"

    @pytest.mark.parametrize(
        "fields",
        [
            {"state": "deploying", **AN_HOUR},
            {"state": "pending", **AN_HOUR},
            {"state": "frobnicating", **AN_HOUR},
            {"state": "completed", "updated_at": NOW},
            {"state": "completed", "created_at": NOW},
            {"state": "completed", "created_at": NOW, "updated_at": NOW - timedelta(seconds=1)},
            {"state": "terminated", "reported_state": "deploying", **AN_HOUR},
        ],
        ids=["active", "pending", "unknown", "no beginning", "no end", "ended before it began", "its run ended it"],
    )
    def test_there_is_none_of_what_is_not_over_or_does_not_tell(self, fields: dict[str, Any]) -> None:
        assert entity(EntityType.WAVE, "w", **fields).duration is None
