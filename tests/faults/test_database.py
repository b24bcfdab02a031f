"""PostgreSQL goes away and comes back while people read: a real one, behind the real server."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.live_server import VIEWER, LiveServer, live_server, make_people
from tests.postgres import NOT_HERE, Postgres, binaries, running_postgres

pytestmark = pytest.mark.skipif(binaries() is None, reason=NOT_HERE)

APPLICATION = "tests.record.portal:application"
RELEASE = "/api/releases/release:payments-1/"
PATIENT = 60
POOL = 4


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        make_people(server.url)
        yield server


@pytest.fixture
def portal(postgres: Postgres, portal_database: Path, tmp_path: Path) -> Iterator[LiveServer]:
    values: dict[str, Any] = {"DATABASE_URL": postgres.url, "DATABASE_POOL_SIZE": POOL}
    with live_server(tmp_path, portal_database, application=APPLICATION, **values) as portal:
        yield portal


def read(portal: LiveServer, token: str, request_id: str = "read") -> int:
    headers = {"Authorization": f"Bearer {token}", "X-Request-ID": request_id}
    return portal.request("GET", RELEASE, headers=headers).status


def on_record(postgres: Postgres) -> set[str]:
    with psycopg.connect(postgres.url) as connection:
        return {row[0] for row in connection.execute("SELECT request_id FROM releases_accessrecord")}


def connections(postgres: Postgres) -> int:
    with psycopg.connect(postgres.url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
        [(count,)] = found.fetchall()
    return int(count) - 1


def until(holds) -> None:
    deadline = time.monotonic() + PATIENT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_without_it_nobody_is_let_in_and_all_is_well_once_it_is_back(postgres, portal):
    token = portal.token(VIEWER)
    assert read(portal, token, "before") == 200
    postgres.stop()
    try:
        refused = portal.get(RELEASE, token=token)
        page = portal.request("GET", "/admin/", headers={"Cookie": "sessionid=of-somebody"})
        assert portal.get("/healthz").status == 200
        assert portal.get("/readyz").status == 503
    finally:
        postgres.start()
    body = json.loads(refused.content)
    assert (refused.status, body["code"], body["retryable"]) == (503, "database_unavailable", True)
    assert refused.headers["Retry-After"] == "2"
    assert (page.status, page.headers["Retry-After"]) == (503, "2")
    assert b"does not answer" in page.content
    until(lambda: read(portal, token, "after") == 200)
    until(lambda: on_record(postgres) >= {"before", "after"})
    assert "Traceback" not in portal.log.read_text()


def test_many_who_ask_meanwhile_are_all_answered_and_no_connection_is_left_over(postgres, portal):
    token = portal.token(VIEWER)
    with ThreadPoolExecutor(20) as people:
        postgres.stop()
        try:
            meanwhile = Counter(people.map(lambda number: read(portal, token, f"down-{number}"), range(40)))
        finally:
            postgres.start()
        assert meanwhile == {503: 40}
        until(lambda: read(portal, token) == 200)
        asked = [f"up-{number}" for number in range(200)]
        assert Counter(people.map(lambda name: read(portal, token, name), asked)) == {200: 200}
    until(lambda: on_record(postgres) >= set(asked))
    assert connections(postgres) <= POOL


def test_a_restart_between_two_requests_is_not_noticed(postgres, portal):
    token = portal.token(VIEWER)
    for number in range(3):
        assert read(portal, token, f"restart-{number}") == 200
        postgres.stop()
        postgres.start()
    assert read(portal, token, "restart-last") == 200
