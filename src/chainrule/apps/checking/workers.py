"""Documents in, their records out as they come, checked by several processes.

One idea: every worker is a process of its own with one document at a time, so that when it dies or takes too long it is
known which document it was, and nothing else is lost.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from queue import SimpleQueue

from ...renderers.checks.records import Record, unread
from .one import record_of

_START = 120.0  # seconds for a process to begin
Check = Callable[[str], Record]


class Worker:
    """One process, begun when its first document comes, and begun anew after it was stopped."""

    def __init__(self, check: Check, limit: float) -> None:
        self._check, self._limit = check, limit
        self._pool: ProcessPoolExecutor | None = None
        self._process = 0
        self._ended = False

    def record(self, file: str) -> Record:
        """The record of one document."""
        try:
            future = self._started().submit(self._check, file)
            return future.result(self._limit)
        except TimeoutError:
            self.stop()
            return unread(file, f"the check was not finished within {self._limit:g} seconds")
        except BrokenProcessPool:
            self.stop()
            return unread(file, "the process that checked it died: it may have needed too much memory")

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            if self._ended:
                raise BrokenProcessPool
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_ready)
            self._process = self._pool.submit(os.getpid).result(_START)
        return self._pool

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        pool, process = self._pool, self._process
        self._pool, self._process = None, 0
        if pool is None:
            return
        if process:
            with suppress(OSError):  # it may be gone already
                os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        pool.shutdown(wait=True, cancel_futures=True)  # its own thread must be gone before the interpreter ends

    def end(self) -> None:
        """Stop for good."""
        self._ended = True
        self.stop()


def _ready() -> None:
    """An interrupt from the keyboard is for the process that people see."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def records(files: Sequence[str], jobs: int, limit: float, check: Check = record_of) -> Generator[Record, None, None]:
    """The records in the order in which they are finished. Closing the iterator ends the processes."""
    workers = [Worker(check, limit) for _ in range(max(1, min(jobs, len(files))))]
    idle: SimpleQueue[Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def one(file: str) -> Record:
        worker = idle.get()
        try:
            return worker.record(file)
        finally:
            idle.put(worker)

    threads = ThreadPoolExecutor(len(workers))
    try:
        for future in as_completed([threads.submit(one, file) for file in files]):
            yield future.result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.end()
