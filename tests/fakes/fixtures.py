"""The project with Temporal in memory behind it."""

import pytest
from pytest_django.fixtures import Settings

from releases.gateway import GatewayConfig
from tests.fakes.gateway import FakeGateway, FakeTemporal

_current = FakeTemporal()


def gateway(config: GatewayConfig) -> FakeGateway:
    """What `settings.RELEASES_GATEWAY` names while `fake_temporal` is in use."""
    return FakeGateway(_current, config)


@pytest.fixture
def fake_temporal(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> FakeTemporal:
    """Each event loop that the test runs gets a gateway of its own to this one server."""
    temporal = FakeTemporal()
    monkeypatch.setattr("tests.fakes.fixtures._current", temporal)
    settings.RELEASES_GATEWAY = "tests.fakes.fixtures.gateway"
    return temporal
