"""Why a step left its domain and what to write instead: a node and its numbers in, two sentences out.

One idea: the same few formulas are written unsafely again and again, so the step is looked at with its neighbours:
sqrt of a sum of squares is a norm, log of a sum of exponentials a logsumexp.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ...ir.library import reference
from ...ir.node import Node, concrete
from .scene import Scene
from .wording import spelled

Mending = tuple[str, str]  # why, and what to write instead

SILENT = frozenset({"broadcast", "mark", "cast"})


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """A node with its neighbours, and how the user writes it."""

    scene: Scene
    node: Node

    def operand(self, slot: int = 0) -> Node:
        """An input, past what the user did not write."""
        return loud(self.node.inputs[slot])

    def text(self, slot: int = 0) -> str:
        """An input as the user writes it."""
        return spelled(self.node.inputs[slot], self.scene.names)

    def readers(self) -> Iterator[Node]:
        """Who uses the result, past what the user did not write."""
        return readers_of(self.scene, self.node)

    def array(self, slot: int = 0) -> Any:
        return reference().asarray(concrete(self.node.inputs[slot]))

    @property
    def kind(self) -> str:
        return str(self.node.dtype)


def loud(node: Node) -> Node:
    while node.op.name in SILENT:
        node = node.inputs[0]
    return node


_LOGARITHMS = frozenset({"log", "log2", "log10"})


def readers_of(scene: Scene, node: Node) -> Iterator[Node]:
    for reader, _ in scene.readers.get(node, ()):
        if reader.op.name in SILENT:
            yield from readers_of(scene, reader)
        else:
            yield reader


def forward_mending(scene: Scene, node: Node) -> Mending:
    """Why the value of a step is not finite."""
    step = Step(scene, node)
    known = _FORWARD.get(node.op.name)
    return known(step) if known is not None else _elsewhere(step)


def _elsewhere(step: Step) -> Mending:
    if isinstance(concrete(step.node), tuple):
        remedy = "ask again with fewer steps, or a plain Python loop: then each of them is looked at"
        return "one of the steps inside it is not finite", remedy
    value = reference().asarray(concrete(step.node))
    if not reference().isnan(value).any():
        return overflowed(step)
    if any(not each.size for each in map(step.array, range(len(step.node.inputs)))):
        return "nothing is left to compute it from: an array is empty", "check the shapes, or leave empty arrays out"
    name = step.node.op.name
    return f"{name} is not defined at these numbers", f"keep the inputs of {name} inside its domain"


def overflowed(step: Step) -> Mending:
    """Finite numbers whose result is too large for the dtype."""
    numpy = reference()
    largest = float(numpy.finfo(step.node.dtype).max) if step.node.dtype.kind == "f" else float("inf")
    wider = "compute in float64" if step.kind in ("float16", "float32") else "scale the inputs down"
    return (
        f"the result is larger than {largest:.3g}, the largest number of {step.kind}",
        f"{wider}, or work with logarithms",
    )


# Forward, op by op ---------------------------------------------------------------------------------------------------
def sqrt_of(step: Step) -> Mending:
    x, lowest = step.text(), float(step.array().min(initial=0.0))
    largest = max((float(abs(concrete(each)).max(initial=0.0)) for each in step.operand().inputs), default=0.0)
    if -1e-6 * largest < lowest < 0:
        return (f"the square root of a number that rounding has made negative ({lowest:.3g})",
                f"np.sqrt(np.maximum({x}, 0))")  # fmt: skip
    if step.operand().op.name == "sub":
        return "the square root of a negative number", f"check the sign of {x}, or np.sqrt(np.maximum({x}, 0))"
    return "the square root of a negative number", f"check the sign of {x}; np.abs({x}) if only its size is meant"


def log_of(step: Step) -> Mending:
    x, inner = step.text(), step.operand()
    stable = log_of_known(step, inner)
    if bool((step.array() < 0).any()):
        return "the logarithm of a negative number", stable or f"check the sign of {x}"
    why = "the logarithm of 0 is -infinity"
    for reader in step.readers():
        if reader.op.name in ("mul", "sum"):
            other = next((spelled(each, step.scene.names) for each in reader.inputs if loud(each) is not step.node), x)
            if reader.op.name == "mul":
                return why, stable or f"scipy.special.xlogy({other}, {x}): 0 where {other} is 0"
    return why, stable or f"keep {x} above 0: np.log(np.maximum({x}, tiny)), or np.log1p if it is 1 + something small"


def log_of_known(step: Step, inner: Node) -> str:
    """The stable form of a logarithm of a known function; nothing where there is none."""
    match inner.op.name:
        case "softmax":
            return "chainrule.log_softmax(x): the logarithm of a softmax without the softmax"
        case "sigmoid":
            return "chainrule.ops.log_sigmoid(x), which is -softplus(-x)"
        case "sum" if loud(inner.inputs[0]).op.name == "exp":
            return "chainrule.logsumexp(x)"
        case "div" if loud(inner.inputs[0]).op.name == "exp":
            return "chainrule.log_softmax(x)"
        case "sub" if loud(inner.inputs[1]).op.name == "sigmoid":
            return "chainrule.ops.log_sigmoid(-x): log(1 - sigmoid(x))"
        case "sub" if loud(inner.inputs[1]).op.name == "softmax":
            return "logsumexp of the other entries less logsumexp of all: log(1 - softmax)"
    return ""


def exp_of(step: Step) -> Mending:
    largest = {"float16": 11.09, "float32": 88.72}.get(step.kind, 709.78)
    why = f"exp overflows {step.kind} above {largest}"
    for reader in step.readers():
        stable = exp_within(step, reader)
        if stable:
            return why, stable
    return why, "subtract the maximum first, or keep the logarithm and use exp at the very end"


def exp_within(step: Step, reader: Node) -> str:
    """The stable form of the formula that an exponential stands in; nothing where there is none."""
    after = {each.op.name for each in readers_of(step.scene, reader)}
    after |= {
        beyond.op.name for each in readers_of(step.scene, reader) if each.op.name == "add"
        for beyond in readers_of(step.scene, each)
    }  # fmt: skip
    match reader.op.name:
        case "log1p":
            return "chainrule.softplus(x): log(1 + exp(x))"
        case "sum" if after & _LOGARITHMS:
            return "chainrule.logsumexp(x)"
        case "sum" | "div" if "div" in after or reader.op.name == "div":
            return "chainrule.softmax(x), which subtracts the maximum"
        case "add" if after & _LOGARITHMS:
            return "chainrule.softplus(x) for log(1 + exp(x)), np.logaddexp(x, y) for log(exp(x) + exp(y))"
        case "add" if after & {"div", "reciprocal"}:
            return "chainrule.sigmoid(x): 1 / (1 + exp(-x))"
    return ""


def div_of(step: Step) -> Mending:
    x, y = step.text(0), step.text(1)
    zero = step.array(1) == 0
    if loud(step.node.inputs[0]).op.name == "exp" and reference().isinf(step.array(0)).any():
        return "infinity over infinity", "chainrule.softmax(x), which subtracts the maximum"
    if not zero.any():
        infinite = reference().isinf(step.array(0)).any() and reference().isinf(step.array(1)).any()
        return ("infinity over infinity", "divide before the two grow, or work with logarithms") if infinite else (
            overflowed(step))  # fmt: skip
    both = (zero & (step.array(0) == 0)).any()
    if step.operand(0).op.name == "sin" and both:
        return "0 / 0", f"np.sinc({spelled(step.operand(0).inputs[0], step.scene.names)} / np.pi)"
    if step.operand(1).op.name in ("norm", "sqrt") and both:
        return "0 / 0: the vector has length 0", f"np.where({y} > 0, {x} / {y}, 0): no direction, so 0"
    return (
        "0 / 0" if both else "a number over 0"
    ), f"np.where({y} != 0, {x} / {y}, 0): the branch not taken sends nothing"


def power_of(step: Step) -> Mending:
    x = step.text()
    exponent = step.node.settings.get("exponent")
    said = f"{exponent:g}" if exponent is not None else step.text(1)
    if (step.array() < 0).any() and reference().isnan(concrete(step.node)).any():
        return (f"a negative number to the power {said}, which is not a whole number",
                f"np.sign({x}) * np.abs({x}) ** {said} if the odd continuation is meant")  # fmt: skip
    if (step.array() == 0).any():
        return f"0 to the negative power {said}", f"np.where({x} != 0, {x} ** {said}, 0), or keep {x} away from 0"
    return overflowed(step)


def outside(low: str, high: str, mended: str) -> Callable[[Step], Mending]:
    """A function that is defined between two numbers."""

    def explain(step: Step) -> Mending:
        return f"{step.node.op.name} is defined from {low} to {high}", mended.format(x=step.text())

    return explain


def difference_of(step: Step) -> Mending:
    numpy = reference()
    if numpy.isinf(step.array(0)).any() and numpy.isinf(step.array(1)).any():
        return ("infinity minus infinity", "a row in which everything is masked has no softmax: keep one entry finite, "
                "or mask with a large negative number")  # fmt: skip
    return overflowed(step)


def product_of(step: Step) -> Mending:
    numpy = reference()
    if any(numpy.isinf(step.array(slot)).any() for slot in range(2)):
        return "0 times infinity", "choose before multiplying: np.where(mask, x, 0), which keeps a strong zero"
    return overflowed(step)


def softmax_of(step: Step) -> Mending:
    if reference().isneginf(step.array()).any():
        return ("everything is masked: all entries are -infinity, and there is nothing to share",
                "keep one entry of each row finite, or np.where(any_left, softmax, 0) with finite scores")  # fmt: skip
    return "infinity minus infinity: an entry is +infinity", f"keep {step.text()} finite"


def mean_of(step: Step) -> Mending:
    if not step.array().size:
        return "the mean of nothing is 0 / 0", "check the mask or the shape that leaves nothing over"
    return _elsewhere(step)


_FORWARD: dict[str, Callable[[Step], Mending]] = {
    "sqrt": sqrt_of, "log": log_of, "log2": log_of, "log10": log_of, "exp": exp_of, "exp2": exp_of, "expm1": exp_of,
    "sinh": exp_of, "cosh": exp_of, "div": div_of, "ratio": div_of, "fixed_power": power_of,
    "variable_power": power_of, "mul": product_of, "matmul": product_of, "add": difference_of, "sub": difference_of,
    "softmax": softmax_of, "log_softmax": softmax_of, "mean": mean_of, "var": mean_of, "std": mean_of,
    "arcsin": outside("-1", "1", "np.arcsin(np.clip({x}, -1, 1))"),
    "arccos": outside("-1", "1", "np.arccos(np.clip({x}, -1, 1)); for angles np.arctan2 is exact everywhere"),
    "arctanh": outside("-1", "1", "keep {x} inside, or np.arctanh(np.clip({x}, -limit, limit)) with a limit below 1"),
    "arccosh": outside("1", "infinity", "np.arccosh(np.maximum({x}, 1))"),
    "log1p": outside("-1", "infinity", "keep {x} above -1"),
    "logit": outside("0", "1", "keep the logits themselves instead of taking them back from probabilities"),
}  # fmt: skip
