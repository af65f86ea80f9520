"""Control flow and transforms of whole functions: the public names, in one place.

One idea: names, the order of arguments and meanings are those of JAX, on plain NumPy code.
"""

from .transforms.control import cond, fori_loop, map, scan, switch, vmap, while_loop

__all__ = ["cond", "fori_loop", "map", "scan", "switch", "vmap", "while_loop"]
