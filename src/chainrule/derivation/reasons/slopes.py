"""Why a slope is not finite: a step that a finite gradient did not get through in, two sentences out.

One idea: a slope is infinite where the graph stands upright. The value there is harmless, which is why only the way
back finds it.
"""

from __future__ import annotations

from typing import Any

from ...ir.library import reference
from ...ir.node import Node, concrete
from .mending import Mending, Step, loud, overflowed
from .origins import Departure, is_bad
from .scene import Scene
from .wording import spelled


def backward_mending(scene: Scene, departure: Departure) -> Mending:
    """Why what a step sends back is not finite, and what to write instead."""
    step = Step(scene, departure.node)
    name = departure.node.op.name
    if any(is_bad(concrete(each)).any() for each in departure.node.inputs):
        return ("an input of this step is already infinite or NaN, and its slope there is undefined",
                "mend the step that made it so; choose before computing: np.where(mask, x, safe) inside the function"
                )  # fmt: skip
    if name == "sqrt":
        return sqrt_slope(step)
    if name in ("log", "log2", "log10", "log1p"):
        return f"the slope of {name} is infinite here", f"keep {step.text()} away from the end of the domain"
    if name in ("fixed_power", "variable_power", "cbrt"):
        return root_slope(step)
    if name in ("div", "ratio", "reciprocal"):
        return f"the slope of 1 / {step.text(-1)} overflows here", f"keep {step.text(-1)} away from 0, or scale both"
    if name in ("arcsin", "arccos", "arctanh", "arccosh"):
        return (f"{name} stands upright at the end of its domain: its slope is infinite",
                "for an angle use np.arctan2(y, x), which has finite slopes; else keep the input inside")  # fmt: skip
    if name.removesuffix("_packed") in ("eigh", "eig", "svd"):
        return ("two eigenvalues (or singular values) are equal, so the vectors are not unique",
                "use what does not depend on the choice of vectors: sums, projectors, norms")  # fmt: skip
    if reference().isinf(reference().asarray(departure.value)).any():
        why, remedy = overflowed(step)
        return f"what {name} sends back overflows: {why}", remedy
    return f"what {name} sends back is not a number here", f"keep {step.text()} away from these numbers"


def sqrt_slope(step: Step) -> Mending:
    """sqrt at 0: harmless where it is a length, for which there is a function that knows its slope there."""
    why = "the slope of sqrt is infinite at 0"
    squares = squares_in(step.operand())
    texts = [spelled(each, step.scene.names) for each in squares]
    if len(squares) == 1 and loud(step.operand()).op.name in ("sum", "matmul", "einsum", "squared_norm"):
        return why, f"np.linalg.norm({texts[0]}), which sends 0 at 0 (the subgradient of least norm)"
    if len(squares) == 1:
        return why, f"np.abs({texts[0]}): sqrt(x**2) is |x|, with slope 0 at 0"
    if len(squares) == 2:
        return why, f"np.hypot({texts[0]}, {texts[1]}), which sends 0 at 0"
    if len(squares) > 2:
        return why, "np.linalg.norm(np.stack([...])), which sends 0 at 0"
    x = step.text()
    return why, f"np.where({x} > 0, {written(step)}, 0) sends 0 there; or add a small number to {x}"


def written(step: Step) -> str:
    """The step itself as the user writes it."""
    return spelled(step.node, step.scene.names, whole=True)


def squares_in(node: Node) -> list[Node]:
    """What is squared, where a node is a sum of squares and nothing else; else nothing."""
    node = loud(node)
    match node.op.name:
        case "square" | "squared_norm":
            return [node.inputs[0]]
        case "fixed_power" if node.settings["exponent"] == 2:
            return [node.inputs[0]]
        case "mul" | "matmul" | "einsum" if len(node.inputs) == 2 and loud(node.inputs[0]) is loud(node.inputs[1]):
            return [node.inputs[0]]
        case "sum" | "mean":
            return squares_in(node.inputs[0])
        case "add":
            left, right = squares_in(node.inputs[0]), squares_in(node.inputs[1])
            return left + right if left and right else []
    return []


def root_slope(step: Step) -> Mending:
    exponent: Any = step.node.settings.get("exponent", 1 / 3 if step.node.op.name == "cbrt" else None)
    said = f"{exponent:.3g}" if exponent is not None else step.text(1)
    if exponent is not None and exponent == 0.5:
        return sqrt_slope(step)
    if not (step.array() == 0).any():
        return overflowed(step)
    x = step.text()
    why = f"the slope of {x} to the power {said} is infinite at 0"
    return why, f"np.where({x} != 0, {written(step)}, 0) sends 0 there; or add a small number to {x}"
