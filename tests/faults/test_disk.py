"""The disk that accesses go to fails: a real server, whose spool's place is taken away.

That of a disk which takes a part and is full then, tests/record/test_recorder.py tells."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.live_server import VIEWER, LiveServer, live_server
from tests.record.outage import writes_stopped

APPLICATION = "tests.record.portal:application"
RELEASE = "/api/releases/release:payments-1/"
PATIENT = 60
READS = 30


class Portal:
    def __init__(self, server: LiveServer, directory: Path) -> None:
        self.server = server
        self.spool = directory / "spool"
        self.database = directory / "db.sqlite3"
        self._token = server.token(VIEWER)

    def read(self, name: str) -> set[str]:
        """The IDs of reads that all were answered."""
        asked = [f"{name}-{number}" for number in range(READS)]
        for request_id in asked:
            headers = {"Authorization": f"Bearer {self._token}", "X-Request-ID": request_id}
            assert self.server.request("GET", RELEASE, headers=headers).status == 200
        return set(asked)

    def on_record(self) -> set[str]:
        with closing(sqlite3.connect(self.database, timeout=PATIENT)) as connection:
            return {row[0] for row in connection.execute("SELECT request_id FROM releases_accessrecord")}

    def in_the_log(self) -> set[str]:
        return {event["request_id"] for event in self.server.events() if event["event"] == "release_access"}

    def figure(self, name: str) -> int:
        found = re.search(rf"^{name} (\S+)$", self.server.get("/metrics").content.decode(), re.MULTILINE)
        assert found is not None
        return int(float(found[1]))

    @property
    def lost(self) -> int:
        return self.figure("relportal_access_records_lost_total")

    @property
    def spooled(self) -> int:
        return self.figure("relportal_access_records_spooled_total")


@pytest.fixture
def portal(tmp_path: Path, portal_database: Path) -> Iterator[Portal]:
    with live_server(tmp_path / "portal", portal_database, application=APPLICATION) as server:
        portal = Portal(server, tmp_path / "portal")
        before = portal.read("before")
        until(lambda: portal.on_record() >= before)
        yield portal


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@contextmanager
def gone(spool: Path) -> Iterator[None]:
    """Nothing can be written there: a file stands in the directory's place, which no right overcomes."""
    aside = spool.rename(spool.with_name("spool-aside"))
    spool.touch()
    try:
        yield
    finally:
        spool.unlink()
        aside.rename(spool)


def test_reads_go_on_and_are_all_on_record_since_the_database_takes_them_at_once(portal: Portal) -> None:
    spooled = portal.spooled
    with gone(portal.spool):
        meanwhile = portal.read("meanwhile")
        until(lambda: portal.on_record() >= meanwhile)
        assert portal.spooled == spooled
    after = portal.read("after")
    until(lambda: portal.on_record() >= after)
    assert portal.spooled > spooled
    assert portal.lost == 0


def test_without_the_database_too_what_is_lost_is_counted_and_stays_in_the_log(portal: Portal) -> None:
    with gone(portal.spool), writes_stopped(portal.database):
        meanwhile = portal.read("meanwhile")
        until(lambda: portal.lost == READS)
        assert portal.in_the_log() >= meanwhile
        assert [event for event in portal.server.events() if event["event"] == "accesses_lost"]
    after = portal.read("after")
    until(lambda: portal.on_record() >= after)
    assert portal.lost == READS
    assert not portal.on_record() & meanwhile
