"""Threads that wait for work: nothing in, the address of a function that runs a task in parts out.

One idea: the parts of a task are taken one by one, by whoever has time, the caller included. So the caller never waits
for a thread that has not begun, and a part's result cannot depend on who took it.

The threads are made by Python's own C API, on first need, and never touch Python. One that finds nothing to do looks
again for some 20 us and then sleeps. A call while the pool is at work, from another thread or from a part, runs its
parts itself. A child after a fork has no threads, and makes its own when it needs them.
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

_WAIT = 20e-6  # seconds of looking again before a thread sleeps
_TRIAL = 1000  # turns of the loop that looks, to find out how long one takes
# Words of the pool's memory; what several threads write has lines of its own.
_REMAINING, _PENDING, _BUSY, _TASK, _ARGUMENTS, _WORKERS, _STARTED, _TURNS, _DONE = 0, 16, 32, 33, 34, 35, 36, 37, 38
_ACQUIRE, _RELEASE, _START = 39, 40, 41
_FIRST, _APART = 48, 16  # the workers' own words: whether one sleeps, the lock that wakes it, the pool
_FUNCTIONS = {_ACQUIRE: "PyThread_acquire_lock", _RELEASE: "PyThread_release_lock", _START: "PyThread_start_new_thread"}

# %pool is the memory above. A part is claimed by taking one from `remaining`, and what it needs is read after that:
# the task cannot end before a part that was claimed. `pending` counts the parts that are not done, and one more for the
# caller until it sleeps; who takes the last one wakes it. A worker says that it sleeps before it looks for the last
# time, a caller looks who sleeps after it has put its task there: one of them sees the other.
TEXT = """
define void @run(ptr %pool, ptr %task, ptr %args, i64 %parts) nounwind {{
  %busyp = getelementptr i64, ptr %pool, i64 {busy}
  %pair = cmpxchg ptr %busyp, i64 0, i64 1 seq_cst seq_cst
  %won = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %won, label %lead, label %alone
alone:
  br label %each
each:
  %place = phi i64 [0, %alone], [%following, %each]
  call void %task(ptr %args, i64 %place)
  %following = add i64 %place, 1
  %more = icmp ult i64 %following, %parts
  br i1 %more, label %each, label %end
end:
  ret void
lead:
  %startedp = getelementptr i64, ptr %pool, i64 {started}
  %started = load i64, ptr %startedp
  %new = icmp eq i64 %started, 0
  br i1 %new, label %begin, label %ready
begin:
  call void @begin(ptr %pool)
  br label %ready
ready:
  %taskp = getelementptr i64, ptr %pool, i64 {task}
  store ptr %task, ptr %taskp
  %argsp = getelementptr i64, ptr %pool, i64 {arguments}
  store ptr %args, ptr %argsp
  %pendingp = getelementptr i64, ptr %pool, i64 {pending}
  %all = add i64 %parts, 1
  store atomic i64 %all, ptr %pendingp release, align 8
  store atomic i64 %parts, ptr %pool seq_cst, align 8
  %others = sub i64 %parts, 1
  %workersp = getelementptr i64, ptr %pool, i64 {workers}
  %workers = load i64, ptr %workersp
  %few = icmp ult i64 %workers, %others
  %helpers = select i1 %few, i64 %workers, i64 %others
  %none = icmp eq i64 %helpers, 0
  br i1 %none, label %work, label %wake
wake:
  %which = phi i64 [0, %ready], [%then, %woken]
  %far = mul i64 %which, {apart}
  %near = add i64 %far, {first}
  %slot = getelementptr i64, ptr %pool, i64 %near
  %slept = atomicrmw xchg ptr %slot, i64 0 seq_cst
  %asleep = icmp eq i64 %slept, 1
  br i1 %asleep, label %rouse, label %woken
rouse:
  %lockp = getelementptr i64, ptr %slot, i64 1
  %lock = load ptr, ptr %lockp
  call void @release(ptr %pool, ptr %lock)
  br label %woken
woken:
  %then = add i64 %which, 1
  %again = icmp ult i64 %then, %helpers
  br i1 %again, label %wake, label %work
work:
  call void @take(ptr %pool)
  %turnsp = getelementptr i64, ptr %pool, i64 {turns}
  %turns = load i64, ptr %turnsp
  br label %look
look:
  %turn = phi i64 [0, %work], [%next, %wait]
  %left = load atomic i64, ptr %pendingp acquire, align 8
  %over = icmp eq i64 %left, 1
  br i1 %over, label %leave, label %wait
wait:
  {pause}
  %next = add i64 %turn, 1
  %patient = icmp ult i64 %next, %turns
  br i1 %patient, label %look, label %sleep
sleep:
  %before = atomicrmw sub ptr %pendingp, i64 1 acq_rel
  %last = icmp eq i64 %before, 1
  br i1 %last, label %leave, label %block
block:
  %donep = getelementptr i64, ptr %pool, i64 {done}
  %done = load ptr, ptr %donep
  call void @acquire(ptr %pool, ptr %done)
  br label %leave
leave:
  store atomic i64 0, ptr %busyp seq_cst, align 8
  ret void
}}

define internal void @take(ptr %pool) nounwind {{
  %pendingp = getelementptr i64, ptr %pool, i64 {pending}
  br label %look
look:
  %left = load atomic i64, ptr %pool acquire, align 8
  %none = icmp eq i64 %left, 0
  br i1 %none, label %end, label %claim
claim:
  %part = sub i64 %left, 1
  %pair = cmpxchg ptr %pool, i64 %left, i64 %part seq_cst seq_cst
  %won = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %won, label %run, label %look
run:
  %taskp = getelementptr i64, ptr %pool, i64 {task}
  %task = load ptr, ptr %taskp
  %argsp = getelementptr i64, ptr %pool, i64 {arguments}
  %args = load ptr, ptr %argsp
  call void %task(ptr %args, i64 %part)
  %before = atomicrmw sub ptr %pendingp, i64 1 acq_rel
  %last = icmp eq i64 %before, 1
  br i1 %last, label %tell, label %look
tell:
  %donep = getelementptr i64, ptr %pool, i64 {done}
  %done = load ptr, ptr %donep
  call void @release(ptr %pool, ptr %done)
  br label %look
end:
  ret void
}}

define void @worker(ptr %slot) nounwind {{
  %poolp = getelementptr i64, ptr %slot, i64 2
  %pool = load ptr, ptr %poolp
  %lockp = getelementptr i64, ptr %slot, i64 1
  %lock = load ptr, ptr %lockp
  %turnsp = getelementptr i64, ptr %pool, i64 {turns}
  %turns = load i64, ptr %turnsp
  br label %work
work:
  call void @take(ptr %pool)
  br label %look
look:
  %turn = phi i64 [0, %work], [%next, %wait]
  %left = load atomic i64, ptr %pool acquire, align 8
  %some = icmp ne i64 %left, 0
  br i1 %some, label %work, label %wait
wait:
  {pause}
  %next = add i64 %turn, 1
  %patient = icmp ult i64 %next, %turns
  br i1 %patient, label %look, label %drowse
drowse:
  store atomic i64 1, ptr %slot seq_cst, align 8
  %late = load atomic i64, ptr %pool seq_cst, align 8
  %missed = icmp ne i64 %late, 0
  br i1 %missed, label %up, label %sleep
up:
  %mine = atomicrmw xchg ptr %slot, i64 0 seq_cst
  %still = icmp eq i64 %mine, 1
  br i1 %still, label %work, label %sleep
sleep:
  call void @acquire(ptr %pool, ptr %lock)
  br label %work
}}

define internal void @begin(ptr %pool) nounwind {{
  %startedp = getelementptr i64, ptr %pool, i64 {started}
  store i64 1, ptr %startedp
  %workersp = getelementptr i64, ptr %pool, i64 {workers}
  %workers = load i64, ptr %workersp
  %startp = getelementptr i64, ptr %pool, i64 {start}
  %start = load ptr, ptr %startp
  br label %look
look:
  %which = phi i64 [0, %0], [%following, %make]
  %more = icmp ult i64 %which, %workers
  br i1 %more, label %make, label %end
make:
  %far = mul i64 %which, {apart}
  %near = add i64 %far, {first}
  %slot = getelementptr i64, ptr %pool, i64 %near
  %made = call i64 %start(ptr @worker, ptr %slot)
  %following = add i64 %which, 1
  br label %look
end:
  ret void
}}

define internal void @acquire(ptr %pool, ptr %lock) nounwind {{
  %functionp = getelementptr i64, ptr %pool, i64 {acquire}
  %function = load ptr, ptr %functionp
  %got = call i32 %function(ptr %lock, i32 1)
  ret void
}}

define internal void @release(ptr %pool, ptr %lock) nounwind {{
  %functionp = getelementptr i64, ptr %pool, i64 {release}
  %function = load ptr, ptr %functionp
  call void %function(ptr %lock)
  ret void
}}

define void @look_again(ptr %pool, i64 %turns) nounwind {{
  br label %look
look:
  %turn = phi i64 [0, %0], [%next, %look]
  %left = load atomic i64, ptr %pool acquire, align 8
  {pause}
  %next = add i64 %turn, 1
  %patient = icmp ult i64 %next, %turns
  br i1 %patient, label %look, label %end
end:
  ret void
}}
{declared}
"""
_PAUSES = {
    "x86_64": ("call void @llvm.x86.sse2.pause()", "declare void @llvm.x86.sse2.pause()"),
    "aarch64": ("call void @llvm.aarch64.hint(i32 1)", "declare void @llvm.aarch64.hint(i32)"),
    "arm64": ("call void @llvm.aarch64.hint(i32 1)", "declare void @llvm.aarch64.hint(i32)"),
}
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
    begin(made)
    words[_TURNS] = turns(made, look_again)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: begin(made))
    return made


def text() -> str:
    """The module in LLVM's language."""
    triple: str = llvm.machine().target.triple
    pause, declared = _PAUSES.get(triple.split("-")[0], ("", ""))
    return TEXT.format(
        pause=pause, declared=declared, pending=_PENDING, busy=_BUSY, task=_TASK, arguments=_ARGUMENTS,
        workers=_WORKERS, started=_STARTED, turns=_TURNS, done=_DONE, acquire=_ACQUIRE, release=_RELEASE, start=_START,
        first=_FIRST, apart=_APART,
    )  # fmt: skip


def begin(made: Pool) -> None:
    """As if nothing had ever run: no threads yet, nothing to do, every lock new and taken."""
    words = made.words
    words[_REMAINING] = words[_PENDING] = words[_BUSY] = words[_STARTED] = 0
    words[_WORKERS] = made.threads - 1
    words[_DONE] = taken_lock()
    for worker in range(made.threads - 1):
        place = _FIRST + _APART * worker
        words[place], words[place + 1], words[place + 2] = 0, taken_lock(), made.address


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
