"""Loops over entries: a step of a plan in, nests of loops in LLVM's words out.

One idea: every array is read at an offset that is linear in the counters, and what is long is split among threads.
"""
