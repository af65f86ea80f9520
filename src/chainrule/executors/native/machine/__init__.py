"""This machine and this Python: LLVM, the BLAS at hand, object code on disk, and how Python lies in memory.

One idea: everything that could differ elsewhere is asked for, compared with what is expected, and reported.
"""
