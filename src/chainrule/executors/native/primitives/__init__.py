"""What a graph is lowered to: its ops' own kernels in, a program of a few kinds of values out.

One idea: a kernel that is given a library which writes down, instead of one that computes, says what it would compute.
"""
