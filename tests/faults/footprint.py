"""What a portal's process holds on to, looked at from outside: what a fault leaves behind shows here."""

import asyncio
import resource
import time
from dataclasses import astuple, dataclass
from pathlib import Path

from tests.faults.portal import TASKS
from tests.live_server import LiveServer

PATIENT = 30
"""Seconds in which what a fault has piled up must be gone. Python's idle threads are kept, by design: see SLACK."""


@dataclass(frozen=True, slots=True)
class Footprint:
    tasks: int
    threads: int
    files: int
    sockets: int
    watches: int
    long_polls: int
    megabytes: int
    """Of memory, in RAM."""

    @classmethod
    def of(cls, portal: LiveServer) -> "Footprint":
        """Its threads and files as the system counts them, its tasks and watches as it does itself."""
        process = Path("/proc") / str(portal.process.pid)
        files = [path.readlink().name for path in (process / "fd").iterdir() if path.is_symlink()]
        metrics = portal.get("/metrics").content.decode()
        return cls(
            tasks=int(portal.get(TASKS).content),
            threads=len(list((process / "task").iterdir())),
            files=len(files),
            sockets=sum(name.startswith("socket:") for name in files),
            watches=_sum(metrics, "relportal_live_trees"),
            long_polls=_sum(metrics, "relportal_long_polls_waiting"),
            megabytes=int((process / "statm").read_text().split()[1]) * resource.getpagesize() // 1_000_000,
        )


SLACK = Footprint(tasks=3, threads=4, files=6, sockets=4, watches=0, long_polls=0, megabytes=20)
"""More than before there may be: a connection that is being made, a worker thread that waits for its next job, memory
that Python keeps for later."""


def _sum(metrics: str, name: str) -> int:
    lines = [line for line in metrics.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
    return int(sum(float(line.rpartition(" ")[2]) for line in lines))


async def comes_back_to(before: Footprint, portal: LiveServer) -> None:
    """Wait until the portal holds on to no more than before."""
    deadline = time.monotonic() + PATIENT
    while True:
        now = await asyncio.to_thread(_look, portal)
        if now is not None and all(
            is_now <= was + slack
            for is_now, was, slack in zip(astuple(now), astuple(before), astuple(SLACK), strict=True)
        ):
            return
        assert time.monotonic() < deadline, f"before: {before}; now: {now}"
        await asyncio.sleep(0.2)


def _look(portal: LiveServer) -> Footprint | None:
    try:
        return Footprint.of(portal)
    except FileNotFoundError:
        return None  # A file was closed while they were listed.
