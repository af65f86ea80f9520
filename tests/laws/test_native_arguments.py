"""Arguments of every kind: a function that has been compiled takes and refuses what recording takes and refuses."""

from __future__ import annotations

import array
import copy
import decimal
import enum
import fractions
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.errors import ChainruleError, DTypeError, EscapeError, ShapeError

G = np.arange(3.0)


class Sub(np.ndarray):
    pass


class Length(float):
    pass


class Colour(enum.IntEnum):
    RED = 2


class Holder:
    def __init__(self, content: Any) -> None:
        self.content = content

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        if self.content is None:
            raise RuntimeError("not today")
        return np.asarray(self.content, dtype)


class OfTheGpu:
    def __init__(self) -> None:
        self.dtype, self.shape = np.dtype(float), (3,)


def product(x: Any, y: Any) -> Any:
    return np.sum(x * y)


TAKEN: dict[str, Callable[[], Any]] = {
    "float": lambda: 2.0, "int": lambda: 2, "bool": lambda: True, "NumPy float": lambda: np.float64(2.0),
    "float32": lambda: np.float32(0.5), "int8": lambda: G.astype(np.int8), "uint64": lambda: G.astype(np.uint64),
    "float16": lambda: G.astype(np.float16), "long double": lambda: G.astype(np.longdouble), "complex": lambda: 1j * G,
    "no axes": lambda: np.array(2.0), "truth values": lambda: G > 1, "NumPy bool": lambda: np.bool_(True),
    "subclass": lambda: G.view(Sub), "subclass of float": lambda: Length(2.0), "enumeration": lambda: Colour.RED,
    "__array__": lambda: Holder(G), "__array__ of float32": lambda: Holder(G.astype(np.float32)),
    "memoryview": lambda: memoryview(G), "array.array": lambda: array.array("f", [1, 2, 3]),
    "NaN": lambda: float("nan"), "swapped": lambda: G.astype(">f8"), "backwards": lambda: G[::-1],
    "read-only": lambda: np.frombuffer(G.tobytes()), "stride 0": lambda: np.broadcast_to(2.0, 3),
    "one more axis": lambda: np.ones((2, 3)), "one": lambda: np.ones(1),
    "largest integer": lambda: 2**63 - 1, "smallest integer": lambda: -(2**63),
}  # fmt: skip
REFUSED: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "text": (lambda: "3.0", DTypeError, "argument 0 of type str"),
    "bytes": (lambda: b"3.0", DTypeError, "argument 0 of type bytes"),
    "an object": (object, DTypeError, "argument 0 of type object"),
    "a type": (lambda: float, DTypeError, "argument 0 of type type"),
    "a set": (lambda: {1.0, 2.0}, DTypeError, "argument 0 of type set"),
    "a fraction": (lambda: fractions.Fraction(1, 2), DTypeError, "argument 0 of type Fraction"),
    "a decimal": (lambda: decimal.Decimal("0.5"), DTypeError, "argument 0 of type Decimal"),
    "an array of text": (lambda: np.array(["a", "b", "c"]), DTypeError, "argument 0 of type ndarray"),
    "an array of objects": (lambda: np.array([1.0, None, 2.0], object), DTypeError, "argument 0 of type ndarray"),
    "a structured array": (lambda: np.zeros(3, [("a", float)]), DTypeError, "argument 0 of type ndarray"),
    "dates": (lambda: np.array(["2020-01-01"] * 3, "M8[D]"), DTypeError, "argument 0 of type ndarray"),
    "a masked array": (lambda: np.ma.array(G, mask=[0, 1, 0]), DTypeError, "an array without a mask"),
    "a matrix": (lambda: np.ones((1, 3)).view(np.matrix), DTypeError, "np.asarray"),
    "a huge integer": (lambda: 10**30, DTypeError, "an integer of 100 bits"),
    "an integer above": (lambda: 2**64, DTypeError, "an integer of 65 bits"),
    "what cannot be read": (lambda: Holder(None), DTypeError, "not today"),
    "what only looks like an array": (OfTheGpu, DTypeError, "argument 0 of type OfTheGpu"),
    "another shape": (lambda: np.ones(4), ShapeError, r"\(4,\) and \(3,\)"),
    "a list": (lambda: [1.0, 2.0, 3.0], EscapeError, "np.stack"),
    "nothing": (lambda: None, DTypeError, "NoneType"),
    "a dict": (lambda: {"a": G}, DTypeError, "of type dict"),
}


def outcome(call: Callable[[], Any]) -> tuple[Any, ...]:
    """What a call gives, or what it raises."""
    try:
        found = np.asarray(call())
    except (ChainruleError, TypeError, LookupError) as problem:
        return type(problem), str(problem).split("\n", 1)[0], getattr(problem, "expected", "")
    return found.shape, found.dtype, found.tobytes()


def compiled() -> dict[str, Any]:
    """Functions that have met nothing yet, some kinds of arguments, and those that no machine code is made for."""
    warm = chainrule.jit(lambda x, y: product(x, y))
    for first in (G, G, 2.0, np.float32(2.0), np.ones((2, 3))):
        warm(first, G)
    walk = chainrule.jit(lambda x, y: product(x, y), executor="walk")
    return {"fresh": chainrule.jit(lambda x, y: product(x, y)), "warm": warm, "walk": walk}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", TAKEN)
def test_arguments_that_are_taken(name: str) -> None:
    functions = compiled()
    expected = np.asarray(product(np.asarray(TAKEN[name]()), G)) if name not in ("int", "float", "bool") else None
    for way, function in functions.items():
        for _ in range(3):
            found = np.asarray(function(TAKEN[name](), G))
            if expected is not None:
                assert found.dtype == expected.dtype, way
                np.testing.assert_allclose(found, expected, rtol=1e-15, err_msg=way)
        assert function(G, G) == 5.0


@pytest.mark.parametrize("name", REFUSED)
def test_arguments_that_are_refused(name: str) -> None:
    make, kind, words = REFUSED[name]
    for way, function in compiled().items():
        for _ in range(2):
            with pytest.raises(kind, match=words) as failure:
                function(make(), G)
            assert isinstance(failure.value, ChainruleError), way
            assert "test_native_arguments.py" in str(failure.value)
        assert function(G, G) == 5.0  # nothing was broken


CALLS: dict[str, Callable[[Any], Any]] = {
    "one missing": lambda f: f(G), "one too many": lambda f: f(G, G, G), "none": lambda f: f(),
    "an unknown name": lambda f: f(G, G, z=G), "one twice": lambda f: f(G, G, x=G),
    "by name": lambda f: f(y=G, x=2 * G), "one by name": lambda f: f(G, y=G),
    "text by name": lambda f: f(G, y="text"),
    "out of another shape": lambda f: f(G, G, out=np.ones(2)), "out": lambda f: f(G, G, out=np.array(1.0)),
    "out of whole numbers": lambda f: f(G, G, out=np.array(1)), "out of a number": lambda f: f(G, G, out=1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_calls_of_other_forms(name: str) -> None:
    """The same outcome as where nothing is compiled: a number, or the same words."""
    found = {way: outcome(lambda function=function: CALLS[name](function)) for way, function in compiled().items()}
    assert found["fresh"] == found["warm"] == found["walk"]
    if name not in ("by name", "one by name", "out"):
        assert isinstance(found["fresh"][0], type)


STRUCTURES: dict[str, Any] = {
    "a key is missing": {"W": G}, "another key": {"W": G, "c": [1.0, 2.0]}, "more": {"W": G, "b": [1.0, 2.0], "c": 1},
    "a shorter list": {"W": G, "b": [1.0]}, "a tuple": {"W": G, "b": (1.0, 2.0)}, "an array": {"W": G, "b": np.ones(2)},
    "None inside": {"W": G, "b": [1.0, None]}, "text inside": {"W": G, "b": [1.0, "text"]}, "a list": [G, [1.0, 2.0]],
    "a longer list": {"W": G, "b": [1.0, 2.0, 3.0]}, "another dtype": {"W": G.astype(np.float32), "b": [1.0, 2.0]},
    "another order": {"b": [1.0, 2.0], "W": G}, "integers": {"W": G, "b": [1, 2]},
    "another shape": {"W": np.ones((2, 3)), "b": [1.0, 2.0]},
}  # fmt: skip


@pytest.mark.parametrize("name", STRUCTURES)
def test_other_structures(name: str) -> None:
    def affine(p: Any, x: Any) -> Any:
        return np.sum(p["W"] * x) * p["b"][0] + p["b"][1]

    good = {"W": G, "b": [1.0, 2.0]}
    found = []
    for executor in ("native", "walk"):
        function = chainrule.jit(lambda p, x: affine(p, x), executor=executor)
        for _ in range(2):
            assert function(good, G) == 7.0
        found.append([outcome(lambda function=function: function(STRUCTURES[name], G)) for _ in range(2)])
        assert function(good, G) == 7.0
    assert found[0] == found[1]


def test_what_is_empty_and_what_has_no_arguments() -> None:
    empty = chainrule.jit(lambda p: np.sum(p["x"]) + 1.0)
    assert empty({"x": np.zeros((0, 3))}) == 1.0
    constant = chainrule.jit(lambda: np.ones(2) * 3.0)
    for _ in range(3):
        assert constant().tolist() == [3.0, 3.0]
        with pytest.raises(TypeError, match="positional argument"):
            constant(1.0)
    nothing = chainrule.jit(lambda p: {"a": (), "b": p})
    assert nothing([]) == {"a": (), "b": []}
    assert nothing({}) == {"a": (), "b": {}}


def test_each_kind_is_compiled_once_and_all_of_them_are_kept() -> None:
    runs = []

    def f(x: Any) -> Any:
        runs.append(1)
        return x * 2

    jitted = chainrule.jit(f)
    kinds = [2.0, np.float32(2), G, G.astype(np.float32), np.ones((2, 3)), G.astype(int), np.ones((3, 2)), 2, True, [G]]
    for _ in range(3):
        for each in kinds[:-1]:
            expected = f(np.asarray(each) if type(each) in (float, int, bool) else each)
            runs.pop()
            found = np.asarray(jitted(each))
            assert np.array_equal(found, expected)
            assert found.dtype == expected.dtype or type(each) is bool
    assert len(runs) == len(kinds) - 1


@chainrule.jit(static_argnums=1)
def scaled(x: Any, factor: Any) -> Any:
    return x * factor


def test_a_decorator_with_options_and_copies_by_name() -> None:
    assert scaled(3.0, 2) == 6.0
    assert pickle.loads(pickle.dumps(scaled)) is scaled
    assert copy.deepcopy({"f": scaled})["f"] is scaled
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(chainrule.jit(lambda x: x))
