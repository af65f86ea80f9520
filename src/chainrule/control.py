"""Control flow and transforms of whole functions: the public names, in one place.

One idea: names, the order of arguments and meanings are those of JAX, on plain NumPy code.
"""

from .transforms.control import (
    associative_scan,
    checkpoint,
    cond,
    fori_loop,
    map,
    remat,
    scan,
    switch,
    vmap,
    while_loop,
)
from .transforms.implicit import cg, custom_linear_solve, custom_root, fixed_point, root
from .transforms.linear import linear_transpose, linearize

__all__ = [
    "associative_scan",
    "cg",
    "checkpoint",
    "cond",
    "custom_linear_solve",
    "custom_root",
    "fixed_point",
    "fori_loop",
    "linear_transpose",
    "linearize",
    "map",
    "remat",
    "root",
    "scan",
    "switch",
    "vmap",
    "while_loop",
]
