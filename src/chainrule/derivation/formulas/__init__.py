"""Closed formulas: derivatives as expressions, in index notation and in matrix form."""
