"""Every law of the table: an example on which it is used, and the same number before and after."""

import numpy as np
import pytest

from chainrule import ops
from chainrule.derivation.stage import evaluate
from chainrule.ir.coercion import constant
from chainrule.ir.graph import Graph
from chainrule.ir.recording import open_recording
from chainrule.transforms.laws import LAWS
from chainrule.transforms.simplify import simplify, simplify_all, simplify_graph

FLOATS = np.dtype("float64")


def add_nothing(x, y, A):
    return x + 0.0


def subtract_from_nothing(x, y, A):
    return 0.0 - x


def subtract_a_negative(x, y, A):
    return x - (-y)


def lead_with_the_positive(x, y, A):
    return (-x) + y


def negate_twice(x, y, A):
    return ops.neg(ops.neg(x))


def negate_a_difference(x, y, A):
    return -(x - y)


def conjugate_twice(x, y, A):
    return ops.conj(ops.conj(x * 2j))


def cast_a_number(x, y, A):
    return constant(np.float64(3.0)).astype("complex128") * (x * 1j)


def real_part_of_a_real_number(x, y, A):
    return ops.real(x.astype("complex128")) + y


def numbers_in_front(x, y, A):
    return x * 2.0 * y * 3.0


def nothing_times(x, y, A):
    return x * 0.0


def divide_by_a_number(x, y, A):
    return (4.0 * x) / 2.0


def sign_before_a_quotient(x, y, A):
    return (-x) / y


def multiply_by_a_reciprocal(x, y, A):
    return x * (1 / y)


def transpose_twice(x, y, A):
    return A.T.T


def transpose_an_outer_product(x, y, A):
    return ops.outer(x, y).T


def numbers_leave_linear_ops(x, y, A):
    return ops.outer(2.0 * x, -y)


def broadcast_of_a_product(x, y, A):
    return ops.broadcast_to(2.0 * x, (2, 3))


def reshape_twice(x, y, A):
    return ops.reshape(ops.reshape(A, (9,)), (3, 3))


def broadcast_twice(x, y, A):
    return ops.broadcast_to(ops.broadcast_to(x, (2, 3)), (4, 2, 3))


def cast_to_itself(x, y, A):
    return ops.cast(x, dtype=FLOATS)


def multiply_by_the_identity(x, y, A):
    return ops.matmul(ops.diag_matrix(ops.broadcast_to(constant(np.asarray(1.0)), (3,))), A)


def twice_itself(x, y, A):
    return x + x


def square_of_itself(x, y, A):
    return x * x


def fold_numbers(x, y, A):
    return x * ops.exp(ops.broadcast_to(constant(np.asarray(0.5)), (3,)))


def copy_last(x, y, A):
    s, t = ops.sum(x), ops.sum(y)
    return ops.broadcast_to(s, (3,)) * ops.broadcast_to(t, (3,))


def cancel_a_factor(x, y, A):
    return x * (y / x)


def cancel_inside_a_difference(x, y, A):
    return x * (A[0] - y / x)


EXAMPLES = {name.replace("_", " "): value for name, value in list(globals().items()) if callable(value)}


def variables():
    generator = np.random.default_rng(3)
    nodes = [ops.input_node(shape, FLOATS) for shape in ((3,), (3,), (3, 3))]
    return nodes, {node: generator.uniform(0.5, 2.0, node.shape) for node in nodes}


@pytest.mark.parametrize("law", LAWS, ids=[law.name for law in LAWS])
def test_a_law_is_used_and_keeps_the_value(law):
    with open_recording():
        nodes, values = variables()
        before = EXAMPLES[law.name](*nodes)
        used = []
        (after,) = simplify_all([before], nodes, LAWS, used.append)
        assert law in [each.law for each in used]
        assert after.type is before.type
        np.testing.assert_allclose(evaluate(after, values), evaluate(before, values), rtol=1e-13)
        for each in used:
            np.testing.assert_allclose(evaluate(each.after, values), evaluate(each.before, values), rtol=1e-13)


def random_expression(generator, nodes):
    pool = list(nodes[:2])
    for _ in range(12):
        first, second = (pool[generator.integers(len(pool))] for _ in range(2))
        match generator.integers(8):
            case 0:
                pool.append(first + second)
            case 1:
                pool.append(first - second)
            case 2:
                pool.append(first * second)
            case 3:
                pool.append(-first)
            case 4:
                pool.append(first * float(generator.integers(-2, 3)))
            case 5:
                pool.append(first / (1.0 + ops.square(second)))
            case 6:
                pool.append(ops.sum(first) * second)
            case _:
                pool.append(ops.matmul(nodes[2], first))
    return pool[-1]


@pytest.mark.parametrize("seed", range(60))
def test_simplifying_keeps_the_value_of_random_expressions(seed):
    generator = np.random.default_rng(seed)
    with open_recording():
        nodes, values = variables()
        before = random_expression(generator, nodes)
        after = simplify(before)
        expected = evaluate(before, values)
        np.testing.assert_allclose(evaluate(after, values), expected, rtol=1e-10, atol=1e-10 * np.abs(expected).max())
        assert simplify(after) is after  # nothing is left to do


def test_a_graph_that_runs_is_simplified_only_by_laws_that_always_hold():
    with open_recording():
        x = ops.input_node((3,), FLOATS)
        graph = simplify_graph(Graph((x,), (x * 0.0 + 0.0,), {}))
        value = evaluate(graph.outputs[0], {x: np.array([np.inf, 1.0, np.nan])})
    np.testing.assert_array_equal(value, [np.nan, 0.0, np.nan])


def test_a_long_chain_is_simplified_without_recursion():
    with open_recording():
        x = ops.input_node((), FLOATS)
        chain = x
        for _ in range(20_000):
            chain = -(chain + 0.0)
        assert simplify(chain) is x
