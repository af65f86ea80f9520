"""A graph recorded for letters of sizes in, a function of its inputs by name out, for arrays of any sizes that fit.

One idea: the arrays say what each letter is; the graph is made again for these sizes, once for each choice of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import ShapeError
from ..ir.graph import Graph
from ..ir.library import reference
from ..transforms.resize import resize
from ..transforms.sizes import Sizes
from .numpy import compile_graph


@dataclass(frozen=True, slots=True, eq=False)
class Sized:
    """The outputs of a graph as a function. `sizes` says which letter each number in its shapes stands for.

    >>> import numpy as np
    >>> from chainrule.notation import parse
    >>> graph = parse("f = ||x||^2", shapes="x: n").graph
    >>> run = Sized(graph, ("f",), {graph.inputs[0].shape[0]: "n"})
    >>> run({"x": np.array([3.0, 4.0])})
    {'f': array(25.)}
    """

    graph: Graph
    labels: tuple[str, ...]  # of the outputs
    sizes: Mapping[int, str]
    compiled: dict[tuple[tuple[int, int], ...], Callable[..., Sequence[Any]]] = field(default_factory=dict)

    def __call__(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs by label, for the inputs by name. Raises ShapeError where shapes do not fit together."""
        arrays, meant = self.arrays(values)
        key = tuple(sorted(meant.items()))
        if key not in self.compiled:
            self.compiled[key] = compile_graph(resize(self.graph, meant) if meant else self.graph)
        found = self.compiled[key](*arrays)
        return {label: reference().asarray(each) for label, each in zip(self.labels, found, strict=True)}

    def arrays(self, values: Mapping[str, Any]) -> tuple[list[Any], dict[int, int]]:
        """The inputs in order, and what each size is. Raises ShapeError where shapes do not fit together."""
        numpy = reference()
        names = [self.graph.names[node] for node in self.graph.inputs]
        arrays = [numpy.asarray(values[name], node.dtype) for name, node in zip(names, self.graph.inputs, strict=True)]
        return arrays, self._meant(dict(zip(names, arrays, strict=True)))

    def _meant(self, arrays: Mapping[str, Any]) -> dict[int, int]:
        """What each size is. Raises ShapeError for an array of another shape than declared."""
        meant: dict[int, int] = {}
        for (name, array), node in zip(arrays.items(), self.graph.inputs, strict=True):
            fits = array.ndim == node.ndim and all(
                meant.setdefault(size, given) == given if size in self.sizes else size == given
                for size, given in zip(node.shape, array.shape, strict=True)
            )
            if not fits:
                letters = [str(self.sizes.get(size, size)) for size in node.shape]
                declared = f"{', '.join(letters)}{',' if len(letters) == 1 else ''}"
                known = ", ".join(f"{self.sizes[size]} = {given}" for size, given in meant.items())
                raise ShapeError(
                    given=f"{name} of shape {array.shape}",
                    expected=f"shape ({declared})" + (f" with {known}" if known else ""),
                    remedy="pass arrays of the shapes that were declared: one letter is one size",
                )
        followed = Sizes(dict(meant))
        return meant | {size: followed.whole(size) for size in self.sizes if size not in meant}
