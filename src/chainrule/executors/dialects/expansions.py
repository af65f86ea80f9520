"""Ops of chainrule's that are a line of NumPy: a call in, that line out.

One idea: what one expression says needs no definition; the expression is respelled for the dialect afterwards.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from .pieces import arguments, called, fill, literal


def squared_norm(call: ast.Call) -> ast.expr:
    given = arguments(call, "x", "axis", "keepdims")
    x = fill("SLOT0 ** 2", given.pop("x"))
    return called("np.sum", x, **given)


def norm(call: ast.Call) -> ast.expr:
    return fill("np.sqrt(SLOT0)", squared_norm(call))


def squared_error(call: ast.Call) -> ast.expr:
    return fill("np.sum((SLOT0 - SLOT1) ** 2)", *call.args)


def cross_entropy(call: ast.Call) -> ast.expr:
    probabilities, target = call.args
    return fill("-np.sum(_xlogy(SLOT0, SLOT1))", target, probabilities)


def weighted_gram(call: ast.Call) -> ast.expr:
    """Written twice only where it is a name: anything else would be computed twice."""
    data = call.args[0]
    return fill(
        "(SLOT0.T * SLOT1) @ SLOT0" if isinstance(data, ast.Name) else "_weighted_gram(SLOT0, SLOT1)", *call.args
    )


def layer_norm(call: ast.Call) -> ast.expr:
    return _normalised(call, -1)


def batch_norm(call: ast.Call) -> ast.expr:
    return _normalised(call, 0)


def _normalised(call: ast.Call, usual: int) -> ast.expr:
    given = {"axis": literal(usual)} | arguments(call, "x", "axis", "epsilon")
    return called("_normalised", given["x"], axis=given["axis"], epsilon=given["epsilon"])


def softplus(call: ast.Call) -> ast.expr:
    return fill("np.logaddexp(SLOT0, 0.0)", *call.args)


def log_sigmoid(call: ast.Call) -> ast.expr:
    return fill("-np.logaddexp(-SLOT0, 0.0)", *call.args)


def logcosh(call: ast.Call) -> ast.expr:
    return fill("np.logaddexp(SLOT0, -SLOT0) - 0.6931471805599453", *call.args)


def stop_gradient(call: ast.Call) -> ast.expr:
    return call.args[0]


def scatter(call: ast.Call) -> ast.expr:
    """The key written as Python writes it between square brackets."""
    given = arguments(call, "g")
    return called("_place", given["g"], key_code(given["key"], call.args[1:]), given["shape"])


def key_code(key: ast.expr, arrays: list[ast.expr]) -> ast.expr:
    """A key as a tuple of slices, places and arrays."""
    assert isinstance(key, ast.Tuple)
    remaining = iter(arrays)
    parts: list[ast.expr] = []
    for part in key.elts:
        assert isinstance(part, ast.Tuple)
        match part.elts:
            case [ast.Constant(value="at"), place]:
                parts.append(place)
            case [ast.Constant(value="slice"), *ends]:
                parts.append(ast.Call(ast.Name("slice"), ends, []))
            case [ast.Constant(value="new")]:
                parts.append(ast.Constant(None))
            case [ast.Constant(value="rest")]:
                parts.append(ast.Constant(...))
            case _:
                parts.append(next(remaining))
    return ast.Tuple(parts)


def gather_delta(call: ast.Call) -> ast.expr:
    given = arguments(call, "whole", "labels")
    inner, _, outer = _labels(given["labels"]).partition("->")
    return called("np.einsum", literal(f"{outer}->{inner}"), given["whole"])


def spread_delta(call: ast.Call) -> ast.expr:
    """`jl->ijil` is the block beside an identity matrix for each axis that is tied to another, and ones for each axis
    along which the block is repeated."""
    given = arguments(call, "block", "labels", "shape")
    return spread_code(_labels(given["labels"]), [given["block"]], _sizes(given["shape"]))


def spread_sum(call: ast.Call) -> ast.expr:
    """The sum of its parts, each factors beside identity matrices."""
    given = {each.arg: each.value for each in call.keywords}
    parts, total, start = given["parts"], None, 0
    assert isinstance(parts, ast.Tuple)
    for part in map(_labels, parts.elts):
        count = part.count(",") + 1
        written = spread_code(part, call.args[start : start + count], _sizes(given["shape"]))
        total = written if total is None else fill("SLOT0 + SLOT1", total, written)
        start += count
    assert total is not None
    return total


def spread_code(labels: str, factors: Sequence[ast.expr], sizes: Sequence[ast.expr]) -> ast.expr:
    """One part `,j,l->ijil`: the single numbers in front, and what has axes beside identity matrices and ones."""
    inner, _, outer = labels.partition("->")
    terms = [(term, factor) for term, factor in zip(inner.split(","), factors, strict=True) if term]
    numbers = [factor for term, factor in zip(inner.split(","), factors, strict=True) if not term]
    names = [term for term, _ in terms]
    arrays = [factor for _, factor in terms]
    whole: ast.expr
    if [*names, outer] == [outer[:1], 2 * outer[:1]]:
        whole = called("np.diag", *arrays)
    elif names == list(outer) and len(outer) == 2:
        whole = called("np.outer", *arrays)
    else:
        ties, more, result = tied_axes("".join(names), outer, sizes)
        whole = einsum_code([*names, *ties], [*arrays, *more], result) if names or ties else literal(1.0)
    for number in reversed(numbers):
        if ast.unparse(number) != "1.0":
            whole = number if ast.unparse(whole) == "1.0" else fill("SLOT0 * SLOT1", number, whole)
    return whole


def _sizes(shape: ast.expr) -> Sequence[ast.expr]:
    assert isinstance(shape, ast.Tuple)
    return shape.elts


def tied_axes(inner: str, outer: str, sizes: Sequence[ast.expr]) -> tuple[list[str], list[ast.expr], str]:
    """The identities and the ones that a spread block is multiplied by, their labels, and a label for each axis."""
    free = iter(letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in outer)
    terms: list[str] = []
    factors: list[ast.expr] = []
    result = ""
    for place, (letter, size) in enumerate(zip(outer, sizes, strict=True)):
        tied = next(free) if letter in outer[:place] else letter
        result += tied
        if tied != letter:
            terms.append(letter + tied)
            factors.append(called("np.eye", size))
        elif letter not in inner and outer.count(letter) == 1:
            terms.append(letter)
            factors.append(called("np.ones", ast.Tuple([size])))
    return terms, factors, result


def einsum_code(terms: Sequence[str], factors: Sequence[ast.expr], result: str) -> ast.expr:
    """A sum of products; one factor with its axes in order is itself."""
    if [*terms] == [result]:
        return factors[0]
    return called("np.einsum", literal(f"{','.join(terms)}->{result}"), *factors)


def _labels(written: ast.expr) -> str:
    assert isinstance(written, ast.Constant)
    return str(written.value)


_FUNCTIONS = (
    squared_norm, norm, squared_error, cross_entropy, weighted_gram, layer_norm, batch_norm, softplus, log_sigmoid,
    logcosh,     stop_gradient, scatter, gather_delta, spread_delta, spread_sum,
)  # fmt: skip
EXPANSIONS: Mapping[str, Callable[[ast.Call], ast.expr]] = {each.__name__: each for each in _FUNCTIONS}
