"""Random chains of products, einsums and programs: the laws that make graphs cheaper keep their values.

The cost of a chain is compared with the least over all orders of its products, found by trying them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from laws.rewriting import compared
from unit.programs import random_program

import chainrule
from chainrule.errors import ChainruleError
from chainrule.executors.walk import walk_graph
from chainrule.ir.recording import open_recording
from chainrule.transforms.rewrites import rewritten

RANDOM = np.random.default_rng(5)
A, B = RANDOM.normal(size=(2, 4, 4))
u, v = RANDOM.normal(size=(2, 4))


@given(
    sizes=some.lists(some.integers(1, 6), min_size=3, max_size=7),
    turns=some.lists(some.booleans(), min_size=7, max_size=7),
    ends=some.tuples(some.booleans(), some.booleans()), left=some.booleans(), seed=some.integers(0, 99),
)  # fmt: skip
def test_any_chain_is_multiplied_right_and_never_at_a_higher_cost(
    sizes: list[int], turns: list[bool], ends: tuple[bool, bool], left: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    shapes = list(pairwise(sizes))
    matrices = [random.normal(size=s[::-1] if turn else s) for s, turn in zip(shapes, turns, strict=False)]
    vectors = [random.normal(size=sizes[0]), random.normal(size=sizes[-1])]

    def product(matrices: list[Any], vectors: list[Any]) -> Any:
        factors = [each.T if turn else each for each, turn in zip(matrices, turns, strict=False)]
        factors = [*([vectors[0]] if ends[0] else []), *factors, *([vectors[1]] if ends[1] else [])]
        order = factors if left else factors[::-1]
        found = order[0]
        for each in order[1:]:
            found = found @ each if left else each @ found
        return found

    compared(product, (matrices, vectors), 1e-10)
    compared(chainrule.grad(lambda m, v: np.sum(np.sin(product(m, v)))), (matrices, vectors), 1e-9)
    cost = rewritten(chainrule.jit(product).graph(matrices, vectors)).after
    chain = [*([1] if ends[0] else []), *sizes, *([1] if ends[1] else [])]
    assert cost <= 2 * best_by_trying(chain)


def best_by_trying(sizes: list[int]) -> int:
    """The fewest multiplications of a chain, by trying every order of its products."""
    if len(sizes) <= 2:
        return 0
    return min(
        sizes[k - 1] * sizes[k] * sizes[k + 1] + best_by_trying([*sizes[:k], *sizes[k + 1 :]])
        for k in range(1, len(sizes) - 1)
    )


def once(word: str) -> str:
    return "".join(dict.fromkeys(word))


@given(
    terms=some.lists(some.text("abcde", min_size=1, max_size=3).map(once), min_size=2, max_size=5),
    picked=some.lists(some.booleans(), min_size=5, max_size=5), seed=some.integers(0, 99),
)  # fmt: skip
def test_any_einsum_is_the_same_in_the_best_order(terms: list[str], picked: list[bool], seed: int) -> None:
    random = np.random.default_rng(seed)
    letters = sorted(set("".join(terms)))
    sizes = dict(zip("abcde", (2, 3, 1, 4, 2), strict=True))
    result = "".join(letter for letter, keep in zip(letters, picked, strict=False) if keep)
    arrays = tuple(random.normal(size=tuple(sizes[letter] for letter in term)) for term in terms)
    compared(lambda *xs: np.einsum(f"{','.join(terms)}->{result}", *xs), arrays, 1e-10)


MATRIX_STEPS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda x, y: x @ y, lambda x, y: x @ y.T, lambda x, y: x + y, lambda x, y: x - 2.0 * y, lambda x, y: x * y,
    lambda x, y: np.outer(x, y), lambda x, y: x[:, None] * y[None], lambda x, y: np.sum(x * y, axis=-1),
    lambda x, y: np.sum(x[..., None] * y), lambda x, y: np.diag(x) @ y, lambda x, y: np.sum(x @ y, axis=0),
    lambda x, y: np.tanh(x), lambda x, y: -x * 0.5, lambda x, y: x.T, lambda x, y: np.mean(x / 4.0, axis=0),
    lambda x, y: np.einsum("ij,jk,k->i", x, x, y), lambda x, y: np.broadcast_to(x, (2, *x.shape)).sum(axis=0),
    lambda x, y: x @ (y * 3.0), lambda x, y: np.sum(x.T, axis=0),
)  # fmt: skip


def random_matrices(seed: int) -> Callable[..., list[Any]]:
    """A function of two square matrices and two vectors: up to twelve steps that fit, the last values as results."""

    def function(A: Any, B: Any, u: Any, v: Any) -> list[Any]:
        random = np.random.default_rng(seed)
        pool = [A, B, u, v]
        for _ in range(12):
            x, y = (pool[random.integers(len(pool))] for _ in range(2))
            step = MATRIX_STEPS[random.integers(len(MATRIX_STEPS))]
            with suppress(ChainruleError, ValueError, TypeError, IndexError):  # shapes that do not fit
                made = step(x, y)
                if made.ndim <= 2:
                    pool.append(made)
        return pool[-3:]

    return function


def summed_up(function: Callable[..., list[Any]]) -> Callable[..., Any]:
    return lambda *args: sum(np.sum(np.sin(each)) for each in function(*args))


@pytest.mark.parametrize("part", range(6))
def test_random_programs_and_their_gradients(part: int) -> None:
    args = (A, B, u, v)
    used: set[str] = set()
    for seed in range(25 * part, 25 * part + 25):
        function = random_matrices(seed)
        used |= set(compared(function, args, 1e-8).laws)
        used |= set(compared(chainrule.grad(summed_up(function), (0, 1, 2, 3)), args, 1e-8).laws)
    assert len(used) >= 8


@pytest.mark.parametrize("part", range(4))
def test_random_programs_with_infinities_and_nan(part: int) -> None:
    """Numbers of any kind and dtype, troublesome constants among them: entry by entry nothing changes."""
    for seed in range(50 * part, 50 * part + 50):
        with open_recording():
            graph, values = random_program(seed)
        found = rewritten(graph)
        assert found.after <= found.before
        with np.errstate(all="ignore"):
            before, after = walk_graph(graph)(*values), walk_graph(found.graph)(*values)
        for one, other in zip(before, after, strict=True):
            assert np.asarray(one).dtype == np.asarray(other).dtype
            np.testing.assert_allclose(
                other, one, rtol=1e-4 if np.asarray(one).dtype == np.float32 else 1e-10, atol=1e-7
            )
