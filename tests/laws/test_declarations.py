"""What every declaration must hold: a docstring whose examples run, notations that can be filled in, samples."""

from __future__ import annotations

import doctest
import re
import string
from typing import Any

import numpy as np
import pytest
from laws.table import CASES, CONTROL, SPOKEN, WHOLE_NUMBERS, Case, draw, recorded

import chainrule
from chainrule import ops
from chainrule.ir.node import concrete
from chainrule.ir.notation import Form, Notation
from chainrule.ir.op import Custom, Elementwise, Flat, Linear, Op, Role
from chainrule.ir.recording import open_recording
from chainrule.ir.surface import TABLE
from chainrule.ops import OPS

every_op = pytest.mark.parametrize("made", [made for _, made in sorted(OPS.items())], ids=lambda made: made.name)
every_case = pytest.mark.parametrize("case", CASES, ids=str)


@every_op
def test_an_op_is_declared_whole(made: Op) -> None:
    first_paragraph = made.doc.split("\n\n")[0]
    assert first_paragraph.endswith((".", ")")), made.doc
    assert len(first_paragraph) > 15
    assert isinstance(made.role, Role)
    assert isinstance(made.derivative, (Elementwise, Linear, Custom, Flat))
    assert made.domain.samples or made.name in {*SPOKEN, *WHOLE_NUMBERS, *CONTROL, "cast"}
    assert OPS[made.name] is made
    assert made.kernel.__name__.removesuffix("_op") in (made.name, "any", "all", "argmax", "argmin")


@every_op
def test_the_rules_have_names(made: Op) -> None:
    match made.derivative:
        case Elementwise(partials=rules) | Linear(adjoints=rules):
            named = [rule for rule in rules if rule is not None]
        case Custom(pull=pull, push=push):
            named = [pull, push]
        case _:
            named = []
    assert not [rule for rule in named if rule.__name__ == "<lambda>"]


@every_op
def test_the_examples_of_a_docstring_run(made: Op) -> None:
    test = doctest.DocTestParser().get_doctest(made.doc, vars(ops).copy(), made.name, None, 0)
    result = doctest.DocTestRunner(verbose=False).run(test)
    assert result.failed == 0


def forms(notation: Notation) -> list[Form]:
    return [notation.text, notation.latex, notation.code]


@every_case
def test_every_spelling_can_be_filled_in(case: Case) -> None:
    with open_recording():
        nodes, output = recorded(case, draw(case))
        notation = case.op.written(output)
    names = [f"x{slot}" for slot in range(len(nodes))]
    for form in forms(notation):
        written = form.template.format(*names, **case.params)
        assert written.strip()
        assert len(form.demands) > 0
        slots = {name for _, name, _, _ in string.Formatter().parse(form.template) if name is not None}
        assert slots <= {*map(str, range(len(nodes))), *case.params}
    latex = notation.latex.template.format(*names, **case.params)
    assert latex.count("{") == latex.count("}"), latex
    assert not re.search(r"\{\{|\}\}\}\}", latex), latex


@every_case
def test_the_code_of_an_op_computes_the_op(case: Case) -> None:
    arrays = draw(case)
    with open_recording():
        _, output = recorded(case, arrays)
        code = case.op.written(output).code.template
        expected = concrete(output)
    names = {f"x{slot}": array for slot, array in enumerate(arrays)}
    written = code.format(*names, **case.params)
    found = eval(written, {"np": np, "chainrule": chainrule, **names})
    assert np.shape(found) == expected.shape, written
    np.testing.assert_allclose(np.asarray(found, complex), np.asarray(expected, complex), rtol=1e-14, err_msg=written)


@every_case
def test_a_recorded_value_is_what_the_kernel_computes(case: Case) -> None:
    arrays = draw(case)
    with open_recording():
        _, output = recorded(case, arrays)
        np.testing.assert_array_equal(concrete(output), case.op.kernel(np, *arrays, **case.params))
    np.testing.assert_array_equal(case.op(*arrays, **case.params), case.op.kernel(np, *arrays, **case.params))


@every_case
def test_the_same_op_on_the_same_inputs_is_the_same_node(case: Case) -> None:
    with open_recording():
        nodes, output = recorded(case, draw(case))
        assert case.op(*nodes, **case.params) is output


def test_the_vocabulary_lists_what_it_imports() -> None:
    public = {name for name, value in vars(ops).items() if not name.startswith("_") and callable(value)}
    assert public == set(ops.__all__) - {"OPS"}
    assert "annotations" not in ops.__all__


def test_every_public_function_says_what_it_does() -> None:
    for name in ops.__all__:
        value: Any = getattr(ops, name)
        if callable(value):
            assert value.doc if isinstance(value, Op) else value.__doc__, name


def test_numpy_names_mean_what_they_mean_in_numpy() -> None:
    """An op may have a name of NumPy's only if it is that function: `positive` once was the slope of relu."""
    x = np.array([0.3, -0.7, 0.2])
    for name in sorted(set(TABLE) & set(dir(np))):
        function = getattr(np, name)
        if isinstance(function, np.ufunc) and function.nin == 1:
            with np.errstate(all="ignore"):
                given = x > 0 if name in ("invert", "bitwise_not", "bitwise_invert", "bitwise_count") else x
                np.testing.assert_array_equal(TABLE[name](given), function(given), err_msg=name)
