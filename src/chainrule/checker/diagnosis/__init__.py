"""Statements that are wrong in, what was done wrong in them out, with the true version.

One idea: a diagnosis is never guessed. A mistake is told only if making it gives exactly what stands there.
"""

from .diagnosing import diagnose, diagnose_number
from .editing import repair
from .found import Found, Remedy

__all__ = ["Found", "Remedy", "diagnose", "diagnose_number", "repair"]
