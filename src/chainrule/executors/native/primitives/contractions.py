"""Sums over products in Einstein's notation: subscripts and arrays in, products of matrices or sums in a loop out.

One idea: of two factors every letter is of one of four kinds. Those that both have and the result has too are a stack;
those that are summed over, and those that one factor alone has, make a product of matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .arrays import Array
from .values import UnsupportedError, Value, count, turning, unit


def diagonal(xp: Any, term: str, factor: Array) -> tuple[str, Array]:
    """A factor without letters that stand twice: read along the diagonal."""
    letters = "".join(dict.fromkeys(term))
    if letters == term:
        return term, factor
    shape = tuple(factor.shape[term.index(letter)] for letter in letters)
    access = tuple((0, unit(len(letters), letters.index(letter))) for letter in term)
    return letters, xp.wrap(xp.builder.view(factor.value, shape, access))


def contracted(xp: Any, subscripts: str, factors: Sequence[Array]) -> Array:
    """np.einsum with the result spelled out."""
    left, _, result = subscripts.partition("->")
    terms = left.split(",")
    if "." in subscripts or (len(terms) == 1 and len(set(left)) == len(result) < len(left)):
        raise UnsupportedError("einsum with dots, or as a diagonal that a kernel may write through")
    parts = [diagonal(xp, term, factor) for term, factor in zip(terms, factors, strict=True)]
    subscripts = f"{','.join(term for term, _ in parts)}->{result}"
    factors = [factor for _, factor in parts]
    for pair in path(subscripts, factors):
        chosen = [parts.pop(place) for place in sorted(pair, reverse=True)][::-1]
        wanted = result if not parts else kept([term for term, _ in chosen], [*(term for term, _ in parts), result])
        parts.append((wanted, pairwise(xp, chosen, wanted)))
    return parts[0][1]


def path(subscripts: str, factors: Sequence[Array]) -> list[tuple[int, ...]]:
    """Which factors to take together, in order."""
    if len(factors) < 3:
        return [tuple(range(len(factors)))]
    shapes = [np.broadcast_to(np.float32(0), factor.shape) for factor in factors]
    found = np.einsum_path(subscripts, *shapes, optimize="greedy")[0][1:]
    return [tuple(each) for each in found]


def kept(terms: Sequence[str], others: Sequence[str]) -> str:
    """The letters of these terms that are still asked for."""
    return "".join(dict.fromkeys(letter for term in terms for letter in term if any(letter in each for each in others)))


def pairwise(xp: Any, parts: Sequence[tuple[str, Array]], result: str) -> Any:
    """One contraction: of two factors by a product of matrices where that is worth it, of any by a sum in a loop."""
    parts = [alone(xp, place, parts, result) for place in range(len(parts))]
    if len(parts) == 2 and parts[0][1].dtype.kind == "f" and parts[0][1].dtype == parts[1][1].dtype:
        found = as_product(xp, parts, result)
        if found is not None:
            return found
    letters = result + "".join(dict.fromkeys(each for term, _ in parts for each in term if each not in result))
    total: Any = None
    for term, factor in parts:
        spread = spread_over(xp, term, factor, letters)
        total = spread if total is None else total * spread
    summed = tuple(range(len(result), len(letters)))
    total = xp.broadcast_to(total, np.broadcast_shapes(total.shape, shape_of(letters, parts)))
    return xp.sum(total, axis=summed) if summed else total


def alone(xp: Any, place: int, parts: Sequence[tuple[str, Array]], result: str) -> tuple[str, Array]:
    """A factor, summed over the letters that nobody else has."""
    term, factor = parts[place]
    others = result + "".join(each for other, (each, _) in enumerate(parts) if other != place)
    if len(parts) == 1 or all(letter in others for letter in term):
        return term, factor
    if (order := turned_axes(factor.value)) is not None:  # in the order in which it lies, beside what makes it
        term = "".join(term[order.index(axis)] for axis in range(len(order)))
        factor = xp.wrap(factor.value.inputs[0])
    axes = tuple(axis for axis, letter in enumerate(term) if letter not in others)
    return "".join(letter for letter in term if letter in others), xp.sum(factor, axis=axes)


def shape_of(letters: str, parts: Sequence[tuple[str, Array]]) -> tuple[int, ...]:
    sizes = {letter: size for term, factor in parts for letter, size in zip(term, factor.shape, strict=True)}
    return tuple(sizes[letter] for letter in letters)


def spread_over(xp: Any, term: str, factor: Array, letters: str) -> Any:
    """A factor with an axis for each letter, of size 1 where it has none."""
    order = sorted(range(len(term)), key=lambda axis: letters.index(term[axis]))
    turned = xp.transpose(factor, order) if order else factor
    sizes = dict(zip(term, factor.shape, strict=True))
    return xp.reshape(turned, tuple(sizes.get(letter, 1) for letter in letters))


def as_product(xp: Any, parts: Sequence[tuple[str, Array]], result: str) -> Any:
    """Two factors as a stack of products of matrices; None with a vector on one side, which is a sum in a loop."""
    (first, left), (second, right) = parts
    stack = [letter for letter in result if letter in first and letter in second]
    inner = [letter for letter in first if letter in second and letter not in result]
    rows = [letter for letter in result if letter in first and letter not in second]
    columns = [letter for letter in result if letter in second and letter not in first]
    sizes = [shape_of("".join(each), parts) for each in (stack, rows, inner, columns)]
    if not inner or min(count(sizes[1]), count(sizes[3])) < 2:
        return None
    a = matrix(xp, first, left, (stack, rows, inner), sizes[0])
    b = matrix(xp, second, right, (stack, inner, columns), sizes[0])
    blocks = [*([letter] for letter in stack), rows, columns]
    order = lying(blocks, result)
    product = xp.wrap(xp.product(a.value, b.value, order))
    letters = [letter for place in order or range(len(blocks)) for letter in blocks[place]]
    product = xp.reshape(product, shape_of("".join(letters), parts))
    return xp.transpose(product, [letters.index(letter) for letter in result])


def lying(blocks: Sequence[Sequence[str]], result: str) -> tuple[int, ...] | None:
    """The blocks of letters (those of the stack, rows, columns) as they follow each other in the result; None where
    they do not, or where the last is one of the stack: no row and no column would be in one piece."""
    order = sorted(range(len(blocks)), key=lambda place: result.index(blocks[place][0]))
    together = "".join(letter for place in order for letter in blocks[place]) == result
    return tuple(order) if together and order[-1] >= len(blocks) - 2 else None


def matrix(xp: Any, term: str, factor: Array, groups: Sequence[Sequence[str]], stack: Sequence[int]) -> Any:
    """A factor as a stack of matrices: rows and columns are groups of letters."""
    order = [term.index(letter) for group in groups for letter in group]
    turned = xp.transpose(factor, order) if order else factor
    sides = [count([factor.shape[term.index(letter)] for letter in group]) for group in groups[1:]]
    return xp.reshape(turned, (*stack, *sides))


def summed(xp: Any, value: Value, axes: Sequence[int]) -> Value | None:
    """The sum of a product of matrices along axes, without the product: rows of the left factor or columns of the right
    one are added up first, and a stack of products is one product of what lies side by side. None for any other value,
    and where the product is needed anyway."""
    letters, negative, product = [chr(0x100 + axis) for axis in range(value.ndim)], False, value
    result = "".join(letter for axis, letter in enumerate(letters) if axis not in axes)
    while product.kind != "product" and product not in xp.shared:
        if product.kind == "map" and product.name == "negative":
            negative = not negative
        elif (order := turned_axes(product)) is not None:
            letters = [letters[order.index(axis)] for axis in range(len(order))]
        else:
            return None
        product = product.inputs[0]
    if product.kind != "product" or product in xp.shared:
        return None
    spread = [letters[place] for place in product.data or range(product.ndim)]
    terms = "".join(spread[:-1]) + "~", "".join([*spread[:-2], "~", spread[-1]])
    parts = [narrowed(xp, term, xp.wrap(each)) for term, each in zip(terms, product.inputs, strict=True)]
    if not worth_adding_first(xp, parts, result):
        return None
    found = pairwise(xp, parts, result)
    total: Value = xp.value(xp.negative(found) if negative else found)
    return total


def turned_axes(value: Value) -> tuple[int, ...] | None:
    """For each axis the one of its source, where all that a view does is to put them in another order."""
    order = turning(value)
    return order if order is not None and 1 not in value.shape and 1 not in value.inputs[0].shape else None


def narrowed(xp: Any, term: str, factor: Array) -> tuple[str, Array]:
    """A factor without the axes along which it is the same everywhere."""
    value = factor.value
    if value.kind != "view":
        return term, factor
    same = [axis for axis in range(value.ndim) if not any(steps[axis] for _, steps in value.data)]
    key = tuple(0 if axis in same else slice(None) for axis in range(value.ndim))
    return "".join(each for axis, each in enumerate(term) if axis not in same), factor[key] if same else factor


def worth_adding_first(xp: Any, parts: Sequence[tuple[str, Array]], result: str) -> bool:
    """Whether no more is copied than a product for each of the stack would leave behind."""
    first, second = (term for term, _ in parts)
    inner = [letter for letter in first if letter in second and letter not in result]
    copied = 0
    for term, factor in parts:
        group = [letter for letter in inner if letter in term]
        others = [letter for letter in term if letter not in group]
        turned = xp.transpose(factor, [term.index(letter) for letter in (*others, *group)])
        joined = (
            xp.reshape(turned, (*(factor.shape[term.index(each)] for each in others), -1)) if factor.size else turned
        )
        copied += factor.size if joined.value.kind == "reshape" and joined.value.inputs[0].kind == "view" else 0
    stack = [letter for letter in inner if letter != "~"]
    sizes = shape_of("".join([*stack, *dict.fromkeys(each for each in first + second if each in result)]), parts)
    return not stack or copied <= count(sizes)
