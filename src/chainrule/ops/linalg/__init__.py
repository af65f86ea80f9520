"""Linear algebra: matrices, or stacks of them, in; inverses, factors, spectra and solutions out. The public names."""

from .cholesky import cho_factor, cholesky, cholesky_factor
from .cofactors import cofactor, cofactor_change
from .coinciding import choice_of_basis, coincide, quotients, undetermined, vanishes
from .determinants import det, det_sign, logdet, slogdet
from .eigen import eig, eig_packed, eigvals
from .exponentials import expm, expm_change, expm_frechet
from .inverses import INV as INV
from .inverses import inv
from .least_squares import cond, lstsq, matrix_rank, pinv, pinv_op
from .norms import matrix_norm, norm, p_norm, shares_of_extreme, vector_norm
from .orthogonal import qr, qr_packed
from .parts import part, part_back
from .powers import matrix_power
from .singular_values import svd, svd_packed, svdvals
from .solving import solve, solve_op
from .symmetric import eigh, eigh_packed, eigvalsh
from .triangular import cho_solve, solve_triangular
from .vectors import cross, cross_of_three, matvec, outer_of_vectors, stacked_diagonal, stacked_trace, vecdot, vecmat

__all__ = [
    "cho_factor",
    "cho_solve",
    "choice_of_basis",
    "cholesky",
    "cholesky_factor",
    "cofactor",
    "cofactor_change",
    "coincide",
    "cond",
    "cross",
    "cross_of_three",
    "det",
    "det_sign",
    "eig",
    "eig_packed",
    "eigh",
    "eigh_packed",
    "eigvals",
    "eigvalsh",
    "expm",
    "expm_change",
    "expm_frechet",
    "inv",
    "logdet",
    "lstsq",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matvec",
    "norm",
    "outer_of_vectors",
    "p_norm",
    "part",
    "part_back",
    "pinv",
    "pinv_op",
    "qr",
    "qr_packed",
    "quotients",
    "shares_of_extreme",
    "slogdet",
    "solve",
    "solve_op",
    "solve_triangular",
    "stacked_diagonal",
    "stacked_trace",
    "svd",
    "svd_packed",
    "svdvals",
    "undetermined",
    "vanishes",
    "vecdot",
    "vecmat",
    "vector_norm",
]
