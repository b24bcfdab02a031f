"""Accesses come to the database, whatever becomes of it, of the disk and of the process."""

import fcntl
import json
import subprocess
import sys
from contextlib import contextmanager
from time import monotonic

import pytest
from structlog.testing import capture_logs

from releases import recorder as module
from releases.record import Access
from releases.recorder import REFUSED
from releases.spool import Spool
from tests.record.conftest import PATIENT


def accesses(*actions):
    return [Access(str(action), "api") for action in actions]


def put(recorder, *actions):
    for access in accesses(*actions):
        recorder.put(access)


def spooled(directory):
    return sorted(directory.glob("*.jsonl"))


@contextmanager
def logs_of(monkeypatch):
    with capture_logs() as logs:
        monkeypatch.setattr(module, "log", module.structlog.get_logger())  # Not the one that is cached.
        yield logs


class TestAllIsWell:
    def test_each_is_saved_once_and_in_order(self, recorder, kept, directory):
        put(recorder, *range(1000))
        assert recorder.wait(PATIENT)
        assert kept.actions == [str(number) for number in range(1000)]
        assert spooled(directory) == []

    def test_many_are_saved_at_once(self, recorder, kept):
        with kept.hanging():
            put(recorder, "first")
            kept.is_asked.wait(PATIENT)
            put(recorder, *range(1000))
        assert recorder.wait(PATIENT)
        assert kept.saves < 20

    def test_all_of_an_access_comes_back_from_the_disk(self, recorder, kept):
        known = Access("release", "api", user_id=7, email="a@b.c", outcome="allowed", status=200, release="release:ä ")
        known.seconds, known.shown, known.opening = 1.5, 3, Access("x", "y").id
        recorder.put(known)
        assert recorder.wait(PATIENT)
        assert kept.accesses == [known]

    def test_closing_saves_what_there_is(self, recorder, kept, directory):
        put(recorder, *range(300))
        recorder.close(PATIENT)
        assert len(kept.actions) == 300
        assert spooled(directory) == []

    def test_what_comes_after_closing_is_for_the_next_process(self, make, kept):
        first = make()
        put(first, "a")
        first.close(PATIENT)
        put(first, "b")
        second = make()
        second.start()
        put(second, "c")
        assert second.wait(PATIENT)
        assert sorted(kept.actions) == ["a", "b", "c"]

    def test_nobody_else_may_read_the_spool(self, recorder, kept, directory):
        kept.is_up = False
        put(recorder, "a")
        recorder.close(PATIENT)
        [path] = spooled(directory)
        assert (directory.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)


class TestADatabaseThatIsGone:
    def test_it_catches_up(self, recorder, kept, directory, monkeypatch):
        with logs_of(monkeypatch) as logs:
            kept.is_up = False
            put(recorder, *range(500))
            assert not recorder.wait(0.2)
            assert kept.actions == []
            put(recorder, *range(500, 1000))
            kept.is_up = True
            assert recorder.wait(PATIENT)
        assert kept.actions == [str(number) for number in range(1000)]
        assert spooled(directory) == []
        # Said once, however often it was tried.
        events = [entry["event"] for entry in logs]
        assert events == ["access_record_behind", "access_record_caught_up"]

    def test_memory_is_not_needed_for_an_outage(self, make, kept):
        recorder = make(queue_length=50)
        kept.is_up = False
        for number in range(1000):
            put(recorder, number)
            while recorder._queue.full():
                pass
        kept.is_up = True
        assert recorder.wait(PATIENT)
        assert (len(kept.actions), recorder.lost) == (1000, 0)

    def test_nor_does_one_that_hangs_hold_anybody_up(self, recorder, kept, directory):
        with kept.hanging():
            put(recorder, "first")
            kept.is_asked.wait(PATIENT)
            put(recorder, *range(100))
            # All are on disk, while the database has not answered.
            until(lambda: sum(len(path.read_bytes().splitlines()) for path in spooled(directory)) == 101)
        assert recorder.wait(PATIENT)
        assert len(kept.actions) == 101

    def test_a_process_that_ends_meanwhile_leaves_them_to_the_next(self, make, kept):
        first = make()
        kept.is_up = False
        put(first, *range(100))
        first.close(PATIENT)
        kept.is_up = True
        second = make()
        second.start()
        until(lambda: len(kept.actions) == 100)
        assert kept.actions == [str(number) for number in range(100)]

    def test_saving_the_same_twice_is_one_record(self, recorder, kept, directory):
        """As after a crash between saving and forgetting."""
        twice = accesses("a")
        recorder.put(twice[0])
        assert recorder.wait(PATIENT)
        spool = Spool(directory)
        spool.append([twice[0].line()])
        spool.seal()
        put(recorder, "b")
        assert recorder.wait(PATIENT)
        assert kept.actions == ["a", "b"]


def until(holds):
    deadline = monotonic() + PATIENT
    while not holds():
        assert monotonic() < deadline


_KILLED = """
import os, sys
from pathlib import Path
from releases.record import Access
from releases.spool import Spool
spool = Spool(Path(sys.argv[1]))
spool.append([Access(str(number), "api").line() for number in range(5)])
os.write(spool._fd, b'{"id": "0199')
print("written", flush=True)
sys.stdin.read()
"""


class TestAProcessThatIsKilled:
    def test_what_it_wrote_is_saved_by_the_next_but_for_half_a_line(self, make, kept, directory, monkeypatch):
        with subprocess.Popen(
            [sys.executable, "-c", _KILLED, str(directory)], stdout=subprocess.PIPE, stdin=subprocess.PIPE
        ) as process:
            assert process.stdout.readline() == b"written\n"
            second = make()
            put(second, "of another")
            assert second.wait(PATIENT)
            # While it lives, its file is its own.
            assert kept.actions == ["of another"]
            process.kill()
            process.communicate()
        third = make()
        with logs_of(monkeypatch) as logs:
            third.start()
            until(lambda: len(kept.actions) == 6 and not spooled(directory))
        assert kept.actions == ["of another", "0", "1", "2", "3", "4"]
        assert (directory / REFUSED).read_bytes() == b'{"id": "0199\n'
        assert [entry["event"] for entry in logs] == ["access_lines_set_aside"]


@pytest.mark.parametrize(
    "broken", [b"", b"nothing", b"\xff\xfe", b"[]", b"null", b"7", b'{"id": 7}', b'{"id": "x", "at": "y"}']
)
def test_a_line_that_is_none_is_set_aside_and_holds_nothing_up(make, kept, directory, broken):
    spool = Spool(directory)
    a, b = accesses("a", "b")
    spool.append([a.line(), broken + b"\n", b.line()])
    spool.seal()
    recorder = make()
    recorder.start()
    until(lambda: kept.actions == ["a", "b"] and not spooled(directory))
    assert (directory / REFUSED).read_bytes() == broken + b"\n"


def test_what_a_later_version_says_besides_is_left_out(make, kept, directory):
    spool = Spool(directory)
    [access] = accesses("a")
    spool.append([json.dumps(json.loads(access.line()) | {"mood": "good"}).encode() + b"\n"])
    spool.seal()
    make().start()
    until(lambda: kept.accesses == [access])


def test_what_the_database_will_never_take_is_set_aside_and_the_others_are_saved(recorder, kept, directory):
    kept.refused.add("bad")
    put(recorder, "a", "bad", "b")
    assert recorder.wait(PATIENT)
    assert kept.actions == ["a", "b"]
    assert json.loads((directory / REFUSED).read_bytes())["action"] == "bad"


class TestADiskThatIsFull:
    def test_the_database_is_written_to_all_the_same(self, full_disk, recorder, kept):
        put(recorder, *range(50))
        assert recorder.wait(PATIENT)
        assert sorted(map(int, kept.actions)) == list(range(50))
        assert recorder.lost == 0

    def test_without_either_it_is_said_and_counted_and_goes_on_afterwards(self, full_disk, recorder, kept, monkeypatch):
        kept.is_up = False
        with logs_of(monkeypatch) as logs:
            put(recorder, "lost")
            until(lambda: recorder.lost == 1)
        assert {"event": "accesses_lost", "log_level": "error", "in_all": 1}.items() <= logs[-1].items()
        full_disk()
        kept.is_up = True
        put(recorder, "kept")
        assert recorder.wait(PATIENT)
        assert kept.actions == ["kept"]

    def test_half_of_what_was_written_is_taken_back(self, directory, full_disk):
        spool = Spool(directory)
        a, b = (access.line() for access in accesses("a", "b"))
        with pytest.raises(OSError, match="No space"):
            spool.append([a])
        full_disk()
        spool.append([b])
        spool.seal()
        assert [path.read_bytes() for path in spool.waiting()] == [b"", b]

    def test_a_directory_that_can_not_be_made_is_no_worse(self, make, kept, directory):
        directory.write_text("a file")
        recorder = make()
        put(recorder, "a")
        until(lambda: kept.actions == ["a"])


class TestAFullQueue:
    def test_nobody_waits_and_what_is_lost_is_counted_and_said(self, make, kept, monkeypatch):
        recorder = make(queue_length=10)
        monkeypatch.setattr(recorder, "start", lambda: None)  # As if its thread could not write at all.
        with logs_of(monkeypatch) as logs:
            put(recorder, *range(100))
        assert recorder.lost == 90
        assert [entry["in_all"] for entry in logs] == [1, 2, 4, 8, 16, 32, 64]
        monkeypatch.undo()
        recorder.start()
        assert recorder.wait(PATIENT)
        assert kept.actions == [str(number) for number in range(10)]


def test_two_processes_share_a_directory(make, kept, directory):
    first, second = make(), make()
    for number in range(200):
        put(first, f"a{number}")
        put(second, f"b{number}")
    assert first.wait(PATIENT)
    assert second.wait(PATIENT)
    until(lambda: len(kept.actions) == 400 and not spooled(directory))
    for letter in "ab":
        assert [name for name in kept.actions if name[0] == letter] == [f"{letter}{number}" for number in range(200)]


def test_a_file_that_another_has_in_hand_is_left_to_it(make, kept, directory):
    spool = Spool(directory)
    spool.append([access.line() for access in accesses("theirs")])
    spool.seal()
    [path] = spooled(directory)
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        recorder = make()
        put(recorder, "ours")
        assert recorder.wait(PATIENT)
        assert kept.actions == ["ours"]
    put(recorder, "more")
    assert recorder.wait(PATIENT)
    assert sorted(kept.actions) == ["more", "ours", "theirs"]
