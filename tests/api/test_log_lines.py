"""The log of a portal, as whoever is on call reads it: each line says whose it is, and about what."""

import time
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.live_server import PAYMENTS, VIEWER, live_server

RELEASE = "release:payments-1"


@pytest.fixture(scope="module")
def portal(tmp_path_factory, portal_database: Path):
    directory = tmp_path_factory.mktemp("log")
    with live_server(directory, portal_database, application="tests.record.portal:application") as portal:
        yield portal


def lines_of(portal, request_id):
    return [event for event in portal.events() if event.get("request_id") == request_id]


def follow(portal, token, release_id):
    """A socket on a release, until it is told something or closed."""
    headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "of-all-my-sockets"}
    url = f"ws://127.0.0.1:{portal.port}/ws/releases/{release_id}/"
    with connect(url, additional_headers=headers, proxy=None) as connection:
        try:
            connection.recv()
            connection.send("nonsense")
            while True:
                connection.recv()
        except ConnectionClosed:
            pass


def lines_by_socket(portal, request_id, number):
    """Once so many have closed: clients know that sooner than the log does."""
    deadline = time.monotonic() + 30
    while True:
        found = {}
        for line in lines_of(portal, request_id):
            found.setdefault(line["socket_id"], []).append(line)
        closed = [lines for lines in found.values() if any(line["event"] == "socket_closed" for line in lines)]
        if len(closed) == len(found) == number:
            return found
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_each_line_of_a_request_names_it_and_those_within_the_person_and_the_release(portal):
    token = portal.token(VIEWER)
    headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "mine"}
    assert portal.request("GET", f"/api/releases/{RELEASE}/hierarchy/", headers=headers).status == 200
    lines = {event["event"]: event for event in lines_of(portal, "mine")}
    assert {"request_started", "release_access", "request_finished"} <= lines.keys()
    for name in ("release_access", "request_finished"):
        assert lines[name]["release_id"] == RELEASE
        assert lines[name]["user_id"]
        assert "socket_id" not in lines[name]


def test_the_next_request_names_nothing_of_the_one_before(portal):
    token = portal.token(VIEWER)
    headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "list"}
    assert portal.request("GET", "/api/releases/", headers=headers).status == 200
    lines = lines_of(portal, "list")
    assert {"request_started", "request_finished"} <= {event["event"] for event in lines}
    assert all("release_id" not in event for event in lines)


def test_each_line_of_a_socket_names_it_the_person_and_the_release(portal):
    viewer, payments = portal.token(VIEWER), portal.token(PAYMENTS)
    follow(portal, viewer, RELEASE)
    follow(portal, payments, RELEASE)
    follow(portal, payments, "release:search-1")
    by_socket = lines_by_socket(portal, "of-all-my-sockets", 3)
    for of_one in by_socket.values():
        assert "socket_refused" in {line["event"] for line in of_one}
        assert len({line["user_id"] for line in of_one}) == 1
        assert len({line["release_id"] for line in of_one}) == 1
