"""Programs in LLVM's language: a plan in, functions as text out.

One idea: small programs are one straight line, large ones loops over linear addresses, and LLVM makes the vectors.
"""
