"""The way in from Python: what a call looks like in, a function that Python calls as its own builtin out.

One idea: the machine code looks at its arguments itself; what it does not expect, Python handles.
"""
