"""The time, for comparison with Temporal's times: untouched by a clock that is set forward.

The system's clock may be set while the portal runs. Were Temporal asked for what started since a moment that has not
come yet, what starts would be missed. Asking for too much only costs: so of two clocks the one that is behind counts.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime


def _awake_or_not() -> float:
    """Seconds that go on while the machine sleeps, where the system counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SteadyClock:
    """Goes as the monotonic clock does, and is set back with the system's, never forward."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = _awake_or_not) -> None:
        self._wall = wall
        self._steady = steady
        self._began = wall() - steady()

    def now(self) -> datetime:
        steady = self._steady()
        self._began = min(self._began, self._wall() - steady)
        return datetime.fromtimestamp(self._began + steady, UTC)


CLOCK = SteadyClock()
"""The process's."""
