"""autograd.misc: containers as vectors, functions recorded once, simple optimisers."""

from .flatten import flatten
from .tracers import const_graph, full_graph

__all__ = ["const_graph", "flatten", "full_graph"]
