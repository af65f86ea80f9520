"""Programs as straight lines: every entry a name of its own in, instructions out.

One idea: what is small is not worth a loop, and what is long is cut into functions.
"""
