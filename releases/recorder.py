"""Accesses to the place where they are kept, off the path of whoever reads. Pure: it is given how to save.

    put ─▶ queue (bounded) ─▶ spool (disk) ─▶ save (the database)

Two threads, so that a database that does not answer holds nothing up: one writes what is put to the spool within some
20 ms, the other takes it from there and saves it, and tries again for as long as that fails. So an outage costs disk
alone, a process that is killed loses no more than those milliseconds, and the next process goes on where it ended.
Where the disk fails, the first thread saves by itself. What can't be kept at all is counted and said, and its line in
the log remains. The same access may be saved twice, after a crash between saving and forgetting: `save` goes by its ID.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, Queue
from time import monotonic, sleep

import orjson
import structlog

from releases.record import Access, access_of
from releases.spool import Held, Spool

log = structlog.get_logger(__name__)

QUEUE_LENGTH = 20_000
"""Some 20 MB at most. The disk takes more in a second than readers of a process make in a minute."""

GATHER_SECONDS = 0.02
"""From the first access to its line on disk, so that many are written at once."""

SAVE_SECONDS = 0.25
"""From a line on disk to its row, so that many are saved at once."""

RETRY_SECONDS = 1.0

BATCH = 200
"""Accesses that are saved at once: some 10 ms of work, which readers must not notice."""

LOOK_SECONDS = 30.0
"""How often what other processes have left behind is looked for."""

REFUSED = "refused"
"""The file of the spool that keeps what the database will never take, and lines that are none."""


class Unsavable(Exception):
    """`save` will never take these accesses, at least not all of them: trying again is of no use."""


class Recorder:
    def __init__(
        self, spool: Spool, save: Callable[[Sequence[Access]], None], *, queue_length: int = QUEUE_LENGTH
    ) -> None:
        """`save` raises Unsavable, or anything else where it should be tried again."""
        self._spool = spool
        self._save = save
        self._queue: Queue[Access | None] = Queue(queue_length)
        self._closing = threading.Event()
        self._spooled = threading.Event()
        self._spooled_last = threading.Event()
        self._starting = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._is_saving = False
        self._is_behind = False
        self.spooled = self.saved = 0
        """Accesses written to disk, and taken from there by `save`, or saved at once where the disk failed."""
        self.lost = 0
        """Accesses of which nothing but the line in the log remains."""

    def start(self) -> None:
        """Start the threads, once. What was left behind is saved from now on."""
        if self._threads:
            return
        with self._starting:
            if not self._threads and not self._closing.is_set():
                # Daemons: Python's end would wait for others before `close` is called.
                self._threads = [
                    threading.Thread(target=self._spool_on, name="spool accesses", daemon=True),
                    threading.Thread(target=self._save_on, name="save accesses", daemon=True),
                ]
                for thread in self._threads:
                    thread.start()

    def put(self, access: Access) -> None:
        """Takes microseconds, and never raises."""
        if self._closing.is_set():
            self._write([access])
            self._spool.seal()
            return
        self.start()
        try:
            self._queue.put_nowait(access)
        except Full:
            self._lose(1, "the queue is full")

    def close(self, seconds: float) -> None:
        """Save what there is. What takes longer, or comes later, stays in the spool, for the next process."""
        self._closing.set()
        if not self._threads:
            return
        deadline = monotonic() + seconds
        spooling, saving = self._threads
        with suppress(Full):
            self._queue.put(None, timeout=seconds)
        spooling.join(max(deadline - monotonic(), 0))
        self._spooled_last.set()
        self._spooled.set()
        saving.join(max(deadline - monotonic(), 0))

    def wait(self, seconds: float) -> bool:
        """Whether all that was put has been saved, or set aside, by then."""
        deadline = monotonic() + seconds
        while not self._is_idle() and monotonic() < deadline:
            sleep(0.005)
        return self._is_idle()

    @property
    def queued(self) -> int:
        """Accesses that wait for their line on disk."""
        return self._queue.qsize()

    @property
    def is_behind(self) -> bool:
        """Whether what is on disk could not be saved when that was last tried."""
        return self._is_behind

    def spool_held(self) -> Held:
        return self._spool.held()

    def _is_idle(self) -> bool:
        return not (self._queue.unfinished_tasks or self._spooled.is_set() or self._is_saving or self._is_behind)

    # From the queue to the spool

    def _spool_on(self) -> None:
        while True:
            batch = self._next_batch()
            accesses = [access for access in batch if access is not None]
            if accesses:
                self._write(accesses)
            for _ in batch:
                self._queue.task_done()
            if len(accesses) < len(batch):
                return

    def _next_batch(self) -> list[Access | None]:
        batch = [self._queue.get()]
        if batch[0] is not None and not self._closing.is_set():
            sleep(GATHER_SECONDS)
        while len(batch) < BATCH:
            try:
                batch.append(self._queue.get_nowait())
            except Empty:
                break
        return batch

    def _write(self, accesses: list[Access]) -> None:
        try:
            self._spool.append([access.line() for access in accesses])
            self.spooled += len(accesses)
            self._spooled.set()
        except OSError as error:
            self._write_none(accesses, error)

    def _write_none(self, accesses: list[Access], error: OSError) -> None:
        log.warning("access_spool_failed", reason=str(error), accesses=len(accesses))
        try:
            self._set_aside(self._save_what_can_be(accesses))
        except Exception as unsaved:  # noqa: BLE001  # Whatever the database's driver raises.
            self._lose(len(accesses), f"{error}; {unsaved}")

    def _lose(self, accesses: int, why: str) -> None:
        # Said with the first, then each time that as many again are lost: a line for each would fill the disk.
        before, self.lost = self.lost, self.lost + accesses
        if before.bit_length() < self.lost.bit_length():
            log.error("accesses_lost", in_all=self.lost, why=why)

    # From the spool to where accesses are kept

    def _save_on(self) -> None:
        pause = 0.0
        while True:
            self._spooled.wait(pause)
            is_last = self._spooled_last.wait(SAVE_SECONDS)
            has_saved = self._save_all()
            if is_last:
                return
            pause = LOOK_SECONDS
            if not has_saved:
                self._spooled_last.wait(RETRY_SECONDS)

    def _save_all(self) -> bool:
        """Whether all has been saved that was in the spool."""
        self._is_saving = True
        self._spooled.clear()
        try:
            self._spool.seal()
            for path in self._spool.waiting():
                self._save_file(path)
        except Exception as error:  # noqa: BLE001  # Whatever disk and driver raise: it is tried again.
            if not self._is_behind:
                log.warning("access_record_behind", reason=str(error))
            self._is_behind = True
            self._spooled.set()
        else:
            if self._is_behind:
                log.info("access_record_caught_up")
            self._is_behind = False
        self._is_saving = False
        return not self._is_behind

    def _save_file(self, path: Path) -> None:
        with self._spool.taken(path) as lines:
            accesses, refused = _read(lines or [])
            for start in range(0, len(accesses), BATCH):
                refused += self._save_what_can_be(accesses[start : start + BATCH])
            # After all else, which may have to be tried again.
            self._set_aside(refused)

    def _save_what_can_be(self, accesses: Sequence[Access]) -> list[bytes]:
        """The lines of those that will never be saved. Raises what should be tried again."""
        try:
            self._save(accesses)
        except Unsavable as error:
            if len(accesses) == 1:
                log.error("access_refused", reason=str(error), record=str(accesses[0].id))  # noqa: TRY400
                return [accesses[0].line()]
            return [line for access in accesses for line in self._save_what_can_be([access])]
        self.saved += len(accesses)
        return []

    def _set_aside(self, lines: Sequence[bytes]) -> None:
        if lines:
            log.error("access_lines_set_aside", lines=len(lines), file=REFUSED)
            self._spool.set_aside(REFUSED, lines)


def _read(lines: Sequence[bytes]) -> tuple[list[Access], list[bytes]]:
    """What the lines tell of, and those that tell of nothing: half of one, mostly, whose writer was killed."""
    accesses, unreadable = [], []
    for line in lines:
        try:
            accesses.append(access_of(orjson.loads(line)))
        except (AttributeError, KeyError, TypeError, ValueError):
            unreadable.append(line)
    return accesses, unreadable
