"""PyTorch's spelling: a call of NumPy's as syntax in, the call of torch's that computes the same out.

One idea: torch differs from NumPy in three ways, and each is one family of rules: it says dim for axis, most of its
functions take no plain numbers, and a new tensor takes its dtype and its device from another tensor.
"""

from __future__ import annotations

import ast
from functools import partial
from typing import Any

from .pieces import arguments, called, fill, is_true, literal, parsed, path_of
from .respell import Dialect, Rule, Writer
from .torch_tensors import arange, array, asarray, eye, filled, is_number, number, tensor, tri


def on_tensors(writer: Writer, call: ast.Call, *, path: str) -> ast.expr:
    """A function that takes tensors alone."""
    return called(path, *(tensor(writer, each) for each in call.args))


def helper_on_tensors(writer: Writer, call: ast.Call, *, name: str) -> ast.expr:
    return ast.Call(writer.helper(name), [tensor(writer, each) for each in call.args], call.keywords)


def extreme(writer: Writer, call: ast.Call, *, path: str, bound: str) -> ast.expr:
    """maximum and minimum; with a plain number it is a clamp."""
    first, second = call.args
    if is_number(writer, first):
        first, second = second, first
    if is_number(writer, second) and not is_number(writer, first):
        return called("torch.clamp", first, **{bound: second})
    return called(path, tensor(writer, first), tensor(writer, second))


def where(writer: Writer, call: ast.Call) -> ast.expr:
    condition, chosen, other = call.args
    if is_number(writer, chosen) and is_number(writer, other):
        chosen = tensor(writer, chosen)  # two plain numbers would make the usual dtype of torch
    return called("torch.where", condition, chosen, other)


# axis is dim ----------------------------------------------------------------------------------------------------------
def along(writer: Writer, call: ast.Call, *, path: str, names: tuple[str, ...] = ("x", "axis", "keepdims")) -> ast.expr:
    """A function along some axes."""
    given = arguments(call, *names)
    keep = given.pop("keepdims", None)
    dim = _without_none(given.pop("axis", None))
    if dim is None and is_true(keep):
        dim = literal(None)
    first = given.pop(names[0])
    return called(path, first, dim=dim, keepdim=keep if is_true(keep) else None, **given)


def _without_none(axis: ast.expr | None) -> ast.expr | None:
    return None if isinstance(axis, ast.Constant) and axis.value is None else axis


def extreme_along(writer: Writer, call: ast.Call, *, path: str) -> ast.expr:
    """amax and amin take no None for all axes."""
    made = along(writer, call, path=path)
    assert isinstance(made, ast.Call)
    for keyword in made.keywords:
        if isinstance(keyword.value, ast.Constant) and keyword.value.value is None:
            keyword.value = ast.Tuple([])
    return made


def prod(writer: Writer, call: ast.Call) -> ast.expr:
    """torch.prod takes one axis, or all without keeping them."""
    given = arguments(call, "x", "axis", "keepdims")
    axis = _without_none(given.get("axis"))
    simple = not is_true(given.get("keepdims")) if axis is None else not isinstance(axis, ast.Tuple)
    if simple:
        return along(writer, call, path="torch.prod")
    made = along(writer, call, path="_prod")
    assert isinstance(made, ast.Call)
    made.func = writer.helper("_prod")
    return made


def moments(writer: Writer, call: ast.Call, *, path: str) -> ast.expr:
    """var and std: torch takes 1 from the count unless told otherwise."""
    made = along(writer, call, path=path)
    assert isinstance(made, ast.Call)
    given = [each for each in made.keywords if each.arg != "ddof"]
    ddof = [each.value for each in made.keywords if each.arg == "ddof"]
    return ast.Call(made.func, made.args, [*given, ast.keyword("correction", ddof[0] if ddof else literal(0))])


def logsumexp(writer: Writer, call: ast.Call) -> ast.expr:
    """torch.logsumexp wants its axes named."""
    given = arguments(call, "x", "axis", "keepdims")
    if _without_none(given.get("axis")) is not None:
        return along(writer, call, path="torch.logsumexp")
    every = fill("tuple(range(SLOT0.ndim))", given["x"])
    return called("torch.logsumexp", given["x"], dim=every, keepdim=given.get("keepdims"))


def last_axis(writer: Writer, call: ast.Call, *, path: str) -> ast.expr:
    """softmax and log_softmax: along the last axis unless told otherwise."""
    given = {"axis": literal(-1)} | arguments(call, "x", "axis")
    return called(path, given["x"], dim=given["axis"])


def joined(writer: Writer, call: ast.Call, *, path: str) -> ast.expr:
    """concatenate and stack."""
    given = arguments(call, "arrays", "axis")
    arrays = given["arrays"]
    if isinstance(arrays, ast.List):
        arrays = ast.List([tensor(writer, each) for each in arrays.elts])
    return called(path, arrays, dim=given.get("axis"))


# Shapes ---------------------------------------------------------------------------------------------------------------
def broadcast_to(writer: Writer, call: ast.Call) -> ast.expr:
    array, shape = call.args
    return called("torch.broadcast_to", tensor(writer, array), shape)


def transpose(writer: Writer, call: ast.Call) -> ast.expr:
    if len(call.args) == 1:
        return fill("SLOT0.permute(*reversed(range(SLOT0.ndim)))", call.args[0])
    return called("torch.permute", *call.args)


def flip(writer: Writer, call: ast.Call) -> ast.expr:
    axes = call.args[1]
    return called("torch.flip", call.args[0], axes if isinstance(axes, (ast.Tuple, ast.Name)) else ast.Tuple([axes]))


def pad(writer: Writer, call: ast.Call) -> ast.expr:
    """torch takes the widths from the last axis to the first."""
    given = arguments(call, "x", "widths")
    widths = given["widths"]
    assert isinstance(widths, ast.Tuple)
    flat = [end for pair in reversed(widths.elts) if isinstance(pair, ast.Tuple) for end in pair.elts]
    return called("torch.nn.functional.pad", given["x"], ast.Tuple(flat), value=given.get("constant_values"))


def subscript(writer: Writer, node: ast.Subscript) -> ast.expr:
    """x[()] is x, and a slice that runs backwards, which torch has not, is one of a flipped tensor."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if not parts:
        return node.value
    backwards = [place for place, part in enumerate(parts) if isinstance(part, ast.Slice) and _step(part) < 0]
    if not backwards:
        return node
    found: ast.expr = ast.Subscript(node.value, ast.Tuple([_forwards(part) for part in parts]))
    axes = [_axis_after(parts, place) for place in backwards]
    found = called("torch.flip", found, ast.Tuple([literal(axis) for axis in axes]))
    steps = {axis: _step(parts[place]) for axis, place in zip(axes, backwards, strict=True)}
    for axis, step in steps.items():
        if step != -1:
            around = ":, " * axis if axis >= 0 else "..., "
            behind = "" if axis >= 0 else ", :" * (-axis - 1)
            found = fill(f"SLOT0[{around}::{-step}{behind}]", found)
    return found


def _step(part: ast.expr) -> int:
    step = part.step if isinstance(part, ast.Slice) else None
    return 1 if step is None else int(ast.literal_eval(step))


def _forwards(part: ast.expr) -> ast.expr:
    """The same entries as a slice that runs backwards, in their own order."""
    if not isinstance(part, ast.Slice) or _step(part) > 0:
        return part
    return ast.Slice(_next_place(part.upper), _next_place(part.lower), None)


def _next_place(end: ast.expr | None) -> ast.expr | None:
    if end is None:
        return None
    match end:
        case ast.Constant(value=int(place)):
            return literal(place + 1)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(place))):
            return None if place == 1 else literal(1 - place)
    return fill("SLOT0 + 1", end)


def _axis_after(parts: list[ast.expr], place: int) -> int:
    """Which axis of the result a slice makes: a place takes one away, None adds one, and ... stands for the rest."""
    makes = [isinstance(part, ast.Slice) or (isinstance(part, ast.Constant) and part.value is None) for part in parts]
    rest = [isinstance(part, ast.Constant) and part.value is ... for part in parts[:place]]
    return -sum(makes[place:]) if any(rest) else sum(makes[:place])


# The rest -------------------------------------------------------------------------------------------------------------
def einsum(writer: Writer, call: ast.Call) -> ast.expr:
    """torch chooses the order of the factors by itself."""
    return called("torch.einsum", call.args[0], *(tensor(writer, each) for each in call.args[1:]))


def rounded(writer: Writer, call: ast.Call) -> ast.expr:
    return called("torch.round", call.args[0], decimals=call.args[1])


def solve(writer: Writer, call: ast.Call) -> ast.expr:
    """torch reads a matrix beside a stack of matrices as a stack of vectors: there it needs a word of its own."""
    return ast.Call(writer.helper("_solve") if writer.stacks else parsed("torch.linalg.solve"), call.args, [])


def place(writer: Writer, call: ast.Call) -> ast.expr:
    """The places are the key applied to an array that counts the entries."""
    g, key, shape = call.args
    assert isinstance(key, ast.Tuple)
    assert isinstance(shape, ast.Tuple)
    size: ast.expr = literal(1)
    for count, each in enumerate(shape.elts):
        size = fill("SLOT0 * SLOT1", size, each) if count else each
    counted = called("torch.reshape", arange(writer, called("np.arange", size)), shape)
    places = subscript(writer, ast.Subscript(counted, ast.Tuple([_key_part(part) for part in key.elts])))
    return ast.Call(writer.helper("_place"), [g, places, shape], [])


def _key_part(part: ast.expr) -> ast.expr:
    if isinstance(part, ast.Call) and path_of(part.func) == "slice":
        return ast.Slice(*(_without_none(each) for each in part.args))
    return part


def detach(writer: Writer, call: ast.Call) -> ast.expr:
    return fill("SLOT0.detach()", *call.args)


def conv2d(writer: Writer, call: ast.Call) -> ast.expr:
    return called("torch.nn.functional.conv2d", *call.args, **arguments(ast.Call(call.func, [], call.keywords)))


def conv2d_transpose(writer: Writer, call: ast.Call) -> ast.expr:
    given = arguments(call, "g", "w")
    size = given["size"]
    assert isinstance(size, ast.Tuple)
    shape = fill("(SLOT0.shape[0], SLOT1.shape[1], SLOT2, SLOT3)", given["g"], given["w"], *size.elts)
    return called("torch.nn.grad.conv2d_input", shape, given["w"], given["g"],
                  stride=given["stride"], padding=given["padding"])  # fmt: skip


def conv2d_filters(writer: Writer, call: ast.Call) -> ast.expr:
    given = arguments(call, "g", "x")
    size = given["size"]
    assert isinstance(size, ast.Tuple)
    shape = fill("(SLOT0.shape[1], SLOT1.shape[1], SLOT2, SLOT3)", given["g"], given["x"], *size.elts)
    return called("torch.nn.grad.conv2d_weight", given["x"], shape, given["g"],
                  stride=given["stride"], padding=given["padding"])  # fmt: skip


def cast_method(writer: Writer, call: ast.Call) -> ast.expr:
    """x.astype(...) is x.to(...)."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "astype":
        call.func.attr = "to"
    return call


_SAME = (
    "abs arccos arccosh arcsin arcsinh arctan arctanh ceil cos cosh exp exp2 expm1 floor isfinite isinf isnan log "
    "log10 log1p log2 logical_not sign sin sinh sqrt square tan tanh trunc ones_like reshape trace diag "
    "swapaxes roll squeeze linalg.cholesky linalg.det linalg.inv linalg.slogdet"
)
_PAIRS = "outer kron arctan2 copysign heaviside hypot logaddexp logical_and logical_or"
_DTYPES = "float16 float32 float64 int8 int16 int32 int64 uint8"


def _rules() -> dict[str, str | Rule]:
    found: dict[str, Any] = {f"np.{name}": partial(on_tensors, path=f"torch.{name}") for name in _PAIRS.split()}
    found |= {f"np.{name}": partial(number, name=name) for name in _DTYPES.split()}
    found |= {f"np.{name}": partial(along, path=f"torch.{name}") for name in ("sum", "mean", "any", "all")}
    found |= {f"np.{name}": partial(along, path=f"torch.{name}") for name in ("argmax", "argmin", "cumsum", "cumprod")}
    found |= {f"np.{name}": partial(filled, name=name) for name in ("zeros", "ones", "full")}
    found |= {name: partial(helper_on_tensors, name=f"_{name}") for name in ("ratio", "step")}
    return found


TORCH = Dialect(
    "torch", "torch", frozenset(_SAME.split()),
    {
        **_rules(),
        "np.maximum": partial(extreme, path="torch.maximum", bound="min"),
        "np.minimum": partial(extreme, path="torch.minimum", bound="max"),
        "np.where": where, "np.prod": prod, "np.rint": "torch.round", "np.round": rounded,
        "np.max": partial(extreme_along, path="torch.amax"), "np.min": partial(extreme_along, path="torch.amin"),
        "np.var": partial(moments, path="torch.var"), "np.std": partial(moments, path="torch.std"),
        "np.argsort": partial(along, path="torch.argsort"), "np.moveaxis": "torch.movedim", "np.transpose": transpose,
        "np.flip": flip, "np.broadcast_to": broadcast_to, "np.pad": pad, "np.einsum": einsum,
        "np.linalg.solve": solve,
        "np.concatenate": partial(joined, path="torch.cat"), "np.stack": partial(joined, path="torch.stack"),
        "np.array": array, "np.eye": eye, "np.arange": arange, "np.tri": tri, "np.asarray": asarray,
        "np.cbrt": "_cbrt", "np.correlate": "_correlate", "np.convolve": "_convolve",
        "sigmoid": "torch.sigmoid", "logit": "torch.logit", "relu": "torch.relu", "erf": "torch.erf",
        "erfc": "torch.erfc", "leaky_relu": "torch.nn.functional.leaky_relu", "elu": "torch.nn.functional.elu",
        "gelu": "torch.nn.functional.gelu", "silu": "torch.nn.functional.silu",
        "xlogy": partial(on_tensors, path="torch.xlogy"),
        "softmax": partial(last_axis, path="torch.softmax"),
        "log_softmax": partial(last_axis, path="torch.log_softmax"), "logsumexp": logsumexp, "stop_gradient": detach,
        "conv2d": conv2d, "conv2d_transpose": conv2d_transpose, "conv2d_filters": conv2d_filters, "place": place,
    },
    {"torch": "import torch", "math": "import math"}, casts=True, subscript=subscript, method=cast_method,
    result=tensor,
)  # fmt: skip
