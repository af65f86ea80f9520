"""Sums over products in Einstein's notation: subscripts and arrays in, products of matrices or sums in a loop out.

One idea: of two factors every letter is of one of four kinds. Those that both have and the result has too are a stack;
those that are summed over, and those that one factor alone has, make a product of matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .arrays import Array
from .values import UnsupportedError, count

_SMALL = 8  # with fewer rows or columns a product is a sum in a loop


def contracted(xp: Any, subscripts: str, factors: Sequence[Array]) -> Array:
    """np.einsum with the result spelled out."""
    left, _, result = subscripts.partition("->")
    terms = left.split(",")
    if any(len(set(term)) < len(term) for term in terms) or "." in subscripts:
        raise UnsupportedError("a diagonal in einsum")
    parts = list(zip(terms, factors, strict=True))
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
    axes = tuple(axis for axis, letter in enumerate(term) if letter not in others)
    if not axes or len(parts) == 1:
        return term, factor
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
    """Two factors as a stack of products of matrices; None where that is not worth it."""
    (first, left), (second, right) = parts
    stack = [letter for letter in result if letter in first and letter in second]
    inner = [letter for letter in first if letter in second and letter not in result]
    rows = [letter for letter in result if letter in first and letter not in second]
    columns = [letter for letter in result if letter in second and letter not in first]
    sizes = [shape_of("".join(each), parts) for each in (stack, rows, inner, columns)]
    if not inner or min(count(sizes[1]), count(sizes[3])) < 2 or count(sizes[1]) * count(sizes[3]) < _SMALL * _SMALL:
        return None
    a = matrix(xp, first, left, (stack, rows, inner), sizes[0])
    b = matrix(xp, second, right, (stack, inner, columns), sizes[0])
    product = xp.reshape(xp.matmul(a, b), (*sizes[0], *sizes[1], *sizes[3]))
    letters = [*stack, *rows, *columns]
    return xp.transpose(product, [letters.index(letter) for letter in result])


def matrix(xp: Any, term: str, factor: Array, groups: Sequence[Sequence[str]], stack: Sequence[int]) -> Any:
    """A factor as a stack of matrices: rows and columns are groups of letters."""
    order = [term.index(letter) for group in groups for letter in group]
    turned = xp.transpose(factor, order) if order else factor
    sides = [count([factor.shape[term.index(letter)] for letter in group]) for group in groups[1:]]
    return xp.reshape(turned, (*stack, *sides))
