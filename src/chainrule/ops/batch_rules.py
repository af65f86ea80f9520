"""Rules on stacks for particular ops: convolutions, losses, diagonals and the arrays of second derivatives.

One idea: as in `batches`, each says what an op is for a stack by ops that are already there. A convolution whose
filters differ between examples is one with a group for every example.
"""

from __future__ import annotations

from typing import Any

from ..ir.library import reference
from ..ir.op import Op
from ..ir.surface import TABLE
from .batches import Flags, moved_front, reshaped, stacks


# Convolutions --------------------------------------------------------------------------------------------------------
def sliding_rule(made: Any, stacked: Flags, size: int, /, x: Any, w: Any, **params: Any) -> Any:
    """For convolution and its transpose: examples join the batch that is there, or the groups if filters differ."""
    if not stacked[1]:
        found = made(reshaped(x, (size * x.shape[1], *x.shape[2:])), w, **params)
        return reshaped(found, (size, x.shape[1], *found.shape[1:]))
    images, filters = stacks(stacked, size, (x, w))
    found = made(images_in_groups(images, params), filters_in_groups(filters, params), **params)
    if has_groups(images, True, params):
        found = reshaped(found, (found.shape[0], size, images.shape[2], *found.shape[2:]))
    return moved_front(found, 1)


def slope_rule(made: Any, stacked: Flags, size: int, /, g: Any, x: Any, **params: Any) -> Any:
    """For what arrives at filters: each example has filters of its own."""
    arriving, images = stacks(stacked, size, (g, x))
    found = made(images_in_groups(arriving, params), images_in_groups(images, params), **params)
    if not has_groups(arriving, True, params):
        return found
    return reshaped(found, (size, arriving.shape[2], *found.shape[1:]))


def has_groups(x: Any, is_stack: bool, params: dict[str, Any]) -> bool:
    """Whether an example has an axis of groups: batch, groups, channels, and one axis for each stride."""
    return bool(x.ndim - is_stack - len(params["strides"]) == 3)


def images_in_groups(x: Any, params: dict[str, Any]) -> Any:
    """(examples, batch, [groups,] ...) as (batch, examples times groups, ...)."""
    turned = TABLE["swapaxes"](x, 0, 1)
    if not has_groups(x, True, params):
        return turned
    return reshaped(turned, (turned.shape[0], turned.shape[1] * turned.shape[2], *turned.shape[3:]))


def filters_in_groups(w: Any, params: dict[str, Any]) -> Any:
    """(examples, [groups,] ...) as (examples times groups, ...)."""
    if w.ndim - 1 - len(params["strides"]) == 2:
        return w
    return reshaped(w, (w.shape[0] * w.shape[1], *w.shape[2:]))


def plane_rule(made: Op, stacked: Flags, size: int, /, x: Any, w: Any, **params: Any) -> Any:
    """For the convolutions of images that formulas speak of: those along any axes."""
    pair = params["padding"]
    general = {
        "strides": params["stride"], "padding": tuple((each, each) for each in pair), "dilation": (1, 1),
    }  # fmt: skip
    name = {"conv2d": "convolution", "conv2d_transpose": "convolution_transpose"}.get(made.name)
    if name is None:
        return slope_rule(TABLE["convolution_filters"], stacked, size, x, w, **general, window=params["size"])
    if name == "convolution_transpose":
        general["size"] = params["size"]
    return sliding_rule(TABLE[name], stacked, size, x, w, **general)


# Losses --------------------------------------------------------------------------------------------------------------
def inner_axes(x: Any) -> tuple[int, ...]:
    """All axes but that of the examples."""
    return tuple(range(1, x.ndim))


def cross_entropy_rule(made: Op, stacked: Flags, size: int, /, probabilities: Any, target: Any) -> Any:
    terms = TABLE["xlogy"](*reversed(stacks(stacked, size, (probabilities, target))))
    return -TABLE["sum"](terms, axis=inner_axes(terms))


def squared_error_rule(made: Op, stacked: Flags, size: int, /, prediction: Any, target: Any) -> Any:
    squares = TABLE["square"](TABLE["subtract"](prediction, target))
    return TABLE["sum"](squares, axis=inner_axes(squares))


# Diagonals -----------------------------------------------------------------------------------------------------------
def diag_matrix_rule(made: Op, stacked: Flags, size: int, /, v: Any) -> Any:
    return TABLE["where"](reference().eye(v.shape[1], dtype=bool), reshaped(v, (*v.shape, 1)), 0)


def diagonal_rule(made: Op, stacked: Flags, size: int, /, x: Any) -> Any:
    places = reference().arange(min(x.shape[1:]))
    return TABLE["getitem"](x, (slice(None), places, places))


def trace_rule(made: Op, stacked: Flags, size: int, /, x: Any) -> Any:
    return TABLE["sum"](diagonal_rule(made, stacked, size, x), axis=1)


def kron_rule(made: Op, stacked: Flags, size: int, /, a: Any, b: Any) -> Any:
    """Each axis of the product is one of a, then one of b; the smaller array has axes of size 1 in front."""
    ndim = max(a.ndim - stacked[0], b.ndim - stacked[1])
    shapes = [
        (1,) * (ndim - (each.ndim - flag)) + each.shape[int(flag) :] for each, flag in zip((a, b), stacked, strict=True)
    ]
    first = tuple(part for axis in shapes[0] for part in (axis, 1))
    second = tuple(part for axis in shapes[1] for part in (1, axis))
    heads = [(size,) if flag else () for flag in stacked]
    product = TABLE["multiply"](reshaped(a, (*heads[0], *first)), reshaped(b, (*heads[1], *second)))
    return reshaped(product, (size, *(x * y for x, y in zip(*shapes, strict=True))))


# Index notation ------------------------------------------------------------------------------------------------------
_LETTERS = "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA"


def unused_letter(labels: str) -> str:
    return next(letter for letter in _LETTERS if letter not in labels)


def delta_rule(made: Op, stacked: Flags, size: int, /, x: Any, *, labels: str, **params: Any) -> Any:
    """For `jl->ijil`: a letter more on both sides."""
    letter, (inner, outer) = unused_letter(labels), labels.split("->")
    if "shape" in params:
        params = {**params, "shape": (size, *params["shape"])}
    return made(x, labels=f"{letter}{inner}->{letter}{outer}", **params)


def spread_sum_rule(
    made: Op, stacked: Flags, size: int, /, *factors: Any, parts: tuple[str, ...], shape: Any, reuse: bool = False
) -> Any:
    """A letter more for the factors that are stacks, and for every part of the whole."""
    letter, flags, wider = unused_letter("".join(parts)), iter(stacked), []
    for each in parts:
        inner, outer = each.split("->")
        terms = ",".join(f"{letter}{term}" if next(flags) else term for term in inner.split(","))
        wider.append(f"{terms}->{letter}{outer}")
    return made(*factors, parts=tuple(wider), shape=(size, *shape))
