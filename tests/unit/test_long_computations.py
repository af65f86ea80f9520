"""Chains of 100,000 operations and sums of 10,000 terms: differentiated, compiled, printed without recursion."""

import numpy as np
import pytest

import chainrule
from chainrule.errors import LimitError


def chain(x):
    for _ in range(100_000):
        x = x * 1.00001
    return x


def terms(x):
    total = 0.0
    for number in range(10_000):
        total = total + np.sin(x) * float(number)
    return total


def test_a_chain_is_differentiated_in_both_modes():
    expected = 1.00001**100_000
    assert chainrule.grad(chain)(1.0) == pytest.approx(expected, rel=1e-9)
    assert float(chainrule.jvp(chain, (1.0,), (1.0,))[1]) == pytest.approx(expected, rel=1e-9)
    assert chainrule.grad(chainrule.grad(chain))(1.0) == 0.0


def test_a_sum_is_differentiated_and_compiled():
    expected = np.cos(1.0) * 10_000 * 9_999 / 2
    assert chainrule.grad(terms)(1.0) == pytest.approx(expected, rel=1e-12)
    assert chainrule.jit(chainrule.grad(terms))(1.0) == pytest.approx(expected, rel=1e-12)


def test_both_are_printed_as_python_that_compiles():
    for function in (chain, terms):
        compile(chainrule.source(function, 1.0), "<printed>", "exec")


def test_an_explanation_has_a_bound():
    with pytest.raises(LimitError, match="100,002 steps"):
        chainrule.explain(chain)(1.0)
