"""Statements with figures: what they say, the numbers that are right, and what follows from figures written before.

One idea: a figure is judged at a point made of the document's own data; a point of another world has the figures that
the author wrote in place of what is computed, and shows whether a false figure follows from an earlier one.
"""
