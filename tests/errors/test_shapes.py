"""Shapes that do not match, axes and indices beyond the end: both shapes, the user's line, the next step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from messages import refused

import chainrule
from chainrule import grad
from chainrule.errors import BoundsError, DTypeError, ShapeError

VECTOR, MATRIX = np.array([1.0, 2.0, 3.0]), np.ones((2, 3))


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda x: x + np.ones(4), ["(3,)", "(4,)", "add"]),
        (lambda x: np.ones(4) - x, ["(3,)", "(4,)", "sub"]),
        (lambda x: np.multiply(x, np.ones((2, 2))), ["(3,)", "(2, 2)", "mul"]),
        (lambda x: np.where(np.ones(4) > 0, x, 0.0), ["(4,)", "(3,)", "where"]),
        (lambda x: np.maximum(x, np.zeros(2)), ["(3,)", "(2,)", "maximum"]),
        (lambda x: x @ np.ones(4), ["(3,)", "(4,)", "matmul"]),
        (lambda x: np.ones((2, 4)) @ x, ["(2, 4)", "(3,)", "matmul"]),
        (lambda x: np.dot(x, np.ones(4)), ["(3,)", "(4,)"]),
        (lambda x: x @ 2.0, ["(3,)", "()", "use *"]),
        (lambda x: x.reshape(2, 2), ["(3,)", "(2, 2)", "reshape"]),
        (lambda x: np.reshape(x, (2, -1)), ["(3,)", "reshape"]),
        (lambda x: np.reshape(x, (-1, -1)), ["(3,)", "(-1, -1)"]),
        (lambda x: np.broadcast_to(x, (2, 2)), ["(3,)", "(2, 2)", "broadcast"]),
        (lambda x: np.concatenate([x, np.ones((2, 2))]), ["(3,)", "(2, 2)", "concatenate"]),
        (lambda x: np.concatenate([x[0], x[1]]), ["single numbers", "np.stack"]),
        (lambda x: np.stack([x, np.ones(4)]), ["(3,)", "(4,)", "stack"]),
        (lambda x: np.einsum("i,i->", x, np.ones(4)), ["(3,)", "(4,)", "'i'"]),
        (lambda x: np.einsum("ij->i", x), ["'ij'", "(3,)"]),
        (lambda x: np.einsum("i->ij", x), ["'i->ij'"]),
        (lambda x: np.squeeze(x, 0), ["(3,)", "squeeze"]),
        (lambda x: chainrule.squared_error(x, np.ones(4)), ["(3,)", "(4,)"]),
    ],
)
def test_shapes_that_do_not_fit(call: Any, names: list[str]) -> None:
    refused(ShapeError, lambda: grad(lambda x: np.sum(call(x)))(VECTOR), *names)


def test_a_matrix_times_a_matrix() -> None:
    error = refused(ShapeError, lambda: grad(lambda x: np.sum(x @ np.ones((2, 3))))(MATRIX), "(2, 3)", "3", "2")
    assert "x @ np.ones((2, 3))" in str(error)


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda x: np.sum(x, axis=2), ["axis 2", "2 axes"]),
        (lambda x: x.mean(axis=-3), ["axis -3"]),
        (lambda x: np.max(x, axis=5), ["axis 5"]),
        (lambda x: np.mean(x, axis=(0, 0)), ["(0, 0)", "once"]),
        (lambda x: chainrule.softmax(x, axis=3), ["axis 3"]),
        (lambda x: np.transpose(x, (0, 2)), ["axis 2"]),
        (lambda x: np.expand_dims(x, 5), ["axis 5"]),
        (lambda x: np.argmax(x, axis=3) * 1.0, ["axis 3"]),
        (lambda x: np.flip(x, 4), ["axis 4"]),
        (lambda x: np.concatenate([x, x], axis=2), ["axis 2"]),
        (lambda x: np.stack([x, x], axis=4), ["axis 4"]),
    ],
)
def test_an_axis_that_is_not_there(call: Any, names: list[str]) -> None:
    refused(ShapeError, lambda: grad(lambda x: np.sum(call(x)))(MATRIX), *names)


@pytest.mark.parametrize("axis", ["a", 1.0])
def test_an_axis_that_is_not_a_whole_number(axis: Any) -> None:
    refused(DTypeError, lambda: grad(lambda x: np.sum(np.mean(x, axis=axis)))(MATRIX), repr(axis))


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda x: x[3], ["[3]", "(3,)"]),
        (lambda x: x[-4], ["[-4]", "(3,)"]),
        (lambda x: x[0, 0], ["[0, 0]", "(3,)"]),
        (lambda x: x[[0, 5]], ["5", "(3,)"]),
        (lambda x: x[np.array([True, False])], ["2", "(3,)"]),
        (lambda x: np.take(x, [7]), ["7", "(3,)"]),
        (lambda x: x[0][0], ["[0]", "()"]),
    ],
)
def test_an_index_beyond_the_end(call: Any, names: list[str]) -> None:
    refused(BoundsError, lambda: grad(lambda x: np.sum(call(x)))(VECTOR), *names)


@pytest.mark.parametrize("index", [1.0, "a", np.array([0.0, 1.0])])
def test_an_index_that_is_not_a_whole_number(index: Any) -> None:
    refused(DTypeError, lambda: grad(lambda x: np.sum(x[index]))(VECTOR), "index")


def test_a_recorded_number_is_no_index() -> None:
    refused(DTypeError, lambda: grad(lambda x: x[x[0]])(VECTOR), "index", "float64")


def test_the_same_words_where_shapes_alone_are_known() -> None:
    refused(ShapeError, lambda: chainrule.jacobian(lambda x: x @ np.ones((2, 3)))(MATRIX), "(2, 3)")
