"""Recorders whose database is a list, and what can go wrong with it and with the disk."""

import threading
from contextlib import contextmanager

import pytest

from releases import recorder as module
from releases import spool
from releases.recorder import Recorder, Unsavable
from releases.spool import Spool

PATIENT = 60.0
"""Seconds for what will come: a busy machine makes no test fail."""


class Kept:
    """In place of the database. Goes by IDs, as that does."""

    def __init__(self):
        self.accesses = []
        self.is_up = True
        self.refused = set()
        self.saves = 0
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.is_asked = threading.Event()

    def save(self, accesses):
        self.saves += 1
        self.is_asked.set()
        self.may_answer.wait(PATIENT)
        if not self.is_up:
            raise ConnectionError("gone")
        if any(access.action in self.refused for access in accesses):
            raise Unsavable("never")
        known = {access.id for access in self.accesses}
        self.accesses += [access for access in accesses if access.id not in known]

    @property
    def actions(self):
        return [access.action for access in self.accesses]

    @contextmanager
    def hanging(self):
        self.may_answer.clear()
        self.is_asked.clear()
        yield
        self.may_answer.set()


@pytest.fixture
def kept():
    return Kept()


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def make(kept, directory, monkeypatch):
    """Makes recorders, of one process after another. All are closed with the test."""
    for name in ("GATHER_SECONDS", "SAVE_SECONDS", "RETRY_SECONDS"):
        monkeypatch.setattr(module, name, 0.01)
    made = []

    def one(**options):
        made.append(Recorder(Spool(directory), kept.save, **options))
        return made[-1]

    yield one
    kept.may_answer.set()
    for recorder in made:
        recorder.close(PATIENT)


@pytest.fixture
def recorder(make):
    return make()


@pytest.fixture
def full_disk(monkeypatch):
    """Until it is called, the disk takes half of what is written, and then no more."""
    real = spool._write
    is_full = True

    def write(fd, content):
        if is_full:
            real(fd, content[: len(content) // 2])
            raise OSError(28, "No space left on device")
        real(fd, content)

    monkeypatch.setattr(spool, "_write", write)

    def end():
        nonlocal is_full
        is_full = False

    return end
