"""The system's clock is set, forward or back, while the portal runs. What expires does so by that clock, on purpose."""

from datetime import UTC, datetime, timedelta

import pytest

from releases import index, pulse
from releases.clock import SteadyClock
from releases.index import IndexConfig, ReleaseIndex
from releases.pulse import Pulse
from releases.topology import ReleaseWorkflowIds
from tests.fakes.gateway import FakeTemporal

HOUR = 3600.0
RELEASES = 'WorkflowId STARTS_WITH "release:"'


class Clocks:
    """The system's two clocks. `wall` can be set; both go on by `go`."""

    def __init__(self) -> None:
        self.wall = datetime.now(UTC).timestamp()
        self.steady = 1000.0
        self.clock = self.begun()

    def begun(self) -> SteadyClock:
        """The clock of a process that begins now."""
        return SteadyClock(lambda: self.wall, lambda: self.steady)

    def go(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    @property
    def shown(self) -> float:
        return self.clock.now().timestamp()


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    clocks = Clocks()
    monkeypatch.setattr(index, "CLOCK", clocks.clock)
    monkeypatch.setattr(pulse, "CLOCK", clocks.clock)
    return clocks


def releases_of(temporal: FakeTemporal) -> ReleaseIndex:
    return ReleaseIndex(
        temporal.gateway(), IndexConfig('WorkflowId STARTS_WITH "release:"', ReleaseWorkflowIds("{id}"))
    )


def test_the_clock_that_counts_goes_on_when_the_other_is_set_forward_and_is_set_back_with_it(clocks: Clocks) -> None:
    began = clocks.shown
    clocks.wall += HOUR
    clocks.go(5)
    assert clocks.shown == pytest.approx(began + 5)
    clocks.wall -= 2 * HOUR
    assert clocks.shown == pytest.approx(began + 5 - HOUR)
    clocks.wall += HOUR
    clocks.go(5)
    assert clocks.shown == pytest.approx(began + 10 - HOUR)


@pytest.mark.parametrize("by", [[HOUR], [-HOUR], [HOUR, -HOUR], [-HOUR, HOUR]])
async def test_a_release_that_starts_after_the_clock_was_set_is_found(clocks: Clocks, by: list[float]) -> None:
    temporal = FakeTemporal()
    releases = releases_of(temporal)
    assert not await releases.runs()
    for number, seconds in enumerate(by):
        clocks.wall += seconds
        await releases.runs()  # The look by which a wrong time would be kept.
        clocks.go(1)
        temporal.start(f"release:{number}")
        assert f"release:{number}" in await releases.runs()


async def test_so_is_one_that_was_missed_while_the_clock_was_ahead_from_the_start(
    clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    clocks.wall += HOUR
    monkeypatch.setattr(index, "CLOCK", clocks.begun())
    temporal = FakeTemporal()
    releases = releases_of(temporal)
    await releases.runs()
    temporal.start("release:missed")
    assert not await releases.runs()
    clocks.wall -= HOUR
    await releases.runs()
    await releases._refill  # type: ignore[misc]  # It is nobody's to wait for.
    assert set(await releases.runs()) == {"release:missed"}


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
async def test_so_is_a_workflow_of_an_entity(clocks: Clocks, seconds: float) -> None:
    temporal = FakeTemporal()
    looks = Pulse(temporal.gateway(), releases_of(temporal))
    look, began_at = await looks._look()  # It looks once a second otherwise.
    looks._note_found(look, began_at)
    clocks.wall += seconds
    for number in range(2):
        clocks.go(1)
        temporal.start(f"wave:{number}")
        look, began_at = await looks._look()
        looks._note_found(look, began_at)
        assert f"wave:{number}" in look.started
        assert look.at <= datetime.now(UTC) + timedelta(seconds=1)
