"""The CPU engine: a graph in, machine code that Python calls as one of its own builtins out.

One idea: a graph is lowered to a handful of primitives (values), these to loops, and the loops to LLVM's language;
whatever cannot be lowered is called back in Python, so that every graph runs and none runs wrongly.
"""

from __future__ import annotations

from .executor import availability, compile_graph

__all__ = ["availability", "compile_graph"]
