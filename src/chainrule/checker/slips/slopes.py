"""Slips at functions entry by entry: the wrong derivative of a function, of a product or of a quotient.

One idea: each is another slope in the place of the right one, so it is data: a mistake, a sentence, and a function of
the output, the inputs and the right slope. M1, M2, M9, M11, M12, M13, M14, M15 and M22 of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ...derivation.symbols import ACTIVATIONS
from ...ir.coercion import as_node
from ...ir.library import Array, reference
from ...ir.node import Node, concrete
from ...ir.op import Elementwise, Linear
from ...ir.recording import open_recording
from .scene import Run, Scene
from .slip import Change, Slip
from .wording import Words, bare, number_of

Slope = Callable[..., Array]  # of (y, inputs, slope)
_SAID_BY_THE_OUTPUT = frozenset({"sigmoid", "tanh", "sqrt"})
_OWN_DERIVATIVE = frozenset({"exp", "mul", "add", "sub", "neg", "mark", "cast", "positive"})


def slope_slips(scene: Scene) -> Iterator[Slip]:
    """Every slip of a slope on the way back."""
    above: dict[Node, list[tuple[Node, int]]] = {}
    for node, slot, source in scene.edges:
        above.setdefault(source, []).append((node, slot))
    for node, slot, _ in scene.edges:
        for mistake, message, other, weight in _slopes(node, slot, scene.words):
            yield Slip(mistake, message, scene, (Change(node, slot, partial(_scaled, node, slot, other)),), weight)
        if node.op.name == "mul" or is_function(node):
            slope = scene.words.slope(node) if is_function(node) else scene.words.of(node.inputs[1 - slot])
            message = f"{slope} was added where it must multiply"
            yield Slip("M15", message, scene, (Change(node, slot, partial(_added, node, slot)),), 0.3)
            before = _scaling_above(node, above)
            if before is not None:
                effect = partial(_added_to_the_one_above, node, slot, *before)
                yield Slip("M15", message, scene, (Change(node, slot, effect),), 0.3)


def _scaling_above(node: Node, above: dict[Node, list[tuple[Node, int]]]) -> tuple[Node, int] | None:
    """The next step that scales the gradient, past those that copy it, where there is only one way up."""
    while len(above.get(node, ())) == 1:
        node, slot = above[node][0]
        if not (node.op.name == "add" or (node.op.name == "sub" and slot == 0)):
            return node, slot
    return None


Entry = tuple[str, str, Slope, float]


def _scaled(node: Node, slot: int, other: Slope, run: Run, gradient: Array) -> Array:
    """The gradient times the slope that somebody wrote."""
    inputs = [run.values[each] for each in node.inputs]
    y = run.values[node]
    derivative = node.op.derivative
    right = derivative.partials[slot](y, *inputs, **node.settings) if isinstance(derivative, Elementwise) else None
    return gradient * other(y, inputs, right)


def _slopes(node: Node, slot: int, words: Words) -> Iterator[Entry]:
    if node.op.name == "where":
        yield from _masked(node, slot, words)
    if not isinstance(node.op.derivative, Elementwise):
        return
    match node.op.name, len(node.inputs):
        case "mul", _:
            yield from _of_products(node, slot, words)
        case "div", _:
            yield from _of_quotients(node, slot, words)
        case (("add" | "sub" | "neg"), _):
            yield from _of_sums(node, slot, words)
        case (("maximum" | "minimum"), _):
            yield from _masked(node, slot, words)
        case _, 1:
            yield from _of_functions(node, words)


# Functions of one argument -------------------------------------------------------------------------------------------
def _of_functions(node: Node, words: Words) -> Iterator[Entry]:
    name = node.op.name
    if name in ("mark", "cast", "positive"):
        return
    function, slope, x = words.of_formula(node), words.slope(node), words.of(node.inputs[0])
    if name not in _OWN_DERIVATIVE:
        yield "M1", f"{function} was written where {slope} belongs", _its_value, 1.0
    label = "M2" if name in ACTIVATIONS or name.startswith("generic") else "M22"
    yield label, f"{slope} is missing", _no_slope, 1.0
    yield "M13", f"{slope} stands twice", _twice, 0.5
    if name in ("relu", "abs", "sign"):
        yield "M22", f"{slope} is 1 on the wrong side", _other_side, 0.5
        return
    if name in ACTIVATIONS or name.startswith("generic"):
        yield "M9", f"{slope} was taken at {words.of(node)}, not at {x}", partial(_at_output, node), 0.7
    if name in _SAID_BY_THE_OUTPUT:
        yield "M9", f"{x} stands in {slope} where {words.of(node)} belongs", partial(_with_input, node), 1.0
    yield "M14", f"the sign of {slope} is wrong", _turned, 0.5
    for said, other in _HALF_REMEMBERED.get(name, ()):
        yield "M22", f"{slope} is not {words.math(said.format(words.raw(node), words.raw(node.inputs[0])))}", other, 0.8
    if name in ("square", "fixed_power"):
        yield from _of_powers(node, words)


def _its_value(y: Array, inputs: list[Array], slope: Array) -> Array:
    return y


def _no_slope(y: Array, inputs: list[Array], slope: Array) -> Array:
    return 1.0


def _twice(y: Array, inputs: list[Array], slope: Array) -> Array:
    return slope * slope


def _turned(y: Array, inputs: list[Array], slope: Array) -> Array:
    return -slope


def _other_side(y: Array, inputs: list[Array], slope: Array) -> Array:
    return 1.0 * (inputs[0] < 0)


def _at_output(node: Node, y: Array, inputs: list[Array], slope: Array) -> Array:
    again = node.op.kernel(reference(), y, **node.settings)
    return _partial(node, again, y)


def _with_input(node: Node, y: Array, inputs: list[Array], slope: Array) -> Array:
    return _partial(node, inputs[0], inputs[0])


def _partial(node: Node, y: Array, x: Array) -> Array:
    """The rule as it is said: on nodes. On arrays it may take another form where that one has no digits left."""
    derivative = node.op.derivative
    assert isinstance(derivative, Elementwise)
    with open_recording():
        slope = derivative.partials[0](as_node(y), as_node(x), **node.settings)
    return concrete(slope) if type(slope) is Node else slope


# What people half remember: y is {0}, x is {1}.
def _one_less_y(y: Array, inputs: list[Array], slope: Array) -> Array:
    return 1 - y


def _one_less_y_squared(y: Array, inputs: list[Array], slope: Array) -> Array:
    return 1 - y * y


def _square_of_one_less_y(y: Array, inputs: list[Array], slope: Array) -> Array:
    return (1 - y) ** 2


def _one_and_y_squared(y: Array, inputs: list[Array], slope: Array) -> Array:
    return 1 + y * y


def _logistic(y: Array, inputs: list[Array], slope: Array) -> Array:
    return y * (1 - y)


def _logistic_with_plus(y: Array, inputs: list[Array], slope: Array) -> Array:
    return y * (1 + y)


def _logistic_with_a_square(y: Array, inputs: list[Array], slope: Array) -> Array:
    return y * y * (1 - y)


def _argument(y: Array, inputs: list[Array], slope: Array) -> Array:
    return inputs[0]


def _one_over_argument(y: Array, inputs: list[Array], slope: Array) -> Array:
    return 1 / inputs[0]


def _one_over_square(y: Array, inputs: list[Array], slope: Array) -> Array:
    return 1 / inputs[0] ** 2


def _one_over_y(y: Array, inputs: list[Array], slope: Array) -> Array:
    return 1 / y


def _half_y(y: Array, inputs: list[Array], slope: Array) -> Array:
    return y / 2


def _power_rule_on_exp(y: Array, inputs: list[Array], slope: Array) -> Array:
    return inputs[0] * y * reference().exp(-1.0)


def _argument_times_y(y: Array, inputs: list[Array], slope: Array) -> Array:
    return inputs[0] * y


_HALF_REMEMBERED: dict[str, tuple[tuple[str, Slope], ...]] = {
    "tanh": (("1 - {0}", _one_less_y), ("{0} (1 - {0})", _logistic), ("(1 - {0})^2", _square_of_one_less_y),
             ("1 + {0}^2", _one_and_y_squared)),
    "sigmoid": (("1 - {0}", _one_less_y), ("1 - {0}^2", _one_less_y_squared), ("{0} (1 + {0})", _logistic_with_plus),
                ("{0}^2 (1 - {0})", _logistic_with_a_square)),
    "log": (("{1}", _argument), ("1 / {1}^2", _one_over_square)),
    "log2": (("1 / {1}", _one_over_argument),),
    "log10": (("1 / {1}", _one_over_argument),),
    "sqrt": (("1 / {0}", _one_over_y), ("{0} / 2", _half_y), ("1 / {1}", _one_over_argument)),
    "exp": (("{1} e^({1} - 1)", _power_rule_on_exp), ("{1} {0}", _argument_times_y)),
    "arctan": (("1 / {1}^2", _one_over_square),),
}  # fmt: skip


# Powers --------------------------------------------------------------------------------------------------------------
def _of_powers(node: Node, words: Words) -> Iterator[Entry]:
    exponent = float(node.settings.get("exponent", 2))
    said, x = words.math(f"{exponent:g}"), words.of(node.inputs[0])
    yield "M12", f"the factor {said} of the power is missing", partial(_power, 1.0, exponent - 1), 1.0
    yield "M22", f"the exponent {said} was not lowered by 1", partial(_power, exponent, exponent), 1.0
    yield "M22", f"the exponent {said} was not lowered by 1, and it does not stand as a factor", partial(
        _power, 1.0, exponent), 0.3  # fmt: skip
    yield "M12", f"the factor {x} is missing", partial(_power, exponent, 0.0), 0.3
    if exponent not in (1.0, 2.0):
        yield "M22", f"the exponent {said} was raised by 1, not lowered", partial(_power, exponent, exponent + 1), 0.8
        yield "M22", f"the exponent {said} was lowered by 2", partial(_power, exponent, exponent - 2), 0.5
        yield "M22", f"the factor is the old exponent {said}, not the new one", partial(
            _power, exponent - 1, exponent - 1), 0.7  # fmt: skip


def _power(factor: float, exponent: float, y: Array, inputs: list[Array], slope: Array) -> Array:
    return factor * inputs[0] ** exponent


# Products and quotients ----------------------------------------------------------------------------------------------
def _of_products(node: Node, slot: int, words: Words) -> Iterator[Entry]:
    other, own = node.inputs[1 - slot], node.inputs[slot]
    factor = words.of(other)
    yield "M12", f"the factor {factor} is missing", _no_slope, 1.0
    yield "M13", f"the factor {factor} stands twice", _twice, 0.5
    if number_of(other) is not None:
        yield "M15", f"divided by {factor} where it must multiply", partial(_quotient, 1 - slot), 0.4
        return
    whole = words.of_formula(node)
    yield "M11", f"the factor {words.of(own)} was kept: in {whole} it is what is differentiated", _its_value, 1.0
    yield "M15", f"{whole} was differentiated as if it were a sum", _no_slope, 0.5
    yield "M8", f"{words.of(own)} was written where {factor} belongs", partial(_input, slot), 0.7
    yield "M15", f"divided by {factor} where it must multiply", partial(_quotient, 1 - slot), 0.4


def _input(slot: int, y: Array, inputs: list[Array], slope: Array) -> Array:
    return inputs[slot]


def _quotient(slot: int, y: Array, inputs: list[Array], slope: Array) -> Array:
    return 1 / inputs[slot]


def _of_quotients(node: Node, slot: int, words: Words) -> Iterator[Entry]:
    above, below = (words.of(each) for each in node.inputs)
    whole = words.of_formula(node)
    if slot == 0:
        yield "M12", f"the division by {below} is missing", _no_slope, 1.0
        yield "M13", f"divided by {below} twice", _twice, 0.7
        yield "M15", f"multiplied by {below} where it must divide", partial(_input, 1), 0.5
        if number_of(node.inputs[1]) is None:
            yield "M11", f"the factor {above} was kept: in {whole} it is what is differentiated", _its_value, 1.0
        return
    yield "M14", f"the minus sign of the derivative of {whole} is missing", _turned, 1.0
    yield "M22", f"the denominator {below} of the derivative of {whole} is not squared", _minus_above, 1.0
    yield "M12", f"the numerator {above} is missing in the derivative of {whole}", partial(_inverse_square, -1.0), 1.0
    inverse = words.math(f"1 / {words.raw(node.inputs[1])}")
    yield "M22", f"the derivative of {whole} by {below} is not {inverse}", partial(_quotient, 1), 0.5
    yield "M22", f"the denominator {below} was treated as a factor", partial(_input, 0), 0.5
    yield "M22", f"the derivative of {whole} has the third power of {below}", _third_power, 0.2


def _minus_above(y: Array, inputs: list[Array], slope: Array) -> Array:
    return -y  # -a/b, which is what is left of -a/b^2 when the square is forgotten


def _inverse_square(sign: float, y: Array, inputs: list[Array], slope: Array) -> Array:
    return sign / inputs[1] ** 2


def _third_power(y: Array, inputs: list[Array], slope: Array) -> Array:
    return slope / inputs[1]


def _of_sums(node: Node, slot: int, words: Words) -> Iterator[Entry]:
    if node.op.name == "neg":
        yield "M14", f"the minus sign of {words.of_formula(node)} is missing", _one_at_every_entry, 1.0
        return
    if node.op.name == "sub":
        sign = "the minus sign of " if slot else "the sign in "
        done = "missing" if slot else "turned round"
        yield "M14", f"{sign}{words.of_formula(node)} is {done}", _turned_sign(slot), 0.8
    other = node.inputs[1 - slot]
    if number_of(other) != 0:
        weight = 0.3 if number_of(other) is None else 0.1
        yield "M15", f"{words.of_formula(node)} was differentiated as if it were a product", partial(
            _input, 1 - slot), weight  # fmt: skip


def _one_at_every_entry(y: Array, inputs: list[Array], slope: Array) -> Array:
    return 1.0


def _minus_one(y: Array, inputs: list[Array], slope: Array) -> Array:
    return -1.0


def _turned_sign(slot: int) -> Slope:
    return _one_at_every_entry if slot else _minus_one


# Choices -------------------------------------------------------------------------------------------------------------
def _masked(node: Node, slot: int, words: Words) -> Iterator[Entry]:
    whole = words.of_formula(node)
    yield "M2", f"the mask of {whole} is missing: the gradient passes everywhere", _no_slope, 1.0
    yield "M22", f"the mask of {whole} is the wrong way round", partial(_the_other_mask, node, slot), 0.8
    yield "M1", f"{words.of(node)} was written where the mask of {whole} belongs", _its_value, 0.7


def _the_other_mask(node: Node, slot: int, y: Array, inputs: list[Array], slope: Array) -> Array:
    if isinstance(node.op.derivative, Linear):
        condition = inputs[0]
        return 1.0 * condition if slot == 2 else 1.0 - condition
    return 1 - slope


def is_function(node: Node) -> bool:
    """Whether a node is a function of one argument, entry by entry: an activation of what it reads."""
    return isinstance(node.op.derivative, Elementwise) and len(node.inputs) == 1 and node.op.name not in (
        "neg", "mark", "cast", "positive")  # fmt: skip


def preimage(node: Node) -> Node | None:
    """The pre-activation of an activation."""
    return bare(node.inputs[0]) if is_function(node) else None


def _slope(node: Node, slot: int, run: Run) -> Array:
    derivative = node.op.derivative
    assert isinstance(derivative, Elementwise)
    inputs = [run.values[each] for each in node.inputs]
    return derivative.partials[slot](run.values[node], *inputs, **node.settings)


def _added(node: Node, slot: int, run: Run, gradient: Array) -> Array:
    """The gradient plus the slope, where it should be times."""
    return gradient + _slope(node, slot, run)


def _added_to_the_one_above(
    node: Node, slot: int, above: Node, its_slot: int, run: Run, gradient: Array
) -> Array | None:
    """The slope added to that of the step above, where both should multiply: g (s + t) for g s t."""
    if not isinstance(above.op.derivative, Elementwise) or above.shape != node.shape:
        return None
    return run.totals[above] * (_slope(above, its_slot, run) + _slope(node, slot, run))
