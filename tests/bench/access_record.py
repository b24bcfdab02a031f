"""Thousands of reads while the database can't be written to for a while: all on record, and none held up by it.

The floor is the same reads of a portal that puts nothing on record, in turns. Behind both is a Temporal in memory, so
that a read costs little, and what the record adds to it is seen.
"""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import monotonic, perf_counter, sleep

from tests.bench.processes import cpu_seconds
from tests.bench.table import Measure
from tests.live_server import VIEWER, LiveServer, live_server, make_database
from tests.record.outage import writes_stopped

READS = 5_000
TURN = 50
"""Reads of one portal before it is the other's turn: few, so that what else the machine does slows both."""
AT_ONCE = 4

STOPPED_SECONDS = 10
STOPPED_AFTER = READS // TURN // 3
"""Turns."""

WARM_UP = 100
SLOWEST = 1.1

PATIENT = 120
"""Seconds: far more than it takes to catch up. What is not on record by then never will be."""

PATH = "/api/releases/release:payments-1/"


@dataclass
class Reader:
    """Reads from one portal, some at once. `seconds` has how long each took, `wall` how long all together, `cpu` what
    the portal worked for them."""

    name: str
    portal: LiveServer
    token: str = ""
    seconds: list[float] = field(default_factory=list)
    wall: float = 0.0
    cpu: float = 0.0

    def __post_init__(self) -> None:
        self.token = self.portal.token(VIEWER)

    def turn(self, number: int, reads: int = TURN) -> None:
        numbers = iter(range(reads))
        began = perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for taken in pool.map(lambda _: self._read_on(f"{self.name}-{number}", numbers), range(AT_ONCE)):
                self.seconds += taken
        self.wall += perf_counter() - began

    def _read_on(self, prefix: str, numbers: Iterator[int]) -> list[float]:
        taken = []
        with closing(HTTPConnection("127.0.0.1", self.portal.port, timeout=60)) as connection:
            for number in numbers:
                headers = {"Authorization": f"Bearer {self.token}", "X-Request-ID": f"{prefix}-{number}"}
                began = perf_counter()
                connection.request("GET", PATH, headers=headers)
                answer = connection.getresponse()
                content = answer.read()
                taken.append(perf_counter() - began)
                if answer.status != 200:
                    raise AssertionError(f"{answer.status}: {content[:200]!r}")
        return taken


def measure() -> list[Measure]:
    with TemporaryDirectory() as name, ExitStack() as stack:
        directory = Path(name)
        people = make_database(directory / "people.sqlite3")
        ours, floor = (
            Reader(kind, stack.enter_context(live_server(directory / kind, people, application=application)))
            for kind, application in (
                ("recorded", "tests.record.portal:application"),
                ("unrecorded", "tests.record.unrecorded_portal:application"),
            )
        )
        _take_turns(ours, floor, directory)
        for reader in (ours, floor):
            reader.cpu = cpu_seconds(reader.portal.process.pid) - reader.cpu
        missing, caught_up = _missing(directory / "recorded" / "db.sqlite3")
    what = f"{READS:,} reads, database stopped for {STOPPED_SECONDS} s"
    return [
        Measure(f"{what}: missing in the record afterwards", missing, "", bar=0),
        Measure(
            f"{what}: a read, {AT_ONCE} at once, against no record",
            ours.wall / READS * 1000,
            "ms",
            floor.wall / READS * 1000,
            SLOWEST,
        ),
        Measure(f"{what}: the same, p95", _p95(ours), "ms", _p95(floor)),
        Measure(f"{what}: the same, processor time", ours.cpu / READS * 1000, "ms", floor.cpu / READS * 1000),
        Measure(f"{what}: from the last read to all on record", caught_up * 1000, "ms"),
    ]


def _take_turns(ours: Reader, floor: Reader, directory: Path) -> None:
    for reader in (ours, floor):
        reader.turn(-1, WARM_UP)
        reader.seconds.clear()
        reader.wall, reader.cpu = 0.0, cpu_seconds(reader.portal.process.pid)
    databases = [directory / name / "db.sqlite3" for name in ("recorded", "unrecorded")]
    outage = Thread(target=_stop, args=(databases, stopped := Event()))
    for number in range(READS // TURN):
        if number == STOPPED_AFTER:
            outage.start()
            stopped.wait()
        # Whoever is first has what is left of the other's turn before: in turns, too.
        for reader in (ours, floor) if number % 2 else (floor, ours):
            reader.turn(number)
    outage.join()


def _stop(databases: list[Path], stopped: Event) -> None:
    with ExitStack() as stack:
        for database in databases:
            stack.enter_context(writes_stopped(database))
        stopped.set()
        sleep(STOPPED_SECONDS)


def _missing(database: Path) -> tuple[int, float]:
    """How many reads have no row in the end, or more than one; and after how many seconds that was so."""
    asked = {f"recorded-{turn}-{number}" for turn in range(READS // TURN) for number in range(TURN)}
    began = monotonic()
    while True:
        with closing(sqlite3.connect(database)) as connection:
            rows = [row[0] for row in connection.execute("SELECT request_id FROM releases_accessrecord")]
        missing = len(asked - set(rows)) + len(rows) - len(set(rows))
        took = monotonic() - began
        if not missing or took > PATIENT:
            return missing, took
        sleep(0.05)


def _p95(reader: Reader) -> float:
    return quantiles(reader.seconds, n=20, method="inclusive")[-1] * 1000
