"""Implicit functions: what solves an equation, differentiated by the equation and not by the way it was solved.

`systems` holds the ops, `solving` the linear solvers, `roots` and `fixed_points` what users call.
"""

from .fixed_points import fixed_point
from .roots import custom_root, root
from .solving import cg, custom_linear_solve

__all__ = ["cg", "custom_linear_solve", "custom_root", "fixed_point", "root"]
