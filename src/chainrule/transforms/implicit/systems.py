"""The ops of implicit functions: equations as graphs and the functions that solve them in, solutions out.

One idea: x(p) with F(x, p) = 0 moves by dx = -(dF/dx)^-1 dF/dp, however x was found (the implicit function theorem).
Forward mode solves that system, reverse mode its transpose; a linear system is its own case, with F = A x - b.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ... import tree
from ...errors import GradientError, ShapeError
from ...ir.graph import Graph
from ...ir.library import Array, Library, reference
from ...ir.loading import compiled
from ...ir.node import Node
from ...ir.notation import Notation, call
from ...ir.op import Complexes, Custom, Domain, Role
from ...ir.recording import suspended_recording
from ...ir.types import ArrayType, array_type, bundle_type
from ...ops.bundles import Bundle, parts_of
from ...ops.declare import op
from ...ops.joining import zeros_of
from ..batch import apply
from ..control.branches import at_slots, called, pull_branch, push_branch
from ..control.derived import deriving, finished, is_float, kept_with_graph, push_body, zeros
from ..linear import transposed

Solve = Callable[[Callable[[Any], Any], Any], Any]  # solve(function, start or right side) -> solution


@dataclass(frozen=True, slots=True, eq=False)
class Solver:
    """How a system is solved: by a function of the user's, on the containers that the user knows."""

    solve: Solve
    structure: tree.Structure
    name: str

    def run(
        self, function: Callable[..., tuple[Any, ...]], given: Sequence[Any], wanted: Sequence[Node]
    ) -> tuple[Any, ...]:
        """The solution, as arrays of the types wanted."""

        def on_containers(x: Any) -> Any:
            leaves = [reference().asarray(each)[()] for each in tree.flatten(x)[0]]
            return tree.unflatten(self.structure, function(*leaves))

        with suspended_recording():
            found = self.solve(on_containers, tree.unflatten(self.structure, given))
        leaves, structure = tree.flatten(found)
        if structure.entries != self.structure.entries:
            raise GradientError(
                given=f"a solution of structure {structure} from the solver of {self.name}", where=self.name,
                expected=f"the containers it was given, {self.structure}", remedy="return x alone",
            )  # fmt: skip
        arrays = [reference().asarray(each) for each in leaves]
        for array, node in zip(arrays, wanted, strict=True):
            if array.shape != node.type.shape:
                raise ShapeError(
                    given=f"a solution of shape {array.shape} from the solver of {self.name}", where=self.name,
                    expected=f"shape {node.type.shape}, that of what it starts from", remedy="return x alone",
                )  # fmt: skip
        return tuple(
            array.astype(node.type.dtype, copy=False)[()] for array, node in zip(arrays, wanted, strict=True)
        )  # fmt: skip


def types_of(nodes: Sequence[Node]) -> ArrayType:
    return bundle_type(tuple(array_type(node.type.shape, node.type.dtype) for node in nodes))


# Linear systems ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class System:
    """A x = b. `matrix` takes `consts` values that A is made of, and x; `back` solves with the transpose of A."""

    matrix: Graph
    consts: int
    forth: Solver
    back: Solver

    def turned(self) -> System:
        """The system of the transpose."""
        return System(turned_matrix(self.matrix, self.consts), self.consts, self.back, self.forth)


@kept_with_graph
def turned_matrix(matrix: Graph, consts: int) -> Graph:
    return transposed(matrix, consts)


def solved(system: System, inputs: Sequence[Any]) -> list[Any]:
    """The solution, from what A is made of and the right side."""
    return parts_of(apply(linear_solve_op, inputs, {"system": system}), len(system.matrix.outputs))


def linear_solve_type(*types: ArrayType, system: System) -> ArrayType:
    return types_of(system.matrix.inputs[system.consts :])


def linear_solve_pull(g: Bundle, y: Any, *inputs: Any, system: System, wanted: tuple[int, ...]) -> tuple[Any, ...]:
    """b receives A^-T g, and what A is made of receives -(dA x)^T A^-T g."""
    count, consts = len(system.matrix.outputs), inputs[: system.consts]
    x = parts_of(y, count)
    arrived = [zeros_of(each) if sent is None else sent for each, sent in zip(x, g.entries, strict=True)]
    back = solved(system.turned(), [*consts, *arrived])
    slots = tuple(slot for slot in wanted if slot < system.consts and is_float(inputs[slot]))
    found: Sequence[Any] = ()
    if slots:
        pulled = pull_branch(system.matrix, slots, tuple(range(count)))
        found = [-each for each in called(pulled, [*consts, *x, *back])]
    return (*at_slots(found, slots, system.consts), *back)


def linear_solve_push(moves: tuple[Any, ...], y: Any, *inputs: Any, system: System) -> Bundle:
    """A dx = db - dA x."""
    count, consts = len(system.matrix.outputs), inputs[: system.consts]
    x = parts_of(y, count)
    right = [
        zeros_of(each) if move is None else move for each, move in zip(x, moves[system.consts :], strict=True)
    ]  # fmt: skip
    moving = tuple(move is not None and is_float(each) for move, each in zip(moves, consts, strict=False))
    if any(moving):
        ahead = push_branch(system.matrix, (*moving, *(False,) * count), (True,) * count)
        tangents = [move for move, flag in zip(moves, moving, strict=False) if flag]
        changed = called(ahead, [*consts, *x, *tangents])
        right = [each - change for each, change in zip(right, changed, strict=True)]
    return Bundle(tuple(solved(system, [*consts, *right])))


def notation_of(name: str) -> Callable[[Node], Notation]:
    def notation(node: Node) -> Notation:
        return call(name, len(node.inputs))

    return notation


@op(
    "linear_solve", Custom(linear_solve_pull, linear_solve_push, selective=True), notation_of("linear_solve"),
    Role.COUPLES, type_rule=linear_solve_type, domain=Domain(()), complexes=Complexes.OWN,
)  # fmt: skip
def linear_solve_op(xp: Library, *inputs: Array, system: System) -> tuple[Array, ...]:
    """The x with A x = b, by a solver of the user's. Derivative: A dx = db - dA x (Giles 2008, 2.3.1)."""
    consts, right = inputs[: system.consts], inputs[system.consts :]
    matrix = compiled(system.matrix)
    return system.forth.run(lambda *x: matrix(*consts, *x), right, system.matrix.inputs[system.consts :])


# Equations -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class Equation:
    """F(x) = 0. `residual` takes `consts` values that F is made of, and x; `linear` solves systems with dF/dx."""

    residual: Graph
    consts: int
    forth: Solver
    linear: Solver

    @property
    def unknowns(self) -> Sequence[Node]:
        return self.residual.inputs[self.consts :]


def slope_system(equation: Equation) -> System:
    """dF/dx as the matrix of a system: it is made of all that F is made of, and of the x it is taken at."""
    graph = slope_of(equation.residual, equation.consts)
    return System(graph, len(equation.residual.inputs), equation.linear, equation.linear)


@kept_with_graph
def slope_of(residual: Graph, consts: int) -> Graph:
    moving = [place >= consts for place in range(len(residual.inputs))]
    with deriving():
        found = push_body(residual, moving)
        directions = [each for each in found.inputs if each is not None]
        outputs = [
            zeros(node) if each is None else each for node, each in zip(residual.outputs, found.outputs, strict=True)
        ]
        return finished([*residual.inputs, *directions], outputs)


def solution(equation: Equation, inputs: Sequence[Any]) -> list[Any]:
    """The x, from what F is made of and where the search starts."""
    return parts_of(apply(root_op, inputs, {"equation": equation}), len(equation.unknowns))


def root_type(*types: ArrayType, equation: Equation) -> ArrayType:
    return types_of(equation.unknowns)


def root_pull(g: Bundle, y: Any, *inputs: Any, equation: Equation, wanted: tuple[int, ...]) -> tuple[Any, ...]:
    """p receives -(dF/dp)^T (dF/dx)^-T g; where the search starts receives nothing."""
    count, consts = len(equation.unknowns), inputs[: equation.consts]
    slots = tuple(slot for slot in wanted if slot < equation.consts and is_float(inputs[slot]))
    if not slots:
        return (None,) * len(inputs)
    x = parts_of(y, count)
    arrived = [zeros_of(each) if sent is None else sent for each, sent in zip(x, g.entries, strict=True)]
    back = solved(slope_system(equation).turned(), [*consts, *x, *arrived])
    pulled = pull_branch(equation.residual, slots, tuple(range(count)))
    found = [-each for each in called(pulled, [*consts, *x, *back])]
    return at_slots(found, slots, len(inputs))


def root_push(moves: tuple[Any, ...], y: Any, *inputs: Any, equation: Equation) -> Bundle:
    """(dF/dx) dx = -dF/dp dp."""
    count, consts = len(equation.unknowns), inputs[: equation.consts]
    moving = tuple(move is not None and is_float(each) for move, each in zip(moves, consts, strict=False))
    if not any(moving):
        return Bundle((None,) * count)
    x = parts_of(y, count)
    ahead = push_branch(equation.residual, (*moving, *(False,) * count), (True,) * count)
    tangents = [move for move, flag in zip(moves, moving, strict=False) if flag]
    right = [-each for each in called(ahead, [*consts, *x, *tangents])]
    return Bundle(tuple(solved(slope_system(equation), [*consts, *x, *right])))


@op(
    "root", Custom(root_pull, root_push, selective=True), notation_of("root"), Role.COUPLES, type_rule=root_type,
    domain=Domain(()), complexes=Complexes.OWN,
)  # fmt: skip
def root_op(xp: Library, *inputs: Array, equation: Equation) -> tuple[Array, ...]:
    """The x with F(x, p) = 0, by a solver of the user's. Derivative: dx = -(dF/dx)^-1 dF/dp dp (the implicit function
    theorem; Krantz and Parks 2003)."""
    consts, start = inputs[: equation.consts], inputs[equation.consts :]
    residual = compiled(equation.residual)
    return equation.forth.run(lambda *x: residual(*consts, *x), start, equation.unknowns)
