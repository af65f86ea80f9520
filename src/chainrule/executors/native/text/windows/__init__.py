"""Windows that slide over images: a convolution or its gradient in, functions that read images where they lie out.

One idea: no copy of a window is ever made.
"""
