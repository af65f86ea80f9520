"""autograd.scipy: integrals, convolutions, special functions and distributions under SciPy's names."""

from . import integrate, linalg, signal, special, stats

__all__ = ["integrate", "linalg", "signal", "special", "stats"]
