"""Complex steps: a recorded run made of analytic ops in, its slope without any cancellation out.

One idea: for an analytic function f(x + i h) = f(x) + i h f'(x) + ..., so the imaginary part over h is the slope, and
no two near numbers are subtracted. The kernels of the run are evaluated, not the user's own text, because NumPy's
`vdot` or `.conj()` mean something else there. Source: Squire and Trapp, SIAM Review 40 (1998).
"""

from __future__ import annotations

from typing import Any

from ...ir.graph import topological_order
from ...ir.library import Array, reference
from ...ir.node import Node, concrete
from ...ir.recording import open_recording
from ..calls import Call
from ..trace import variable
from .vectors import Run, cut, joined

STEP = 2.0**-90  # its square is lost beside 1, and a power of two rounds nothing
_SAME = 1e-11  # how well the real part must be the value of the run

# Kernels that are the analytic continuation of themselves. What takes a modulus, compares, rounds or sorts is not.
ANALYTIC = frozenset({
    "add", "sub", "mul", "div", "neg", "square", "ratio", "fixed_power", "variable_power", "power", "reciprocal",
    "exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh",
    "arctan", "arcsinh", "sum", "mean", "prod", "cumsum", "cumprod", "matmul", "einsum", "outer", "kron", "inv",
    "solve", "det", "reshape", "transpose", "broadcast", "index", "concatenate", "stack", "flip", "roll", "pad",
    "diagonal", "trace", "diag_matrix", "mark", "identity",
})  # fmt: skip


def complex_slope(run: Run, direction: Array) -> Array | None:
    """The slope of every output along a direction; None where an op does not continue to complex numbers."""
    numpy = reference()
    moves = cut(direction, run.recording.variables)
    known = {
        node: concrete(node) + 1j * STEP * move
        for node, move in zip(run.recording.variables, moves, strict=True)
    }  # fmt: skip
    try:
        found = continued(list(run.outputs), known)
    except Exception:  # a kernel of a custom function, or a library, that knows real numbers only
        return None
    if found is None:
        return None
    value = run.combined(numpy.concatenate([numpy.asarray(each, complex).ravel() for each in found]))
    plain = run.combined(joined([concrete(node) for node in run.outputs]))
    slope: Array = value.imag / STEP
    size = float(numpy.max(numpy.abs(plain), initial=0.0))
    same = numpy.allclose(value.real, plain, rtol=_SAME, atol=_SAME * size)
    return slope if same and numpy.all(numpy.isfinite(slope)) else None


def continued(outputs: list[Node], known: dict[Node, Any]) -> list[Any] | None:
    """The outputs where the nodes in `known` have complex values; None where an op has no continuation."""
    moving = set(known)
    for node in topological_order(outputs, known):
        if node in moving or moving.isdisjoint(node.inputs):
            continue
        values = [known.get(each) if each in moving else concrete(each) for each in node.inputs]
        if isinstance(node.settings.get("call"), Call):  # first: a custom function may have any name
            found = continued_call(node, values)
        else:
            found = node.op.kernel(reference(), *values, **node.settings) if node.op.name in ANALYTIC else None
        if found is None:
            return None
        known[node] = found
        moving.add(node)
    return [known.get(node) if node in moving else concrete(node) for node in outputs]


def continued_call(node: Node, values: list[Any]) -> Any:
    """A custom function at complex inputs: its own code, not its rule, is recorded and continued."""
    call: Call = node.settings["call"]
    with open_recording():
        inner = [variable(reference().asarray(concrete(each), dtype=float)) for each in node.inputs]
        packed = call.pack(call.function.fun(*call.arguments(inner)))
    found = continued([packed], dict(zip(inner, values, strict=True))) if type(packed) is Node else None
    return None if found is None else found[0]
