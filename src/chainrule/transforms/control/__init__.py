"""Control flow: loops, choices and checkpoints as single steps whose bodies are graphs.

`scan`, `repeat` and `branches` hold the ops; `bodies` records a body and `derived` takes its derivatives; `loops` and
`choices` are what users call.
"""

from .checkpoints import checkpoint, remat
from .choices import cond, switch
from .examples import vmap
from .loops import fori_loop, map, scan, while_loop
from .prefixes import associative_scan

__all__ = [
    "associative_scan",
    "checkpoint",
    "cond",
    "fori_loop",
    "map",
    "remat",
    "scan",
    "switch",
    "vmap",
    "while_loop",
]
