"""Whatever would silently cut the derivative says so, on the user's own line, with what to write instead."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
from messages import refused

import chainrule
from chainrule import grad, jvp, vjp
from chainrule.errors import BranchError, ChainruleError, EscapeError, MutationError, TraceError, UnknownAttributeError

VECTOR = np.array([1.0, 2.0, 3.0])


def test_float() -> None:
    error = refused(
        EscapeError,
        lambda: grad(lambda t: float(t) * t)(3.0),
        "float()",
        "detached",
        "chainrule.value(x)",
    )
    assert "float(t) * t" in str(error)


def test_int() -> None:
    refused(EscapeError, lambda: grad(lambda t: int(t) * t)(3.0), "int()", "np.floor")


def test_complex() -> None:
    refused(EscapeError, lambda: grad(lambda t: complex(t).real)(3.0), "complex()")


def test_item() -> None:
    refused(EscapeError, lambda: grad(lambda t: t.item() * t)(3.0), ".item()", "t.item() * t")


def test_tolist() -> None:
    refused(EscapeError, lambda: grad(lambda t: sum(t.tolist()))(VECTOR), ".tolist()", "iterate")


@pytest.mark.parametrize("name", ["exp", "sqrt", "sin", "log", "tanh"])
def test_functions_of_math(name: str) -> None:
    refused(EscapeError, lambda: grad(lambda t: getattr(math, name)(t))(3.0), "float()", "np.")


def test_the_remedy_names_the_function_that_was_meant() -> None:
    refused(EscapeError, lambda: grad(lambda t: math.exp(t))(3.0), "np.exp instead of math.exp")


def test_np_array_of_recorded_values() -> None:
    refused(EscapeError, lambda: grad(lambda t: np.sum(np.array([t, t])))(3.0), "np.array", "np.stack([a, b])")
    refused(EscapeError, lambda: grad(lambda t: np.sum(np.array([[t[0]], [t[1]]])))(VECTOR), "np.stack")
    refused(EscapeError, lambda: grad(lambda t: np.array([t, None], dtype=object)[0])(3.0), "np.array")


def test_np_asarray() -> None:
    refused(EscapeError, lambda: grad(lambda t: np.sum(np.asarray(t)))(VECTOR), "np.asarray")


def test_lists_that_hold_recorded_values_are_not_arrays() -> None:
    refused(EscapeError, lambda: grad(lambda t: np.sum(t * [t[0], 1.0, 2.0]))(VECTOR), "np.stack")


@pytest.mark.parametrize("make", [np.float64, np.array, lambda t: np.full(3, t), lambda t: np.arange(0.0, t)])
def test_whatever_makes_a_plain_array(make: Any) -> None:
    refused(EscapeError, lambda: grad(lambda t: np.sum(make(t)) * t)(3.0), "plain NumPy array")


def test_an_entry_of_a_plain_array() -> None:
    def fill(t: Any) -> Any:
        a = np.zeros(3)
        a[0] = t[0]
        return np.sum(a)

    error = refused(EscapeError, lambda: grad(fill)(VECTOR), "float()", "a[0] = t[0]", "np.stack")
    assert error.__cause__ is None


def test_a_stretch_of_a_plain_array() -> None:
    def fill(t: Any) -> Any:
        a = np.zeros(3)
        a[:] = t
        return np.sum(a)

    refused(EscapeError, lambda: grad(fill)(VECTOR), "a[:] = t", "np.stack")


def test_filling_a_plain_array() -> None:
    def fill(t: Any) -> Any:
        a = np.zeros(3)
        a.fill(t)
        return np.sum(a)

    refused(EscapeError, lambda: grad(fill)(3.0), "a.fill(t)")


def test_an_entry_of_a_recorded_value() -> None:
    def overwrite(t: Any) -> Any:
        t[0] = 1.0
        return np.sum(t)

    refused(MutationError, lambda: grad(overwrite)(VECTOR), "t[0] = 1.0", "np.where(mask, new, x)")


@pytest.mark.parametrize("name", ["__iadd__", "__isub__", "__imul__", "__itruediv__"])
def test_adding_in_place_to_a_plain_array(name: str) -> None:
    refused(MutationError, lambda: grad(lambda t: getattr(np.ones(3), name)(t))(VECTOR), "in-place", "a = a + b")


def test_adding_in_place_to_a_recorded_value_makes_a_new_one() -> None:
    def shifted(t: Any) -> Any:
        before = t
        t += 1.0
        return np.sum(t * before)

    assert np.array_equal(grad(shifted)(VECTOR), 2 * VECTOR + 1)


def test_out() -> None:
    refused(MutationError, lambda: grad(lambda t: np.sum(np.add(t, 1, out=np.zeros(3))))(VECTOR), "out=", "leave out=")
    refused(TraceError, lambda: grad(lambda t: np.sum(t, out=np.zeros(())))(VECTOR), "numpy.sum with out=")
    refused(TraceError, lambda: grad(lambda t: t.sum(out=np.zeros(())))(VECTOR), "numpy.sum with out=")


def test_sums_at_places() -> None:
    def accumulate(t: Any) -> Any:
        a = np.zeros(3)
        np.add.at(a, [0, 0, 1], t)
        return np.sum(a)

    refused(MutationError, lambda: grad(accumulate)(VECTOR), "numpy.add.at")


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.frompyfunc(float, 1, 1)(t),
        lambda t: np.packbits(t),
        lambda t: np.emath.sqrt(t),
    ],
)
def test_functions_without_a_derivative(call: Any) -> None:
    refused(TraceError, lambda: grad(lambda t: np.sum(call(t)))(VECTOR), "numpy.", "custom_vjp")


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda t: np.sum(np.add(t, 1, where=[True, False, True])), "where="),
        (lambda t: np.sum(t * np.argsort(t, order="a")), "order="),
    ],
)
def test_arguments_that_would_change_the_result_are_not_dropped(call: Any, argument: str) -> None:
    refused(TraceError, lambda: grad(call)(VECTOR), argument)


def test_arguments_by_position_reach_ours_by_name() -> None:
    square = np.array([[1.0, 2.0], [3.0, 5.0]])
    assert np.array_equal(grad(lambda t: np.sum(np.max(t, 0, None, True) ** 2))(square), [[0, 0], [6, 10]])
    assert np.allclose(grad(lambda t: np.sum(np.std(t, 0, None, None, 1) ** 2))(square), [[-2, -3], [2, 3]])
    assert np.array_equal(grad(lambda t: np.sum(t.max(0, None, True) ** 2))(square), [[0, 0], [6, 10]])


def test_the_truth_of_an_array() -> None:
    ones = np.ones(3)
    refused(BranchError, lambda: grad(lambda x: np.sum(x) if x > 0 else 0.0)(ones), "ambiguous", "where", ".any()")
    refused(BranchError, lambda: grad(lambda x: np.sum(x) if 0 < x < 1 else 0.0)(ones), "ambiguous", "3 entries")
    refused(BranchError, lambda: grad(lambda x: max(x, np.zeros(3)))(ones), "ambiguous")


def test_branches_on_numbers_work() -> None:
    assert grad(lambda x: x * x if x > 1 else 3 * x)(2.0) == 4.0
    assert grad(lambda x: min(x, 5.0) * x)(2.0) == 4.0
    assert grad(lambda x: sorted([x, 1.0, 3 * x])[2])(2.0) == 3.0


def test_ranges_and_places() -> None:
    refused(EscapeError, lambda: grad(lambda t: sum(t for _ in range(t)))(3.0), "index")
    refused(EscapeError, lambda: grad(lambda t: [1.0, 2.0][t] * t)(1.0), "index")


def test_whole_numbers_may_be_taken_out() -> None:
    assert grad(lambda t: [t, 2 * t, 3 * t][int(np.argmax(np.stack([t, -t])))])(1.0) == 1.0


def test_copies_are_the_value_itself() -> None:
    assert grad(lambda t: copy.deepcopy(t) * t)(3.0) == 6.0
    assert grad(lambda t: copy.copy(t) * t)(3.0) == 6.0
    assert grad(lambda t: copy.deepcopy({"a": [t]})["a"][0] * t)(3.0) == 6.0
    assert grad(lambda t: np.sum(np.copy(t) * t.copy()))(3.0) == 6.0


def test_pickling() -> None:
    refused(EscapeError, lambda: grad(lambda t: pickle.loads(pickle.dumps(t)))(3.0), "pickling")


def test_attributes_that_are_not_there() -> None:
    refused(UnknownAttributeError, lambda: grad(lambda t: t.view())(VECTOR), "the method .view")
    refused(UnknownAttributeError, lambda: grad(lambda t: t.shapes)(VECTOR), "shape")
    assert grad(lambda t: t * t if not hasattr(t, "detach") else t)(3.0) == 6.0


def test_the_number_of_entries_of_a_number() -> None:
    refused(TraceError, lambda: grad(lambda t: len(t) * t)(3.0), "length")
    refused(TraceError, lambda: grad(lambda t: sum(t))(3.0), "length")


def test_python_itself_may_catch_what_it_expects() -> None:
    def guarded(t: Any) -> Any:
        try:
            return float(t)
        except TypeError:
            return t * t

    assert grad(guarded)(3.0) == 6.0


def test_the_explicit_way_out() -> None:
    assert grad(lambda t: chainrule.value(t) * t)(3.0) == 3.0
    assert grad(lambda t: float(chainrule.value(t)) * t)(3.0) == 3.0
    assert grad(lambda p: chainrule.value(p)["a"] * p["a"])({"a": 3.0}) == {"a": 3.0}


@pytest.mark.parametrize("transform", [lambda f: grad(f)(3.0), lambda f: vjp(f, 3.0), lambda f: jvp(f, (3.0,), (1.0,))])
def test_every_transform_refuses(transform: Any) -> None:
    with pytest.raises(EscapeError):
        transform(lambda t: math.sin(t))


def test_nested_transforms_refuse() -> None:
    with pytest.raises(EscapeError):
        grad(lambda x: grad(lambda y: y * float(x))(x))(3.0)
    with pytest.raises(EscapeError):
        grad(grad(lambda x: math.exp(x)))(3.0)


def test_a_plain_error_of_the_users_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        grad(lambda t: t * (1 / 0))(3.0)
    with pytest.raises(ValueError, match="mine") as failure:
        grad(lambda t: int("mine") * t)(3.0)
    assert not isinstance(failure.value, ChainruleError)
