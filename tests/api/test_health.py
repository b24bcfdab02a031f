"""GET /healthz, GET /readyz"""

import pytest
from django.db import OperationalError, connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext

OTHERS = {"channel_layer": "ok", "access_record": "ok"}


@pytest.fixture
def lost_database(monkeypatch):
    def cursor(*_):
        raise OperationalError("could not connect to 10.0.0.7")

    monkeypatch.setattr(connection, "cursor", cursor)


class TestAlive:
    """Asks nothing of anybody: no Temporal, no sign-in and no database, to which these tests have no access."""

    def test_it_is_alive(self, anonymous, fake_temporal):
        fake_temporal.is_up = False
        response = anonymous.get("/healthz")
        assert (response.status_code, response.content) == (200, b"ok\n")
        assert not fake_temporal.calls

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_it_is_only_read(self, anonymous, method):
        assert getattr(anonymous, method)("/healthz").status_code == 405

    def test_head(self, anonymous):
        assert anonymous.head("/healthz").status_code == 200


@pytest.mark.django_db
class TestReady:
    def test_it_is_ready_where_all_parts_are(self, anonymous, fake_temporal):
        response = anonymous.get("/readyz")
        assert response.status_code == 200
        assert response.json() == {"ready": True, "parts": {"database": "ok", "temporal": "ok", **OTHERS}}
        assert "no-store" in response["Cache-Control"]

    def test_it_is_not_without_temporal(self, anonymous, fake_temporal):
        fake_temporal.is_up = False
        response = anonymous.get("/readyz")
        assert response.status_code == 503
        assert response.json() == {"ready": False, "parts": {"database": "ok", "temporal": "unavailable", **OTHERS}}

    def test_it_is_not_where_temporal_does_not_answer(self, anonymous, fake_temporal, impatient):
        fake_temporal.latency = 5
        assert anonymous.get("/readyz").json()["parts"]["temporal"] == "unavailable"

    def test_it_is_not_without_the_database_and_says_why_in_the_log_alone(
        self, anonymous, fake_temporal, lost_database, caplog
    ):
        response = anonymous.get("/readyz")
        assert response.status_code == 503
        assert response.json() == {"ready": False, "parts": {"database": "unavailable", "temporal": "ok", **OTHERS}}
        assert b"10.0.0.7" not in response.content
        [event] = [r.msg for r in caplog.records if isinstance(r.msg, dict) and r.msg["event"] == "part_not_ready"]
        assert (event["part"], event["reason"]) == ("database", "could not connect to 10.0.0.7")

    def test_it_asks_one_thing_of_each_part(self, anonymous, fake_temporal):
        with CaptureQueriesContext(connection) as queries:
            anonymous.get("/readyz")
        assert len(queries) == 1
        assert fake_temporal.calls == {"check": 1}

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_it_is_only_read(self, anonymous, method):
        assert getattr(anonymous, method)("/readyz").status_code == 405


async def test_it_recovers_by_itself(async_db, fake_temporal):
    client = AsyncClient()
    fake_temporal.is_up = False
    assert (await client.get("/readyz")).status_code == 503
    fake_temporal.is_up = True
    assert (await client.get("/readyz")).status_code == 200
