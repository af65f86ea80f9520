"""autograd.scipy.stats: densities and distribution functions as formulas, so that every argument has a derivative.

One idea: a distribution is a few lines of NumPy and special functions; the engine differentiates them.
"""

from . import beta, chi2, dirichlet, gamma, multivariate_normal, norm, poisson, t

__all__ = ["beta", "chi2", "dirichlet", "gamma", "multivariate_normal", "norm", "poisson", "t"]
