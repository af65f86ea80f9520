"""Nested containers: flattening, rebuilding, naming, comparing."""

from __future__ import annotations

import copy
from collections import namedtuple
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import LimitError, StructureError
from chainrule.tree import DEEPEST, flatten, paths, unflatten


class Layer(NamedTuple):
    W: Any
    b: Any


@dataclass(frozen=True, slots=True)
class Network:
    first: Layer
    scale: Any = 1.0


@dataclass
class Checked:
    rate: Any
    doubled: Any = field(init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.rate, float):
            raise TypeError("rate must be a float")
        self.doubled = 2 * self.rate


class Opaque:
    """Not a container: a leaf."""


leaves = st.one_of(st.integers(), st.floats(allow_nan=False), st.text(max_size=3), st.booleans())
containers = st.recursive(
    st.one_of(leaves, st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        st.tuples(inner, inner).map(lambda pair: Layer(*pair)),
        st.tuples(inner, inner).map(lambda pair: Network(*pair)),
    ),
    max_leaves=20,
)


@given(containers)
def test_unflatten_undoes_flatten(container: Any) -> None:
    found, structure = flatten(container)
    rebuilt = unflatten(structure, found)
    assert rebuilt == container
    assert type(rebuilt) is type(container)
    assert structure.size == len(found) == len(paths(structure))


@given(containers)
def test_equal_containers_have_equal_structures(container: Any) -> None:
    structure, again = flatten(container)[1], flatten(copy.deepcopy(container))[1]
    assert structure == again
    assert hash(structure) == hash(again)


@given(containers)
def test_paths_lead_to_the_leaves(container: Any) -> None:
    found, structure = flatten(container)
    for path, leaf in zip(paths(structure), found, strict=True):
        reached = container
        for key in path:
            reached = reached[key] if isinstance(key, int) or isinstance(reached, dict) else getattr(reached, key)
        assert reached is leaf


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        (5.0, [()]),
        (None, []),
        ([], []),
        ({"fc1": {"W": 0, "b": 0}}, [("fc1", "W"), ("fc1", "b")]),
        ([0, (0, [0])], [(0,), (1, 0), (1, 1, 0)]),
        (Network(Layer(0, 0)), [("first", "W"), ("first", "b"), ("scale",)]),
        ({3: 0, 1: 0}, [(1,), (3,)]),
        ({"b": 0, 1: 0}, [("b",), (1,)]),
    ],
)
def test_paths(container: Any, expected: list[tuple[Any, ...]]) -> None:
    assert paths(flatten(container)[1]) == expected


def test_the_order_of_insertion_does_not_matter() -> None:
    assert flatten({"a": 1, "b": 2}) == flatten({"b": 2, "a": 1})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([0], (0,)),
        ((0, 0), Layer(0, 0)),
        ({"a": 0}, {"b": 0}),
        ([0, [0]], [[0], 0]),
        ([None], [0]),
        (Layer(0, 0), namedtuple("Layer", "W b")(0, 0)),
    ],
)
def test_different_containers_have_different_structures(one: Any, other: Any) -> None:
    assert flatten(one)[1] != flatten(other)[1]


@pytest.mark.parametrize("leaf", [Opaque(), "text", {1, 2}, Layer, Network, 1j, b"bytes"])
def test_anything_else_is_a_leaf(leaf: Any) -> None:
    assert flatten([leaf])[0] == [leaf]


def test_a_dataclass_is_rebuilt_without_checking_it_again() -> None:
    found, structure = flatten(Checked(2.0))
    assert found == [2.0, 4.0]
    rebuilt = unflatten(structure, ["gradient", "other"])
    assert (type(rebuilt), rebuilt.rate, rebuilt.doubled) == (Checked, "gradient", "other")


def test_a_structure_prints_as_what_it_describes() -> None:
    structure = flatten({"net": Network(Layer([1, 2], None)), "x": (1,)})[1]
    assert str(structure) == "{'net': Network(first=Layer(W=[*, *], b=None), scale=*), 'x': (*,)}"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_number_of_leaves_must_agree(count: int) -> None:
    structure = flatten([0, 0])[1]
    with pytest.raises(StructureError, match=rf"(?s)given {count} leaves\n.*expected: 2, one for each leaf"):
        unflatten(structure, range(count))


def nested(depth: int) -> Any:
    container: Any = 0.5
    for _ in range(depth):
        container = [container]
    return container


def test_the_deepest_nesting_works_in_every_direction() -> None:
    found, structure = flatten(nested(DEEPEST))
    assert paths(structure) == [(0,) * DEEPEST]
    assert hash(structure) == hash(flatten(nested(DEEPEST))[1])
    assert str(structure) == "[" * DEEPEST + "*" + "]" * DEEPEST
    assert flatten(unflatten(structure, found)) == (found, structure)


def test_deeper_nesting_is_refused() -> None:
    with pytest.raises(LimitError, match="nested more than 1000 deep"):
        flatten(nested(DEEPEST + 1))


def test_a_container_that_holds_itself_is_refused() -> None:
    endless: list[Any] = [0]
    endless.append(endless)
    with pytest.raises(LimitError, match="none that holds itself"):
        flatten(endless)
