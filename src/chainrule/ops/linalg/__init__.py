"""Linear algebra: matrices, or stacks of them, in; inverses, factors, spectra and solutions out. The public names."""

from .cholesky import cholesky
from .cofactors import cofactor, cofactor_change
from .coinciding import choice_of_basis, coincide, undetermined, vanishes
from .determinants import det, det_sign, logdet, slogdet
from .inverses import INV as INV
from .inverses import inv
from .norms import matrix_norm, norm, p_norm, shares_of_extreme, vector_norm
from .parts import part, part_back
from .powers import matrix_power
from .singular_values import svd, svd_packed, svdvals
from .solving import solve, solve_op
from .symmetric import eigh, eigh_packed, eigvalsh

__all__ = [
    "choice_of_basis",
    "cholesky",
    "cofactor",
    "cofactor_change",
    "coincide",
    "det",
    "det_sign",
    "eigh",
    "eigh_packed",
    "eigvalsh",
    "inv",
    "logdet",
    "matrix_norm",
    "matrix_power",
    "norm",
    "p_norm",
    "part",
    "part_back",
    "shares_of_extreme",
    "slogdet",
    "solve",
    "solve_op",
    "svd",
    "svd_packed",
    "svdvals",
    "undetermined",
    "vanishes",
    "vector_norm",
]
