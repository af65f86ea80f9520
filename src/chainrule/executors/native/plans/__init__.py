"""What is computed together, and where it is kept: a program in, steps in stages and places in memory out.

One idea: a value is kept in memory where it would be computed twice and is dear, and nowhere else.
"""
