"""NumPy's products, and its functions of tables of numbers, on recorded values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.numpy_check import Function, check

import chainrule
from chainrule.errors import DomainError, ShapeError

V = np.array([0.3, -0.7, 1.2, 0.5])
P = np.array([0.31, 0.72, 1.23, 0.54])
M = np.array([[0.2, -1.1, 0.7], [1.3, 0.4, -0.6]])
S = np.array([[0.9, -0.3, 0.4], [0.2, 1.1, -0.5], [0.6, 0.1, 0.8]])
T = np.linspace(-1.03, 1.31, 24).reshape(2, 3, 4)
X = np.array([0.1, 0.5, 1.4, 2.0])

PRODUCTS: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "vecdot": (lambda x, y: np.vecdot(x, y), (T, T[0] + 0.1)),
    "vecdot axis": (lambda x, y: np.vecdot(x, y, axis=0), (M, M + 0.1)),
    "matvec": (lambda x, y: np.matvec(x, y), (T, T[:, 0])),
    "vecmat": (lambda x, y: np.vecmat(x, y), (T[0, :, 0], T)),
    "cross": (lambda x, y: np.cross(x, y), (M, S[:2])),
    "cross of one": (lambda x: np.cross(S[0], x), (M,)),
    "cross axes": (lambda x, y: np.cross(x, y, axisa=0, axisb=1, axisc=0), (S[:, :2], M)),
    "cross axis": (lambda x, y: np.cross(x, y, axis=0), (S, S.T + 0.2)),
    "kron of stacks": (lambda x, y: np.kron(x, y), (T[:, :2, :2], M)),
    "kron of a vector": (lambda x, y: np.kron(x, y), (V, T[:, :2, :2])),
    "inner of stacks": (lambda x, y: np.inner(x, y), (T, T[0])),
    "outer of stacks": (lambda x, y: np.outer(x, y), (T[0], V)),
    "tensordot of none": (lambda x, y: np.tensordot(x, y, axes=0), (V, M)),
    "tensordot of one": (lambda x, y: np.tensordot(x, y, axes=(0, 0)), (T, M)),
    "tensordot numpy axes": (lambda x, y: np.tensordot(x, y, axes=np.array([[0, 1], [0, 1]])), (T, T)),
    "dot of stacks": (lambda x, y: np.dot(x, y), (T, T.swapaxes(1, 2))),
    "einsum of lists": (lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [2, 0]), (M, S)),
    "einsum of lists, implicit": (lambda x, y: np.einsum(x, [1, 0], y, [0, 2]), (M, S)),
    "einsum of lists with dots": (lambda x: np.einsum(x, [Ellipsis, 0], [0, Ellipsis]), (T,)),
    "einsum stretches": (lambda x, y: np.einsum("ij,ij->i", x, y), (M, M[:, :1])),
    "einsum stretches dots": (lambda x, y: np.einsum("...i,...i->...", x, y), (T, T[:1, :, :])),
    "einsum implicit dots": (lambda x, y: np.einsum("i...,i...", x, y), (T, T + 0.1)),
    "einsum repeated": (lambda x: np.einsum("iij->j", x), (np.stack([S, S.T], 2),)),
    "einsum repeated three": (lambda x: np.einsum("iii->i", x), (T[:, :2, :2],)),
    "einsum transposes": (lambda x: np.einsum("ijk->kij", x), (T,)),
    "einsum implicit order": (lambda x: np.einsum("ba", x), (M,)),
    "einsum long": (
        lambda x, y: np.einsum("ab,bc,cd,de,ef->af", x, y, S, y, S, optimize=True),
        (M, S),
    ),
    "einsum nine": (lambda x: np.einsum("a,a,a,a,a,a,a,a,a->", *[x] * 9), (P,)),
    "einsum dtype": (lambda x: np.einsum("ij->i", x, dtype=np.float64), (M,)),
    "convolve same": (lambda x, y: np.convolve(x, y, "same"), (V, P[:3])),
    "convolve valid": (lambda x, y: np.convolve(x, y, mode="valid"), (V, P[:2])),
    "correlate full": (lambda x, y: np.correlate(x, y, "full"), (V[:2], P)),
    "correlate same": (lambda x, y: np.correlate(x, y, "same"), (V, P[:3])),
}

CURVES: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "interp": (lambda x, xp, fp: np.interp(x, xp, fp), (np.array([[0.2, 1.1], [3.0, -1.0]]), X, V)),
    "interp beyond": (
        lambda x, fp, left: np.interp(x, X, fp, left=left, right=-7.0),
        (np.array([-1.0, 0.3, 9.0]), V, np.array(0.4)),
    ),
    "interp period": (lambda x, xp, fp: np.interp(x, xp, fp, period=2.5), (np.array([-1.0, 0.3, 9.2]), X[::-1], V)),
    "interp of one point": (lambda x, fp: x + np.interp(x, [1.0], fp), (V, np.array([2.0]))),
    "gradient": (lambda x: np.gradient(x), (V,)),
    "gradient step": (lambda x, h: np.gradient(x, h, edge_order=2), (V, np.array(0.3))),
    "gradient places": (lambda x, places: np.gradient(x, places), (V, X)),
    "gradient places, second order": (lambda x, places: np.gradient(x, places, edge_order=2), (V, X)),
    "gradient axes": (lambda x: np.stack(np.gradient(x)), (T,)),
    "gradient axis": (lambda x: np.gradient(x, 0.5, axis=1), (T,)),
    "gradient of two axes": (lambda x: np.stack(np.gradient(x, 0.5, X, axis=(1, 2))), (T,)),
    "trapezoid": (lambda x: np.trapezoid(x), (M,)),
    "trapezoid places": (lambda x, places: np.trapezoid(x, places), (T, X)),
    "trapezoid step": (lambda x, h: np.trapezoid(x, dx=h, axis=0), (M, np.array(0.3))),
    "trapezoid of many places": (lambda x, places: np.trapezoid(x, places, axis=1), (M, M**2)),
    "ediff1d": (lambda x: np.ediff1d(x), (M,)),
    "ediff1d ends": (lambda x, y: np.ediff1d(x, to_end=y[:2], to_begin=9.0), (M, V)),
    "unwrap": (lambda x: np.unwrap(4 * x), (V,)),
    "unwrap axis": (lambda x: np.unwrap(3 * x, discont=4.0, axis=0, period=2.0), (M,)),
    "linspace": (lambda x, y: np.linspace(x, y, 5), (V, P)),
    "linspace open": (lambda x: np.linspace(x, 3.0, 4, endpoint=False, axis=-1), (V,)),
    "linspace step": (lambda x, y: np.linspace(x, y, 5, retstep=True)[1], (V, P)),
    "linspace of one": (lambda x, y: np.linspace(x, y, 1), (V, P)),
    "logspace": (lambda x, y: np.logspace(x, y, 4), (V, P)),
    "logspace base": (lambda x: np.logspace(x, 2.0, 3, base=2.0), (np.array(0.3),)),
    "geomspace": (lambda x, y: np.geomspace(x, y, 4), (P, P + 1)),
    "polyval": (lambda p, x: np.polyval(p, x), (V, M)),
    "vander": (lambda x: np.vander(x), (V,)),
    "vander increasing": (lambda x: np.vander(x, 3, increasing=True), (V,)),
    "vander of one column": (lambda x: x[:, None] * np.vander(x, 1), (V,)),
    "polymul": (lambda x, y: np.polymul(x, y), (V, P[:2])),
    "polyadd": (lambda x, y: np.polyadd(x, y), (V, P[:2])),
    "polysub": (lambda x, y: np.polysub(x[:1], y), (V, P)),
    "polyder": (lambda x: np.polyder(x, 2), (V,)),
    "polyint": (lambda x, k: np.polyint(x, 2, [k, 3.0]), (V, np.array(0.7))),
    "polyfit": (lambda x, y: np.polyfit(x, y, 2), (X, V)),
    "polyfit weights": (lambda y, w: np.polyfit(X, y, 1, w=w), (np.stack([V, P], 1), P)),
    "polydiv": (lambda x, y: np.concatenate(np.polydiv(x, y)), (np.array([1.3, 0.4, -0.7, 0.9, 0.2]), P[:3])),
    "polydiv by a number": (lambda x, y: np.polydiv(x, y)[0], (V, P[:1])),
    "roots": (lambda x: np.sort(np.real(np.roots(x))), (1.1 * np.poly([0.5, 1.7, 3.1]),)),
    "poly": (lambda x: np.poly(x), (V,)),
    "i0": (lambda x: np.i0(x), (V,)),
}


@pytest.mark.parametrize("name", sorted(PRODUCTS))
def test_products(name: str) -> None:
    check(*PRODUCTS[name])


@pytest.mark.parametrize("name", sorted(CURVES))
def test_curves(name: str) -> None:
    check(*CURVES[name])


def test_the_slope_at_a_point_is_that_of_the_line_to_its_right() -> None:
    points = [0.0, 1.0, 3.0], [0.0, 5.0, 6.0]
    assert chainrule.grad(lambda x: np.interp(x, *points))(1.0) == 0.5
    assert chainrule.grad(lambda x: np.interp(x, *points))(3.0) == 0.5
    assert chainrule.grad(lambda x: np.interp(x, *points))(3.1) == 0.0


def test_two_points_at_one_place_are_a_jump() -> None:
    points = np.array([0.0, 1.0, 1.0]), np.array([0.0, 5.0, 7.0])
    for place in (0.5, 1.0):
        value, slope = chainrule.value_and_grad(lambda x: np.interp(x, *points))(place)
        assert value == np.interp(place, *points)
        assert np.isfinite(slope)


def test_many_factors_are_multiplied_in_a_good_order() -> None:
    wide, tall = np.ones((1, 60)), np.ones((60, 1))
    found = chainrule.grad(lambda x: np.einsum("ab,bc,cd,de,ef->", wide, tall, wide, x, wide))(tall)
    np.testing.assert_allclose(found, np.full((60, 1), 60.0 * 60.0))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: np.interp(x, [0.0, 1.0], [0.0]), ShapeError, "one length"),
        (lambda x: np.gradient(x, [0.0, 1.0]), ShapeError, "a place for each"),
        (lambda x: np.gradient(x, 1.0, 2.0), ShapeError, "2 spacings"),
        (lambda x: np.gradient(x[:1]), ShapeError, "at least 2"),
        (lambda x: np.gradient(x, edge_order=3), DomainError, "edge_order"),
        (lambda x: np.polyval(np.ones((2, 2)), x), ShapeError, "a vector"),
        (lambda x: np.einsum(x, [99]), ShapeError, "axis number 99"),
    ],
)
def test_what_does_not_fit_is_refused(call: Function, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        chainrule.grad(lambda x: np.sum(call(x)))(np.ones(3))
