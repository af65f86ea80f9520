"""How much work things are: the name of a function or a program in, about how many plain operations out.

One idea: only what is dear is listed. To keep or to compute twice, a line or loops: more need not be known.
"""

from __future__ import annotations

from ..primitives.lowering import Loop, Program

_DIVISIONS = ("true_divide", "sqrt")
_POLYNOMIALS = ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "tanh", "sin", "cos", "tan", "sinh", "cosh",
                "arctan", "arcsin", "arccos", "cbrt", "hypot", "erf")  # fmt: skip
_LONG = ("arctan2", "arcsinh", "arccosh", "arctanh", "erfc", "power", "fmod", "floor_divide")
_COSTS = dict.fromkeys(_DIVISIONS, 4) | dict.fromkeys(_POLYNOMIALS, 20) | dict.fromkeys(_LONG, 40)
ENTRIES, PRODUCTS = (
    80e9,
    400e9,
)  # bytes a second through arithmetic entry by entry, and in products: of one core, roughly
MOST_STEPS = 4000  # of one straight line; beyond, compiling takes longer than it is worth


def cost(name: str) -> int:
    """About how many plain operations one entry takes."""
    return _COSTS.get(name, 100 if "." in name else 1)  # a dot: a function of SciPy


def operations(program: Program) -> int:
    """Arithmetic of all steps. What Python is called for is not counted."""
    total = 0
    for value in program.order():
        if value.kind == "map":
            total += value.size * cost(value.name)
        elif value.kind in ("reduce", "scatter", "running"):
            total += value.inputs[0].size
        elif value.kind == "product":
            total += 2 * value.size * value.inputs[0].shape[-1]
        elif value.kind == "bundle" and isinstance(value.data.how, Loop):
            total += value.data.how.length * operations(value.data.how.body)
    return total


def seconds(program: Program) -> float:
    """About how long one thread takes, without what Python is called for."""
    total = 0.0
    for value in program.order():
        width = value.dtype.itemsize
        if value.kind == "map":
            total += value.size * cost(value.name) * width / ENTRIES
        elif value.kind in ("reduce", "scatter", "running"):
            total += value.inputs[0].size * width / ENTRIES
        elif value.kind == "product":
            total += 2 * value.size * value.inputs[0].shape[-1] * width / PRODUCTS
        elif value.kind == "bundle" and isinstance(value.data.how, Loop):
            total += value.data.how.length * seconds(value.data.how.body)
    return total


def steps(program: Program) -> int:
    """About how many operations the program would have as one line; a large number where it cannot be written so."""
    total = sum(each.size for each in (*program.inputs, *program.outputs))
    for value in program.order():
        if value.kind in ("call", "bundle"):
            return 10**9
        if value.kind == "map":
            total += value.size * cost(value.name)
        elif value.kind in ("reduce", "running"):
            total += value.inputs[0].size
        elif value.kind == "product":
            total += 2 * value.size * value.inputs[0].shape[-1]
        elif value.kind != "input":
            total += value.size // 8
    return total
