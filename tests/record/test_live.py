"""The real server: whatever happens to the database and to the process, each access is on record once all is well."""

import json
import os
import signal
import sqlite3
import time
from contextlib import closing, contextmanager, suppress

import pytest

from tests.live_server import VIEWER, live_server
from tests.record.conftest import PATIENT
from tests.record.outage import writes_stopped

APPLICATION = "tests.record.portal:application"
RELEASE = "/api/releases/release:payments-1/"
OUTAGE_READS = 60


@pytest.fixture
def start(tmp_path, portal_database):
    @contextmanager
    def started(name="portal", database=portal_database, **options):
        values = {"application": APPLICATION, **options}
        with live_server(tmp_path / name, database, **values) as portal:
            yield portal

    return started


def rows(directory):
    with closing(sqlite3.connect(directory / "db.sqlite3")) as connection:
        found = connection.execute("SELECT request_id, action, outcome, status, via FROM releases_accessrecord")
        return found.fetchall()


def on_disk(spool):
    """The request IDs of what waits there."""
    found = set()
    for path in spool.glob("*.jsonl"):
        with suppress(FileNotFoundError):  # What was saved is gone.
            found |= {json.loads(line)["request_id"] for line in path.read_bytes().splitlines()}
    return found


def until(holds):
    deadline = time.monotonic() + PATIENT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def read(portal, token, request_id):
    answer = portal.request("GET", RELEASE, headers={"Authorization": f"Bearer {token}", "X-Request-ID": request_id})
    assert answer.status == 200, answer.content
    return request_id


def test_reads_during_an_outage_of_the_database_are_on_record_afterwards(start, tmp_path):
    with start() as portal:
        token = portal.token(VIEWER)
        asked = [read(portal, token, f"before-{number}") for number in range(20)]
        with writes_stopped(tmp_path / "portal" / "db.sqlite3"):
            asked += [read(portal, token, f"meanwhile-{number}") for number in range(OUTAGE_READS)]
        asked += [read(portal, token, f"after-{number}") for number in range(20)]
        until(lambda: {row[0] for row in rows(tmp_path / "portal")} >= set(asked))
    of_reads = [row for row in rows(tmp_path / "portal") if row[0] in set(asked)]
    assert len(of_reads) == len(asked)
    assert {row[1:] for row in of_reads} == {("release", "allowed", 200, "api")}


@pytest.mark.parametrize("server", ["relportal.server", "daphne"])
def test_a_server_that_ends_leaves_nothing_unsaved(start, tmp_path, server):
    with start(server=server) as portal:
        token = portal.token(VIEWER)
        asked = [read(portal, token, f"read-{number}") for number in range(30)]
    assert {row[0] for row in rows(tmp_path / "portal")} >= set(asked)
    assert list((tmp_path / "portal" / "spool").glob("*.jsonl")) == []


def test_one_that_ends_during_an_outage_leaves_it_to_the_next(start, tmp_path):
    database = tmp_path / "portal" / "db.sqlite3"
    with start() as portal:
        token = portal.token(VIEWER)
        with writes_stopped(database):
            asked = [read(portal, token, f"read-{number}") for number in range(30)]
            portal.process.send_signal(signal.SIGTERM)
            portal.process.wait(PATIENT)
    assert not {row[0] for row in rows(tmp_path / "portal")} & set(asked)
    with start("next", database, ACCESS_SPOOL_DIR=tmp_path / "portal" / "spool"):
        until(lambda: {row[0] for row in rows(tmp_path / "next")} >= set(asked))


def test_one_that_is_killed_loses_nothing_that_was_on_disk(start, tmp_path):
    database = tmp_path / "portal" / "db.sqlite3"
    with start() as portal:
        token = portal.token(VIEWER)
        with writes_stopped(database):
            asked = [read(portal, token, f"read-{number}") for number in range(30)]
            spool = tmp_path / "portal" / "spool"
            until(lambda: on_disk(spool) >= set(asked))
            os.kill(portal.process.pid, signal.SIGKILL)
            portal.process.wait(PATIENT)
    with start("next", database, ACCESS_SPOOL_DIR=tmp_path / "portal" / "spool"):
        until(lambda: {row[0] for row in rows(tmp_path / "next")} >= set(asked))


def test_each_access_has_its_line_in_the_log_with_its_id(start, tmp_path):
    with start() as portal:
        token = portal.token(VIEWER)
        read(portal, token, "find-me")
        portal.get(RELEASE)
    lines = [event for event in portal.events() if event["event"] == "release_access"]
    assert [line["outcome"] for line in lines] == ["allowed", "not_signed_in"]
    with closing(sqlite3.connect(tmp_path / "portal" / "db.sqlite3")) as connection:
        kept = {row[0] for row in connection.execute("SELECT id FROM releases_accessrecord")}
    assert {line["record"].replace("-", "") for line in lines} <= kept
