"""GET /metrics"""

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).resolve().parents[2]


def samples(client, **extra):
    response = client.get("/metrics", **extra)
    assert response.status_code == 200
    families = text_string_to_metric_families(response.content.decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def value(found, name, **labels):
    return found.get((name, tuple(sorted(labels.items()))), 0)


def test_requests_are_counted_by_route_method_and_status(anonymous):
    labels = {"method": "GET", "route": "/healthz", "status": "200"}
    before = value(samples(anonymous), "relportal_http_requests_total", **labels)
    for _ in range(7):
        anonymous.get("/healthz")
    assert value(samples(anonymous), "relportal_http_requests_total", **labels) == before + 7


def test_any_number_of_addresses_makes_one_series(anonymous):
    anonymous.get("/api/nothing-at-all/")
    before = len(samples(anonymous))
    for number in range(1000):
        anonymous.get(f"/api/nothing-{number}/")
    assert len(samples(anonymous)) <= before + 15, "other than the series of /metrics itself"


@pytest.mark.django_db
def test_a_call_of_temporal_that_fails_is_counted_by_its_outcome(viewer, signed_in, fake_temporal, anonymous):
    client = signed_in(viewer)
    labels = {"verb": "describe", "outcome": "temporal_unavailable"}
    before = value(samples(anonymous), "relportal_temporal_calls_total", **labels)
    fake_temporal.is_up = False
    assert client.get("/api/releases/release:a/").status_code == 503
    assert value(samples(anonymous), "relportal_temporal_calls_total", **labels) > before


def test_it_asks_nothing_of_temporal_or_the_database(anonymous, fake_temporal):
    fake_temporal.is_up = False
    assert samples(anonymous)
    assert not fake_temporal.calls


@pytest.mark.parametrize(
    "extra",
    [{"REMOTE_ADDR": "10.0.0.7"}, {"REMOTE_ADDR": ""}, {"HTTP_X_FORWARDED_FOR": "10.0.0.7"}, {"HTTP_VIA": "1.1 proxy"}],
)
def test_without_a_token_it_is_not_there_for_others(anonymous, extra):
    assert anonymous.get("/metrics", **extra).status_code == 404


def test_without_a_token_it_is_not_there_behind_proxies(anonymous, environment):
    environment(PROXIES=1)
    assert anonymous.get("/metrics").status_code == 404


def test_with_a_token_it_is_for_who_has_it(anonymous, environment):
    environment(METRICS_TOKEN="m" * 16)
    assert anonymous.get("/metrics").status_code == 401
    for wrong in ("Bearer nothing", "Bearer ", "Basic " + "m" * 16, "Bearer \xff"):
        assert anonymous.get("/metrics", HTTP_AUTHORIZATION=wrong).status_code == 401
    assert samples(anonymous, REMOTE_ADDR="10.0.0.7", HTTP_AUTHORIZATION="Bearer " + "m" * 16)


def test_openmetrics_is_given_where_it_is_asked_for(anonymous):
    response = anonymous.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert response["Content-Type"].startswith("application/openmetrics-text")
    assert response.content.endswith(b"# EOF\n")


def test_no_line_of_the_log_and_nothing_on_record(anonymous, caplog, on_record):
    anonymous.get("/metrics")
    assert not [r for r in caplog.records if isinstance(r.msg, dict) and r.msg["event"].startswith("request_")]
    assert not on_record


def test_each_metric_is_explained_and_none_is_promised_that_is_not_there(anonymous):
    text = anonymous.get("/metrics").content.decode()
    shown = set(re.findall(r"^# TYPE (relportal_\w+)", text, re.MULTILINE))
    promised = set(re.findall(r"^\| `(relportal_\w+)`", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE))
    assert shown == promised


@pytest.mark.django_db
def test_sign_ins_are_counted_by_outcome_without_saying_whose(viewer, anonymous):
    labels = {"way": "token", "outcome": "invalid_credentials"}
    before = value(samples(anonymous), "relportal_sign_ins_total", **labels)
    anonymous.post("/api/auth/token/", {"email": viewer.email, "password": "wrong"}, "application/json")
    assert value(samples(anonymous), "relportal_sign_ins_total", **labels) == before + 1
    assert viewer.email not in anonymous.get("/metrics").content.decode()
