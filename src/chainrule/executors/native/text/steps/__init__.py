"""Steps that are programs: a scan, a while loop or a choice in, functions and the loop around them out.

One idea: a step is written as any program is, and reads and writes where its neighbours do.
"""
