"""How many threads machine code may use: the environment and this machine in, a number and its reason out.

One idea: everybody who could set a bound is asked, the smallest bound holds, and `chainrule info` says whose it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

VARIABLE = "CHAINRULE_NUM_THREADS"  # 1 turns threads off
MOST = 256
_SHARED = "OMP_NUM_THREADS"  # what other libraries of numbers go by, and what schedulers set
_QUOTA = "/sys/fs/cgroup/cpu.max"
_OLDER_QUOTA = ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us")


@dataclass(frozen=True, slots=True)
class Choice:
    """How many threads, why, and what was asked for but is no number of threads."""

    number: int
    why: str
    refused: str = ""


@cache
def choice() -> Choice:
    """Found once."""
    return choose(os.environ.get(VARIABLE), os.environ.get(_SHARED))


def choose(asked: str | None, shared: str | None) -> Choice:
    """What was asked for, where it is a number; else the smallest of all bounds."""
    wanted = number_of(asked)
    if wanted is not None:
        bounded = " (the most there are)" if wanted > MOST else ""
        return Choice(min(wanted, MOST), f"{VARIABLE}={wanted}{bounded}")
    refused = f"{VARIABLE}={asked!r} is no number of threads, and ignored" if asked and asked.strip() else ""
    number, why = min(bounds(shared), key=lambda each: each[0])
    return Choice(min(number, MOST), why, refused)


def report() -> str:
    """How many, why, and what was not understood."""
    found = choice()
    hint = "" if VARIABLE in found.why else f"; {VARIABLE} changes it"
    return f"{found.number} ({found.why}{hint})" + (f"\n  {found.refused}" if found.refused else "")


def number_of(text: str | None) -> int | None:
    """A number of threads; None where a text is none."""
    with suppress(ValueError):
        found = int((text or "").split(",")[0])  # OMP_NUM_THREADS may be a list, one for each level of nesting
        return found if found >= 1 else None
    return None


def bounds(shared: str | None) -> Iterator[tuple[int, str]]:
    """(how many threads, who says so)."""
    yield processors(), "the processors that this process may use"
    found = quota()
    if found is not None:
        yield found, "the share of time of this container"
    wanted = number_of(shared)
    if wanted is not None:
        yield wanted, f"{_SHARED}={wanted}"


def processors() -> int:
    """Those that this process may run on."""
    if hasattr(os, "process_cpu_count"):
        return os.process_cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def quota() -> int | None:
    """The processors' worth of time that a container may use, rounded up; None where there is no limit."""
    with suppress(OSError, ValueError, ZeroDivisionError):
        limit, period = words(_QUOTA) if os.path.exists(_QUOTA) else [words(each)[0] for each in _OLDER_QUOTA]
        if int(limit) > 0:  # "max" and -1 say that there is none
            return max(1, -(-int(limit) // int(period)))
    return None


def words(path: str) -> list[str]:
    with open(path) as file:
        return file.read().split()
