"""Linear algebra: matrices, or stacks of them, in; inverses, factors, spectra and solutions out. The public names."""

from .cholesky import cholesky
from .cofactors import cofactor, cofactor_change
from .determinants import det, det_sign, logdet, slogdet
from .inverses import INV, inv
from .powers import matrix_power
from .solving import solve, solve_op

__all__ = [
    "INV",
    "cholesky",
    "cofactor",
    "cofactor_change",
    "det",
    "det_sign",
    "inv",
    "logdet",
    "matrix_power",
    "slogdet",
    "solve",
    "solve_op",
]
