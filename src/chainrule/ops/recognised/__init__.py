"""Naive forms of stable functions: recorded steps in, the node of the function that the user meant out, or None.

One idea: log(1 + exp(x)) overflows where softplus(x) does not, and both are the same function. What is written is
looked at when its last step is recorded: one look at which op an input comes from, where nothing is recognised. Only
identities that hold for every real number are used. While an explanation is made the user's steps are kept wherever
they come to the same number.
"""

from .calls import REPLACED

__all__ = ["REPLACED"]
