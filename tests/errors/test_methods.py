"""Methods that would lose a derivative or change a value: each refused, with what to write instead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from messages import refused

from chainrule import grad
from chainrule.errors import ChainruleError, EscapeError, MutationError

VECTOR = np.array([1.0, 2.0, 3.0])
W = np.arange(6.0).reshape(2, 3)

DETACHING: dict[str, Any] = {  # methods of a plain array that are given a recorded value
    "dot": lambda w, t: w.dot(t),
    "max initial": lambda w, t: w.max(initial=t[0]),
    "searchsorted": lambda w, t: w[0].searchsorted(t),
    "take": lambda w, t: w.take(t),
    "repeat": lambda w, t: w.repeat(t),
    "choose": lambda w, t: np.array([0, 1, 0]).choose([t, t]),
    "compress": lambda w, t: w[0].compress(t),
    "put": lambda w, t: w.put([0], t[0]),
    "fill": lambda w, t: w.fill(t[0]),
    "partition": lambda w, t: w.partition(t),
    "__iadd__": lambda w, t: w.__iadd__(t),
    "__imatmul__": lambda w, t: np.eye(3).__imatmul__(t[:, None] * t),
    "__setitem__": lambda w, t: w.__setitem__(0, t),
    "__contains__": lambda w, t: (t[0] in w) * t[0],
    "ufunc out": lambda w, t: np.add(w, w, out=t),
    "where out": lambda w, t: np.copyto(w, t),
    "putmask": lambda w, t: np.putmask(w, w > 0, t),
    "put_along_axis": lambda w, t: np.put_along_axis(w, np.zeros((2, 1), int), t[:1], 1),
    "fill_diagonal": lambda w, t: np.fill_diagonal(w, t[0]),
    "place": lambda w, t: np.place(w, w > 1, t),
    "array": lambda w, t: np.array([t, t]),
    "asarray": lambda w, t: np.asarray(t),
    "asanyarray": lambda w, t: np.asanyarray(t),
    "ascontiguousarray": lambda w, t: np.ascontiguousarray(t),
    "require": lambda w, t: np.require(t, float),
    "fromiter": lambda w, t: np.fromiter(t, float),
    "vectorize": lambda w, t: np.vectorize(lambda e: e * e)(t),
    "r_": lambda w, t: np.r_[t, 1.0],
    "c_": lambda w, t: np.c_[t, t],
    "float64": lambda w, t: np.float64(t[0]),
}


@pytest.mark.parametrize("name", sorted(set(DETACHING) - {"__contains__"}))
def test_a_plain_array_does_not_take_a_recorded_value_silently(name: str) -> None:
    with pytest.raises(ChainruleError) as failure:
        grad(lambda t: np.sum(DETACHING[name](W.copy(), t)) * 1.0)(VECTOR)
    assert "try:" in str(failure.value)


@pytest.mark.parametrize(
    ("call", "remedy"),
    [
        (lambda t: np.full(3, t[0]), "np.full_like"),
        (lambda t: np.arange(t[0]), "np.arange(n)"),
        (lambda t: np.vectorize(abs)(t), "vmap"),
        (lambda t: np.r_[t, 1.0], "np.concatenate"),
        (lambda t: np.asarray(t), "leave it away"),
        (lambda t: np.fill_diagonal(np.eye(3), t[0]), "ops.at(a)"),
        (lambda t: W.dot(t), "np.dot(W"),
        (lambda t: W.take(t), "np.take(W"),
    ],
)
def test_the_remedy_is_what_was_meant(call: Any, remedy: str) -> None:
    refused(EscapeError, lambda: grad(call)(VECTOR), remedy)


def test_methods_of_plain_arrays_that_go_through_a_ufunc_are_recorded() -> None:
    np.testing.assert_array_equal(grad(lambda t: np.sum(np.array([0.0, 2.5, 9.0]).clip(t[0], t[2])))(VECTOR), [1, 0, 1])
    np.testing.assert_array_equal(grad(lambda t: W[0].sum(where=t > 1.5) * np.sum(t))(VECTOR), [3.0, 3.0, 3.0])


@pytest.mark.parametrize("name", ["sort", "partition", "fill", "put", "resize", "byteswap", "setflags"])
def test_methods_in_place(name: str) -> None:
    error = refused(MutationError, lambda: grad(lambda t: getattr(t, name)(1))(VECTOR), f".{name}", "would change it")
    if name in ("sort", "partition", "fill", "resize"):
        assert "np." in str(error)
    if name == "put":
        assert "x.at[" in str(error)


def test_assignments_name_the_update_that_is_meant() -> None:
    def assigned(t: Any) -> Any:
        t[0] = 1.0
        return t

    refused(MutationError, lambda: grad(assigned)(VECTOR), "x.at[place].set(new)")
    refused(MutationError, lambda: grad(lambda t: np.put(np.zeros(3), [0], t[0]))(VECTOR), "numpy.put", "x.at[places]")


@pytest.mark.parametrize("name", ["tobytes", "view", "flags", "strides", "data", "ctypes", "tofile", "dump"])
def test_what_lies_in_memory_is_not_there(name: str) -> None:
    with pytest.raises(ChainruleError, match=rf"\.{name}"):
        grad(lambda t: getattr(t, name))(VECTOR)
