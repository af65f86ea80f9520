"""Checking written derivations: a document in, a verdict for each of its statements out.

One idea: the author's own definitions are the computation, and the engine says what its derivatives are.
"""

from .judge import check_document
from .results import MISTAKES, Candidate, Checked, Diagnosis, Finding, Repair, Verdict, Witness

__all__ = [
    "MISTAKES", "Candidate", "Checked", "Diagnosis", "Finding", "Repair", "Verdict", "Witness", "check_document",
]  # fmt: skip
