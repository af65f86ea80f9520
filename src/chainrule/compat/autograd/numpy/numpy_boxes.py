"""autograd's name for the class of a recorded array."""

from ....ir.node import Node as ArrayBox

__all__ = ["ArrayBox"]
