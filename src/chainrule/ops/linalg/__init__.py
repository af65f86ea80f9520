"""Linear algebra: matrices, or stacks of them, in; inverses, factors, spectra and solutions out. The public names."""

from .building import block_diag, circulant, hankel, toeplitz
from .cholesky import cho_factor, cholesky, cholesky_factor
from .cofactors import cofactor, cofactor_change
from .coinciding import choice_of_basis, coincide, quotients, undetermined, vanishes
from .determinants import det, det_phase, det_sign, logdet, slogdet
from .eigen import eig, eig_packed, eigvals
from .exponentials import expm, expm_change, expm_frechet
from .inverses import INV as INV
from .inverses import inv
from .least_squares import cond, lstsq, matrix_rank, pinv, pinv_op
from .lu import lu, lu_packed
from .norms import matrix_norm, norm, p_norm, shares_of_extreme, vector_norm
from .orthogonal import qr, qr_packed
from .parts import part, part_back
from .powers import matrix_power, multi_dot
from .roots import logm, solve_continuous_lyapunov, solve_sylvester, sqrtm
from .singular_values import svd, svd_packed, svdvals
from .solving import solve, solve_op, tensorinv, tensorsolve
from .symmetric import eigh, eigh_packed, eigvalsh
from .triangular import cho_solve, solve_triangular
from .vectors import cross, cross_of_three, matvec, outer_of_vectors, stacked_diagonal, stacked_trace, vecdot, vecmat

__all__ = [
    "block_diag",
    "cho_factor",
    "cho_solve",
    "choice_of_basis",
    "cholesky",
    "cholesky_factor",
    "circulant",
    "cofactor",
    "cofactor_change",
    "coincide",
    "cond",
    "cross",
    "cross_of_three",
    "det",
    "det_phase",
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
    "hankel",
    "inv",
    "logdet",
    "logm",
    "lstsq",
    "lu",
    "lu_packed",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matvec",
    "multi_dot",
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
    "solve_continuous_lyapunov",
    "solve_op",
    "solve_sylvester",
    "solve_triangular",
    "sqrtm",
    "stacked_diagonal",
    "stacked_trace",
    "svd",
    "svd_packed",
    "svdvals",
    "tensorinv",
    "tensorsolve",
    "toeplitz",
    "undetermined",
    "vanishes",
    "vecdot",
    "vecmat",
    "vector_norm",
]

BEYOND_NUMPY = frozenset({
    "block_diag", "cho_factor", "cho_solve", "circulant", "expm", "expm_frechet", "hankel", "logm", "lu",
    "solve_continuous_lyapunov", "solve_sylvester", "solve_triangular", "sqrtm", "toeplitz",
})  # fmt: skip  # SciPy's names
