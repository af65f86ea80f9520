"""Threads that wait for work: nothing in, the address of a function that runs a task in parts out.

One idea: the parts of a task are taken one by one, by whoever has time, the caller included. So the caller never waits
for a thread that has not begun, and a part's result cannot depend on who took it.

The threads are made by Python's own C API, on first need, and never touch Python. One that finds nothing to do looks
again for some 20 us and then sleeps. A call while the pool is at work, from another thread or from a part, runs its
parts itself. So does a call after one that had to wait long for a part in other hands, because another process held up
who had taken it; the more often that happens in a row, the more calls. A child after a fork has no threads, and makes
its own when it needs them.
"""

from __future__ import annotations

import ctypes
import os
import time
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from . import llvm, probe, threads
from .waiting import module

_WAIT = 20e-6  # seconds of looking again before a thread sleeps
_MUCH = 50_000  # nanoseconds that a caller waits, beyond the time of two parts, before it thinks that it was held up
_MOST_ALONE = 512  # calls that run alone after that
_TRIAL = 1000  # turns of the loop that looks, to find out how long one takes
# Words of the pool's memory; what several threads write has lines of its own.
_REMAINING, _PENDING, _BUSY, _TASK, _ARGUMENTS, _WORKERS, _STARTED, _TURNS, _DONE = 0, 16, 32, 33, 34, 35, 36, 37, 38
_ACQUIRE, _RELEASE, _START, _CLOCK, _ALONE, _AFTER = 39, 40, 41, 42, 43, 44
_FIRST, _APART = 48, 16  # the workers' own words: whether one sleeps, the lock that wakes it, the pool
_FUNCTIONS = {_ACQUIRE: "PyThread_acquire_lock", _RELEASE: "PyThread_release_lock", _START: "PyThread_start_new_thread"}


_LOCK = Lock()
_KEPT: list[Pool] = []  # threads may look at their pool as long as there is a process


@dataclass(frozen=True, slots=True)
class Pool:
    """The memory that the threads share, the function to call, and what must be kept while there are threads."""

    words: Any
    run: int
    kept: Any
    threads: int  # with the caller

    @property
    def address(self) -> int:
        return ctypes.addressof(self.words)


def pool() -> Pool:
    """The one that compiled functions share, made on first need for the life of the process."""
    with _LOCK:
        return _shared()


@cache
def _shared() -> Pool:
    return new(threads.choice().number)


def new(number: int) -> Pool:
    """A pool of so many threads, the caller's included. The others begin with the first task, and stay."""
    library, run, look_again = llvm.load(llvm.compiled(text()), "run", "look_again")
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))  # its threads may look again when Python is gone
    words = (ctypes.c_int64 * (_FIRST + _APART * number))()
    made = Pool(words, run, library, number)
    _KEPT.append(made)
    for place, name in _FUNCTIONS.items():
        words[place] = probe.python_function(name)
    words[_CLOCK] = clock()
    begin(made)
    words[_TURNS] = turns(made, look_again)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: begin(made))
    return made


def text() -> str:
    """The module in LLVM's language."""
    return module(
        llvm.machine().target.triple, pending=_PENDING, busy=_BUSY, task=_TASK, arguments=_ARGUMENTS, workers=_WORKERS,
        started=_STARTED, turns=_TURNS, done=_DONE, acquire=_ACQUIRE, release=_RELEASE, start=_START, first=_FIRST,
        apart=_APART, clock=_CLOCK, alone=_ALONE, after=_AFTER, much=_MUCH, most=_MOST_ALONE,
        monotonic=getattr(time, "CLOCK_MONOTONIC", 0),
    )  # fmt: skip


def begin(made: Pool) -> None:
    """As if nothing had ever run: no threads yet, nothing to do, every lock new and taken."""
    words = made.words
    for place in (_REMAINING, _PENDING, _BUSY, _STARTED, _ALONE, _AFTER):
        words[place] = 0
    words[_WORKERS] = made.threads - 1
    words[_DONE] = taken_lock()
    for worker in range(made.threads - 1):
        place = _FIRST + _APART * worker
        words[place], words[place + 1], words[place + 2] = 0, taken_lock(), made.address


def clock() -> int:
    """The address of `clock_gettime`; 0 where there is none, and then nobody notices that he was held up."""
    if os.name != "posix" or not hasattr(time, "CLOCK_MONOTONIC"):
        return 0
    try:
        return int(ctypes.cast(ctypes.CDLL(None).clock_gettime, ctypes.c_void_p).value or 0)
    except (OSError, AttributeError):
        return 0


def taken_lock() -> int:
    """A lock that somebody holds: who takes it sleeps until it is released."""
    allocate, acquire = ctypes.pythonapi.PyThread_allocate_lock, ctypes.pythonapi.PyThread_acquire_lock
    allocate.restype, acquire.argtypes = ctypes.c_void_p, (ctypes.c_void_p, ctypes.c_int)
    lock = allocate()
    if not lock:
        raise MemoryError("no lock for threads")
    acquire(lock, 0)
    return int(lock)


def turns(made: Pool, look_again: int) -> int:
    """How often a thread looks again before it sleeps."""
    look = ctypes.PYFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(look_again)
    best = 1.0
    for _ in range(3):
        start = time.perf_counter()
        look(made.address, _TRIAL)
        best = min(best, time.perf_counter() - start)
    return max(1, min(10 * _TRIAL, int(_WAIT / best * _TRIAL)))


def address(name: str) -> int:
    """Of the function `run(pool, task, arguments, parts)`, or of its first argument."""
    found = pool()
    return found.run if name == "run" else found.address
