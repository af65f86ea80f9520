"""What an optimiser is: two plain functions, and how a rule for one array becomes one for nested containers.

One idea: nothing is kept inside. The state is a value that goes in and comes out, so that a step can be jitted,
differentiated, saved and taken back like any other function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .. import tree
from ..errors import StructureError
from ..ir.node import Node
from ..ops import astype, norm, stack

Rate = float | Callable[[Any], Any]


class State(NamedTuple):
    """How many steps were taken, and for each thing remembered a container like the parameters."""

    step: Any
    memory: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Optimiser:
    """`init(params)` gives the first state; `update(gradients, state, params)` gives (params, state) after one step.

    Parameters and gradients are nested dicts, lists, tuples and dataclasses of arrays of one structure. A new array has
    the dtype of the old one; arrays of whole numbers stay as they are.
    """

    init: Callable[[Any], State]
    update: Callable[[Any, State, Any], tuple[Any, State]]


# A rule: (gradient, parameter, memory, rate, step counted from 1) to (new parameter, new memory), for one array.
Rule = Callable[[Any, Any, tuple[Any, ...], Any, Any], tuple[Any, tuple[Any, ...]]]


def optimiser(learning_rate: Rate, remembered: int, rule: Rule, start: float = 0.0) -> Optimiser:
    """An optimiser from the rule for one array. `remembered` says how many arrays it keeps for each, all `start` first.

    The learning rate is a number, or a function of the number of steps taken before.
    """

    def init(params: Any) -> State:
        leaves, structure = tree.flatten(params)
        kept = tuple(tree.unflatten(structure, [_filled(leaf, start) for leaf in leaves]) for _ in range(remembered))
        return State(np.int64(0), kept)

    def update(gradients: Any, state: State, params: Any) -> tuple[Any, State]:
        leaves, structure = tree.flatten(params)
        slopes = like(gradients, structure, "gradients")
        kept = [like(each, structure, "a state") for each in state.memory]
        rate = number(learning_rate(state.step) if callable(learning_rate) else learning_rate)
        step = state.step + 1
        moved, memories = [], []
        for slot, (leaf, slope) in enumerate(zip(leaves, slopes, strict=True)):
            memory = tuple(each[slot] for each in kept)
            if not _is_learned(leaf):
                moved.append(leaf)
                memories.append(memory)
                continue
            new, memory = rule(slope, leaf, memory, rate, step)
            moved.append(_as_given(new, leaf))
            memories.append(memory)
        columns = [[memory[place] for memory in memories] for place in range(remembered)]
        return tree.unflatten(structure, moved), State(step, tuple(tree.unflatten(structure, each) for each in columns))

    return Optimiser(init, update)


def like(container: Any, structure: tree.Structure, what: str) -> list[Any]:
    """The leaves of a container. Raises StructureError unless it is built as the parameters are."""
    leaves, found = tree.flatten(container)
    if found.entries != structure.entries:
        raise StructureError(
            given=f"{what} of structure {found}", where="an optimiser", expected=f"that of the parameters, {structure}",
            remedy="pass what grad and init returned for these parameters",
        )  # fmt: skip
    return leaves


def number(value: Any) -> Any:
    """A number without a dtype of its own, where it is known, so that float32 stays float32."""
    return value if type(value) is Node else float(value)


def of_type(value: Any, leaf: Any) -> Any:
    """A number of the step in the dtype of an array: under jit it is a recorded float64."""
    return astype(value, leaf.dtype) if type(value) is Node and hasattr(leaf, "dtype") else value


def _is_learned(leaf: Any) -> bool:
    return type(leaf) in (float, complex) or getattr(getattr(leaf, "dtype", None), "kind", "") in tuple("fc")


def _filled(leaf: Any, start: float) -> Any:
    if type(leaf) is float or not hasattr(leaf, "dtype"):
        return float(start)
    return np.full(leaf.shape, start, leaf.dtype)[()]


def _as_given(new: Any, leaf: Any) -> Any:
    return float(new) if type(leaf) is float and type(new) is not Node else new


# Gradients before the step --------------------------------------------------------------------------------------------
def global_norm(container: Any) -> Any:
    """The length of all arrays of a container taken as one vector.

    >>> float(global_norm({"W": np.array([[3.0]]), "b": np.array([4.0])}))
    5.0
    """
    leaves, _ = tree.flatten(container)
    lengths = [norm(leaf) for leaf in leaves]
    return norm(stack(lengths)) if lengths else 0.0


def clip_by_global_norm(gradients: Any, limit: float) -> Any:
    """Gradients whose length, all taken as one vector, is at most `limit`: scaled down together if it is more.

    Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks (2013).

    >>> clip_by_global_norm([np.array([3.0]), np.array([4.0])], 1.0)
    [array([0.6]), array([0.8])]
    """
    leaves, structure = tree.flatten(gradients)
    scale = limit / np.maximum(global_norm(gradients), limit)
    scaled = [leaf * (of_type(scale, leaf) if type(scale) is Node else float(scale)) for leaf in leaves]
    return tree.unflatten(structure, scaled)
