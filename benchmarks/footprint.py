"""How much memory a process takes: nothing in, bytes out.

One idea: the highest resident memory of a process can be set back on Linux, so a peak belongs to the work between two
readings and not to what loading the libraries took.
"""

from __future__ import annotations

import os
import resource
import sys


def resident() -> int:
    """The bytes in memory now; the peak so far where the system does not tell."""
    return _status("VmRSS") or _peak_of_all()


def forget_peak() -> None:
    """Let the peak begin anew from what is in memory now; nothing where the system cannot."""
    if os.access("/proc/self/clear_refs", os.W_OK):
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")


def peak() -> int:
    """The most bytes in memory since `forget_peak`. (`ru_maxrss` would count the parent's memory too.)"""
    return _status("VmHWM") or _peak_of_all()


def _status(name: str) -> int:
    if not os.path.exists("/proc/self/status"):
        return 0
    with open("/proc/self/status") as file:
        return next((int(line.split()[1]) * 1024 for line in file if line.startswith(name + ":")), 0)


def _peak_of_all() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
