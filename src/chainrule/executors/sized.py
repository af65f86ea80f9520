"""A graph recorded for letters of sizes in, a function of its inputs by name out, for arrays of any sizes that fit.

One idea: the arrays say what each letter is; the graph is made again for these sizes, once for each choice of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from ..errors import ShapeError
from ..ir.graph import Graph
from ..ir.library import reference
from ..transforms.resize import resize
from ..transforms.sizes import Sizes
from .numpy import compile_graph
from .ownership import own_arrays, with_reuse

Shapes: TypeAlias = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A graph for arrays of certain shapes as a function. Outputs that somebody else may have are copied."""

    function: Callable[..., Sequence[Any]]
    labels: tuple[str, ...]
    makers: tuple[Callable[[Any], Any], ...]  # of each output: a copy, or the array itself

    def __call__(self, arrays: Sequence[Any]) -> dict[str, Any]:
        found = self.function(*arrays)
        return {label: make(each) for label, make, each in zip(self.labels, self.makers, found, strict=True)}


@dataclass(frozen=True, eq=False)
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
    compiled: dict[Shapes, Compiled] = field(default_factory=dict)

    def __call__(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs by label, for the inputs by name. Raises ShapeError where shapes do not fit together."""
        arrays = self._given(values)
        shapes = tuple([array.shape for array in arrays])
        run = self.compiled.get(shapes)
        if run is None:
            run = self.compiled[shapes] = self._compile(arrays)
        return run(arrays)

    def arrays(self, values: Mapping[str, Any]) -> tuple[list[Any], dict[int, int]]:
        """The inputs in order, and what each size is. Raises ShapeError where shapes do not fit together."""
        arrays = self._given(values)
        return arrays, self._meant(arrays)

    @cached_property
    def _inputs(self) -> tuple[tuple[str, Any], ...]:
        """The name and the dtype of each input."""
        return tuple((self.graph.names[node], node.dtype) for node in self.graph.inputs)

    def _given(self, values: Mapping[str, Any]) -> list[Any]:
        as_array = reference().asarray
        return [as_array(values[name], dtype) for name, dtype in self._inputs]

    def _compile(self, arrays: Sequence[Any]) -> Compiled:
        meant = self._meant(arrays)
        graph = with_reuse(resize(self.graph, meant) if meant else self.graph)
        owned, numpy = own_arrays(graph), reference()
        makers = tuple(numpy.asarray if node in owned else numpy.array for node in graph.outputs)
        return Compiled(compile_graph(graph), self.labels, makers)

    def _meant(self, arrays: Sequence[Any]) -> dict[int, int]:
        """What each size is. Raises ShapeError for an array of another shape than declared."""
        meant: dict[int, int] = {}
        for (name, _), array, node in zip(self._inputs, arrays, self.graph.inputs, strict=True):
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
