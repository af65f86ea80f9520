"""Every executor gives the result of the reference, to the last bit, for every op and for random programs."""

from __future__ import annotations

import linecache
import traceback
from typing import Any

import numpy as np
import pytest
from laws.table import Case, all_cases, draw
from unit.programs import random_program

from chainrule.errors import UnknownNameError, is_user_file
from chainrule.executors import EXECUTORS, find_executor
from chainrule.ir.graph import Graph
from chainrule.ir.recording import open_recording
from chainrule.ops import input_node

EXACT = ["numpy"]  # the native executor has laws of its own: it rounds in another order
FLOAT = np.dtype(float)


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_every_op_gives_the_bits_of_its_kernel(case: Case, name: str) -> None:
    arrays = [np.asarray(array)[()] for array in draw(case)]
    with open_recording(), np.errstate(all="ignore"):
        inputs = tuple(input_node(np.shape(array), array.dtype) for array in arrays)
        graph = Graph(inputs, (case.op(*inputs, **case.params),))
        (found,) = EXECUTORS[name](graph, "f")(*arrays)
        (expected,) = EXECUTORS["walk"](graph, "f")(*arrays)
    assert (np.shape(found), found.dtype) == (np.shape(expected), expected.dtype)
    assert np.array_equal(found, expected, equal_nan=found.dtype.kind in "fc")


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("seed", range(120, 300))
def test_random_programs_give_the_same_bits(seed: int, name: str) -> None:
    with open_recording(), np.errstate(all="ignore"):
        graph, values = random_program(seed)
        expected = EXECUTORS["walk"](graph, "f")(*values)
        found = EXECUTORS[name](graph, "f")(*values)
    for one, other in zip(expected, found, strict=True):
        assert (np.shape(one), np.asarray(one).dtype) == (np.shape(other), np.asarray(other).dtype)
        assert np.array_equal(one, other, equal_nan=np.asarray(one).dtype.kind == "f")


def simple_graph(function: Any) -> Graph:
    with open_recording():
        x = input_node((3,), FLOAT)
        return Graph((x,), (function(x),), {x: "x"})


def test_the_reference_is_given_its_library() -> None:
    graph = simple_graph(np.tanh)
    assert EXECUTORS["walk"](graph, "f")(np.zeros(3))[0].tolist() == [0, 0, 0]


def test_an_executor_is_found_by_name() -> None:
    assert find_executor(None) is EXECUTORS["native"]
    assert find_executor("walk") is EXECUTORS["walk"]
    assert find_executor(EXECUTORS["walk"]) is EXECUTORS["walk"]
    with pytest.raises(UnknownNameError, match="did you mean numpy"):
        find_executor("nunpy")


def test_an_error_in_compiled_code_shows_its_line() -> None:
    run = EXECUTORS["numpy"](simple_graph(lambda x: np.tanh(x) * 2.0), "half")
    with pytest.raises(TypeError) as failure:
        run("text")
    assert "return (np.tanh(x) * 2.0,)" in "".join(traceback.format_exception(failure.value))


def test_compiled_code_is_not_the_users_and_leaves_nothing_behind() -> None:
    run = EXECUTORS["numpy"](simple_graph(np.tanh), "forgotten")
    file = run.__code__.co_filename  # type: ignore[attr-defined]
    assert file.startswith("<chainrule forgotten")
    assert not is_user_file(file)
    assert file not in linecache.cache
