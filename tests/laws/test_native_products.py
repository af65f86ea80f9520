"""Products of matrices in machine code give what NumPy gives, for any sizes, orders in memory, stacks and processors.

A sum of n products may be rounded in another order: each entry is compared within n + 2 units in the last place of the
same product of absolute values, which bounds the error of every order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machine_code import refuse_what_llvm_refuses

import chainrule
from chainrule.executors.native import availability
from chainrule.executors.native.machine import blas, llvm
from chainrule.executors.native.machine.llvm import Vectors
from chainrule.executors.native.text import bodies
from chainrule.executors.native.text.products import product as products
from chainrule.executors.native.text.products import symmetric, tiles

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))
DTYPES = (np.float64, np.float32)
# The registers of processors: AVX-512, AVX2, NEON, SSE2.
MACHINES = {"512": Vectors(64, 32, True), "256": Vectors(32, 16, False), "neon": Vectors(16, 32, False),
            "128": Vectors(16, 16, False)}  # fmt: skip
SIZES = [(2, 2, 2), (3, 3, 3), (4, 7, 5), (13, 8, 31), (2, 40, 3), (40, 2, 9), (12, 17, 1024), (25, 33, 2), (3, 65, 70),
         (31, 16, 11)]  # fmt: skip


@pytest.fixture(autouse=True)
def in_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written as one line, and what LLVM refuses is an error rather than a call of Python."""
    refuse_what_llvm_refuses(monkeypatch)
    monkeypatch.setattr(bodies, "LIMIT", [-1])


def near(found: Any, expected: Any, bound: Any, inner: int) -> None:
    """Type for type; NaN and infinities where the reference has them; numbers within the bound of any order."""
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    with np.errstate(all="ignore"):
        same = (found == expected) | (np.isnan(found) & np.isnan(expected))
        close = np.abs(found - expected) <= (inner + 2) * np.finfo(found.dtype).eps * bound
    assert np.all(same | close)


def compared(functions: Callable[..., Any], arrays: list[Any], inner: int) -> None:
    """All results of a function beside the reference."""
    found = chainrule.jit(functions)(*arrays)
    expected = chainrule.jit(functions, executor="walk")(*arrays)
    with np.errstate(all="ignore"):
        bounds = functions(*[np.abs(each).astype(float) for each in arrays])
    for one, other, bound in zip(found, expected, bounds, strict=True):
        near(one, other, bound, inner)


def orders(a: Any, b: Any, at: Any, bt: Any) -> tuple[Any, ...]:
    """A product of factors that lie in every order."""
    wide_a, wide_b = np.concatenate([a, a], axis=1), np.concatenate([b, b], axis=0)
    inner = a.shape[1]
    return (
        a @ b, at.T @ b, a @ bt.T, at.T @ bt.T, (b.T @ a.T).T, a[::-1] @ b[:, ::-1], a[:, ::-1] @ bt.T[::-1],
        at.T[::-1, ::-1] @ b[::-1], a[::2] @ b[:, 1::2], np.stack([a, a[::-1]]) @ b, a @ np.stack([b, b, b[:, ::-1]]),
        np.stack([a, a])[:, None] @ np.swapaxes(np.stack([bt, bt[::-1], bt]), 1, 2), wide_a[:, inner:] @ wide_b[:inner],
        np.einsum("ik,skj->isj", a, np.stack([b, b])), np.einsum("sik,kj->ijs", np.stack([a, a]), b),
    )  # fmt: skip


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_any_size_in_any_order(dtype: Any, machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "vectors", lambda: MACHINES[machine])
    random = np.random.default_rng(len(machine))
    for rows, columns, inner in SIZES[:: 1 if machine == "512" else 3]:
        a, b = random.normal(size=(rows, inner)).astype(dtype), random.normal(size=(inner, columns)).astype(dtype)
        compared(orders, [a, b, np.ascontiguousarray(a.T), np.ascontiguousarray(b.T)], inner)


@pytest.mark.parametrize("machine", MACHINES)
def test_infinities_and_nan_stay_in_their_rows_and_columns(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "vectors", lambda: MACHINES[machine])
    random = np.random.default_rng(3)
    a, b = random.normal(size=(7, 5)), random.normal(size=(5, 11))
    a[1, 2], a[3, 0], b[2, 10], b[4, 3], b[2, 0] = np.inf, np.nan, 0.0, -np.inf, 0.0
    a[:, 4] = 0.0  # times minus infinity: NaN
    compared(orders, [a, b, np.ascontiguousarray(a.T), np.ascontiguousarray(b.T)], 5)
    with np.errstate(all="ignore"):
        assert np.isnan((a @ b)[[1, 0], [10, 3]]).all()
        assert np.isfinite((a @ b)[0, 10])


def test_nothing_to_add_up_and_nothing_to_do() -> None:
    for rows, columns, inner in [(3, 4, 0), (0, 4, 3), (3, 0, 4), (0, 0, 0)]:
        a, b = np.ones((rows, inner)), np.ones((inner, columns))
        compared(lambda a, b: (a @ b, b.T @ a.T, np.stack([a, a]) @ b), [a, b], inner)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_stacks_of_any_shape(data: Any) -> None:
    """Two factors with random letters in random orders: some shared, some summed, some of one alone."""
    letters = "sijkl"
    sizes = {each: data.draw(st.integers(1, 12), each) for each in letters}
    first = "".join(data.draw(st.permutations("".join(data.draw(st.sets(st.sampled_from("sik"), min_size=1))) + "l")))
    second = "".join(data.draw(st.permutations("".join(data.draw(st.sets(st.sampled_from("sjk"), min_size=1))) + "l")))
    kept = [each for each in letters if each in first + second and (each != "l" or data.draw(st.booleans()))]
    result = "".join(data.draw(st.permutations([each for each in kept if each != "k" or data.draw(st.booleans())])))
    dtype = data.draw(st.sampled_from(DTYPES))
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    arrays = [random.normal(size=[sizes[each] for each in term]).astype(dtype) for term in (first, second)]
    terms = sizes["k"] * sizes["l"] * sizes["s"] * sizes["i"] * sizes["j"]
    compared(lambda a, b: (np.einsum(f"{first},{second}->{result}", a, b),), arrays, terms)


def test_gradients_of_a_stack_of_small_products() -> None:
    random = np.random.default_rng(5)
    turns, points = random.normal(size=(6, 3, 3)), random.normal(size=(6, 10, 3))
    both = chainrule.value_and_grad(lambda R, x: np.sum(np.tanh(x @ np.swapaxes(R, 1, 2)) ** 2), (0, 1))
    found, expected = chainrule.jit(both)(turns, points), chainrule.jit(both, executor="walk")(turns, points)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-13)
    for one, other in zip(found[1], expected[1], strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-13)


@pytest.mark.parametrize("triple", ["aarch64-unknown-linux-gnu", "x86_64-unknown-linux-gnu"])
@pytest.mark.parametrize("machine", ["neon", "128"])
def test_other_processors_have_instructions_for_it(triple: str, machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of a product, compiled for a processor that is not this one: nothing in it becomes a call."""
    monkeypatch.setattr(products, "vectors", lambda: MACHINES[machine])
    binding = llvm.machine().llvm
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    f = chainrule.jit(lambda a, b: (a @ b, a @ b[::-1, ::-2]))
    text = f.llvm(np.ones((5, 6)), np.ones((6, 7)))
    lines = [line for line in text.splitlines() if not line.startswith("target ")]
    target = binding.Target.from_triple(triple).create_target_machine(opt=2)
    module = binding.parse_assembly("\n".join([f'target triple = "{triple}"', *lines]))
    called = [line for line in target.emit_assembly(module).splitlines() if line.split()[:1] in (["bl"], ["callq"])]
    assert not [line for line in called if "fma" in line]


SUMS = {
    "rows of a product": (lambda a, b: (a @ b).sum(axis=-2), ["sij", "sjk"]),
    "columns of a product": (lambda a, b: (-(a @ b)).sum(axis=-1), ["sij", "sjk"]),
    "a stack of products": (lambda a, b: (a @ b).sum(axis=0), ["sij", "sjk"]),
    "a stack that lies beside its rows": (lambda a, b: (np.swapaxes(a, 1, 2) @ b).sum(axis=0), ["sji", "sjk"]),
    "all of it": (lambda a, b: np.sum(-np.swapaxes(a @ b, 1, 2)), ["sij", "sjk"]),
    "a stack that one factor shares": (lambda a, b: (a @ b).sum(axis=(0, 1)), ["sij", "jk"]),
    "a mean over stack and columns": (lambda a, b: np.einsum("sij,nsj->nsi", a, b).mean(axis=(0, 2)), ["sij", "nsj"]),
    "a product that is needed anyway": (lambda a, b: (a @ b) - (a @ b).sum(axis=0), ["sij", "sjk"]),
    "axes put together": (lambda a, b: a.reshape(-1, a.shape[2]) @ b, ["sij", "jk"]),
    "axes put together the other way": (lambda a, b: np.swapaxes(a, 0, 1).reshape(-1, a.shape[2]) @ b, ["sij", "jk"]),
    "heads of attention": (lambda a, b: np.einsum("siaj,snaj->sain", a, b), ["siaj", "snaj"]),
    "nothing to add up": (lambda a, b: (a[:0] @ b[:0]).sum(axis=0), ["sij", "sjk"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("size", [2, 9])
def test_sums_of_products_and_products_of_what_is_put_together(name: str, size: int) -> None:
    """Both with their gradients. No more than some 5000 numbers are added up, each at most about 10."""
    function, terms = SUMS[name]
    sizes = {"s": size + 1, "i": 2 * size, "j": size + 3, "k": size + 8, "n": size + 5, "a": 3}
    random = np.random.default_rng(size)
    arrays = [random.normal(size=[sizes[each] for each in term]) for term in terms]
    both = chainrule.value_and_grad(lambda a, b: np.sum(np.tanh(function(a, b))), (0, 1))
    for run in (function, both):
        found, expected = (chainrule.jit(run, executor=each)(*arrays) for each in ("native", "walk"))
        for one, other in zip(chainrule.tree.leaves(found), chainrule.tree.leaves(expected), strict=True):
            assert np.shape(one) == np.shape(other)
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-10)


def test_a_library_is_believed_when_it_has_multiplied() -> None:
    found = blas.library()
    if found is None:
        pytest.skip("no BLAS here")
    assert blas.multiplies(found)
    assert not blas.multiplies(replace(found, spelling="{0}_of_nobody"))
    idle = SimpleNamespace(cblas_dgemm=lambda *given: None, cblas_sgemm=lambda *given: None)
    assert not blas.multiplies(blas.Blas(idle, "cblas_{0}", 32, "", ""))


def test_without_a_library_all_products_are_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "library", lambda: None)
    random = np.random.default_rng(8)
    a, b = random.normal(size=(530, 540)), random.normal(size=(540, 300))
    compared(lambda a, b: (a @ b, b.T @ a.T), [a, b], 540)


@pytest.mark.parametrize(
    "files", [["libmkl_rt.so.2"], ["libmkl_rt.so.2", "libmkl_core.so.2", "libmkl_sequential.so.2"]]
)
def test_half_of_a_library_is_not_opened(files: list[str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Intel's library ends the process where the files that it opens itself are missing."""
    (tmp_path / "lib").mkdir()
    for each in files:
        (tmp_path / "lib" / each).write_bytes(b"not a library")
    monkeypatch.setattr(blas.sys, "prefix", str(tmp_path))
    found = list(blas.intel_files())
    assert len(found) == (len(files) == 3)
    assert all(blas.opened(each) is None for each in found)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sizes", [(2, 2), (3, 8), (8, 5), (9, 4), (16, 16), (17, 40), (65, 33)])
def test_a_matrix_times_its_transpose(sizes: tuple[int, int], dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if blas.library() is None:
        pytest.skip("no BLAS here")
    monkeypatch.setattr(symmetric, "_FEWEST", 2)
    halves: list[str] = []
    monkeypatch.setattr(products, "by_half", lambda *given: (halves.append(given[-1]), symmetric.by_half(*given)))
    random = np.random.default_rng(sum(sizes))
    a = random.normal(size=sizes).astype(dtype)
    a[0, -1] = np.inf if sizes[0] == 9 else a[0, -1]

    def grams(a: Any) -> tuple[Any, ...]:
        some = a[:, 1:]
        return a.T @ a, a @ a.T, some @ some.T, a[::-1] @ a.T, (a * 2.0).T @ (a * 2.0), np.stack([a, a]) @ a.T

    compared(grams, [a], max(sizes))
    assert len(halves) >= 3


@pytest.mark.parametrize("machine", ["512", "neon"])
@pytest.mark.parametrize("inner", [8, 9, 31])
def test_a_stack_that_lies_between_two_terms_of_a_sum(
    inner: int, machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such sums are added up piece by piece, each piece for the whole stack."""
    monkeypatch.setattr(tiles, "_PIECE", 4)
    monkeypatch.setattr(products, "vectors", lambda: MACHINES[machine])
    random = np.random.default_rng(inner)
    a, b = random.normal(size=(inner, 3, 13)), random.normal(size=(inner, 3, 11))

    def sums(a: Any, b: Any) -> tuple[Any, ...]:
        found = np.einsum("nka,nkb->kab", a, b), np.einsum("nka,nkb->kba", a, b), np.einsum("nka,nkb->akb", a, b)
        return *found, np.einsum("nka,nkb->kab", a[::-1], b[:, :, 1:])

    compared(sums, [a, b], inner)


@pytest.mark.parametrize("columns", [2, 3, 20])
def test_long_sums_of_short_numbers_are_cut(columns: int) -> None:
    """Added up in a row, 400,000 times 0.01 in float32 is off by a thousandth."""
    a, b = np.full((400_000, 3), 0.1, np.float32), np.full((400_000, columns), 0.1, np.float32)
    found = chainrule.jit(lambda a, b: a.T @ b)(a, b)
    np.testing.assert_allclose(found, np.full((3, columns), 400_000 * np.float64(np.float32(0.1)) ** 2), rtol=2e-5)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 8), st.sampled_from(sorted(MACHINES)))
def test_sizes_up_to_forty(rows: int, columns: int, inner: int, order: int, machine: str) -> None:
    random = np.random.default_rng(rows + 41 * columns)
    a, b = random.normal(size=(rows, inner)), random.normal(size=(inner, columns)).astype(DTYPES[order % 2])
    a = a.astype(b.dtype)
    given = [a.T.copy() if order & 2 else a, b.T.copy() if order & 4 else b]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "vectors", lambda: MACHINES[machine])
        compared(lambda a, b: ((a.T if order & 2 else a) @ (b.T if order & 4 else b),), given, inner)


@pytest.mark.parametrize("result", ["nik", "nki", "ikn"])
def test_products_of_every_row(result: str) -> None:
    """Enough rows, and narrow: each is computed from beginning to end."""
    random = np.random.default_rng(9)
    a, b = random.normal(size=(70, 2, 3)), random.normal(size=(70, 3, 2))
    compared(lambda a, b: (np.tanh(np.einsum(f"nij,njk->{result}", np.tanh(a), b)),), [a, b], 3)
