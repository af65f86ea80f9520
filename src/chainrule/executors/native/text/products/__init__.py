"""Products of matrices: where factors lie in, calls of our own tiles or of a BLAS out.

One idea: a tile of the result stays in registers while the loop runs along what is summed over.
"""
