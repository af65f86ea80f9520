"""What a newcomer types in the first hour, right and wrong: each case once crashed or was answered misleadingly."""

import numpy as np
import pytest
from click.testing import CliRunner
from messages import refused

import chainrule
from chainrule.apps.cli import main
from chainrule.errors import BoundsError, EscapeError, ShapeError, UnknownAttributeError, UnknownNameError

THREE = np.array([0.1, -0.4, 0.7])
MATRIX = np.array([[0.1, 0.2, -0.3], [0.4, -0.5, 0.6], [0.7, 0.8, 0.9]])


def rnn(W, xs):
    h = np.zeros(3)
    for x in xs:
        h = np.tanh(W @ h + x)
    return np.sum(h**2)


def masked(x):
    return np.sum(x[x > 0] ** 3)


def weighted(x):
    return np.sum(np.hstack([x, x**2]) * np.arange(6))


def compared(W, x):
    output = x @ W
    return np.mean((output - np.array([1.0, 2.0, 3.0])) ** 2)


@pytest.mark.parametrize(
    ("function", "args"),
    [(rnn, (MATRIX, MATRIX)), (masked, (THREE,)), (weighted, (THREE,)), (compared, (MATRIX, THREE))],
)
def test_unnamed_arrays_and_masks_can_be_explained(function, args):
    worked = chainrule.explain(function)(*args)
    found = chainrule.grad(function, argnums=tuple(range(len(args))))(*args)
    assert all(np.array_equal(*pair) for pair in zip(worked.gradients.values(), found, strict=True))
    for written in (worked.text(), worked.markdown(), worked.latex(), worked.html()):
        assert function.__name__ in written
    assert chainrule.check_grads(function, args, raises=False).verdict.name == "PASS"


def test_a_function_that_returns_its_argument_or_a_constant():
    assert chainrule.explain(lambda x: x)(2.0).gradients == {"x": 1.0}
    worked = chainrule.explain(lambda x: 3.0)(2.0)
    assert worked.gradients == {"x": 0.0}
    assert "does not depend on it" in worked.text()


def test_the_entries_of_a_vector_are_not_examples():
    one = chainrule.explain(lambda W, x: np.sum((W @ x) ** 2))(MATRIX, THREE)
    assert "Examples of the batch" not in one.text()
    batch = chainrule.explain(lambda X, w: np.mean((X @ w) ** 2))(MATRIX, THREE)
    assert "Examples of the batch" in batch.text()
    divided = chainrule.explain(lambda X, w: np.sum((X @ w) ** 2) / 3)(MATRIX, THREE)
    assert "Examples of the batch" in divided.text()


def test_words_that_name_nothing_are_refused():
    explain = chainrule.explain
    with pytest.raises(UnknownNameError, match="steps, statements, functions, result"):
        explain(masked, detail="everything")(THREE)
    with pytest.raises(UnknownNameError, match="did you mean q"):
        explain("q = x y; f = 2 q", called={"qq": "delta"})(x=1.0, y=2.0)
    with pytest.raises(UnknownNameError, match="a dict"):
        explain(masked, called="delta=df/dx")(THREE)
    with pytest.raises(BoundsError, match=r"x\[3\](.|\n)*from 0"):
        explain(masked, wrt="x[3]")(THREE)


def run(*words):
    return CliRunner().invoke(main, list(words))


def test_a_hessian_has_its_mixed_derivatives():
    lines = run("grad", "f = (x + y) z", "--at", "x=-2,y=5,z=-4", "--hessian").output.splitlines()
    found = {left.strip(): right.strip() for left, _, right in (line.partition("=") for line in lines)}
    assert found["d²f/dxdz"] == found["d²f/dydz"] == "1"
    assert found["d²f/dxdy"] == "0"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["f = x if x > 0 else 0", "--at", "x=2"], "the word else"),
        (["f = x^2, otherwise 0", "--at", "x=2"], "the word otherwise"),
        (["f = x", "--at", "x=1 2 3"], "write [1, 2, 3]"),
        (["f = x y", "--at", "x=1,y=2", "--jvp", "x=1", "--vjp", "1"], "--jvp and --vjp together"),
        (["q = x y; f = 2 q", "--at", "x=1,y=2", "--wrt", "q", "--hessian"], "whole inputs: x, y"),
        (["model.py", "--at", "x=1"], "file.py:function"),
    ],
)
def test_what_would_be_misread_is_refused(words, said):
    result = run("grad", *words)
    assert result.exit_code == 2
    assert said in result.output


def test_the_upstream_goes_to_the_inputs_asked_about():
    written = run("grad", "q = W x", "--at", "W=[[1,2],[3,4]],x=[1,1]", "--wrt", "x", "--vjp", "[1,-1]").output
    assert "J^T u for x = [-2, -2]" in written
    assert "for W" not in written


def test_more_values_than_the_formula_has_inputs_are_refused():
    with pytest.raises(BoundsError, match="3 values for a formula with 2 inputs"):
        chainrule.explain("f = x y")(1.0, 2.0, 3.0)


def test_scipys_functions_and_what_makes_plain_numbers_are_named_with_what_to_write() -> None:
    linear = pytest.importorskip("scipy.linalg")
    matrix, rng = np.eye(2), np.random.default_rng(0)
    refused(
        EscapeError, lambda: chainrule.grad(lambda A: np.sum(linear.expm(A)))(matrix), "chainrule.numpy.linalg.expm"
    )
    refused(EscapeError, lambda: chainrule.grad(lambda x: np.float32(x) * 2)(1.0), "x.astype(np.float32)")
    refused(EscapeError, lambda: chainrule.grad(lambda x: rng.normal(x, 1.0))(1.0), "noise")


def test_the_words_of_the_library_below_do_not_stand_above_ours() -> None:
    found = refused(ShapeError, lambda: chainrule.grad(lambda x: np.sum(np.ones((3, 2)) @ x))(np.ones(3)), "matmul")
    assert found.__suppress_context__


def test_names_that_programs_for_jax_look_for() -> None:
    assert chainrule.random.PRNGKey is chainrule.random.key
    refused(UnknownAttributeError, lambda: chainrule.optimisers.apply_updates, "descent.update")
    with pytest.raises(AttributeError, match=r"chainrule\.scan"):
        _ = chainrule.lax
    with pytest.raises(AttributeError, match=r"chainrule\.tree has map"):
        _ = chainrule.tree_util


@pytest.mark.parametrize(
    ("function", "written"),
    [
        (lambda x: np.std(x, ddof=1), "std(x, ddof=1)"),
        (lambda x: np.sum(np.var(x, axis=0, ddof=1)), "var(x, axis=0, ddof=1)"),
        (lambda x: np.sum(np.var(x)), "var(x)"),
        (lambda x: np.roll(x, 2, axis=1)[0, 0], "roll(x, (2,), axis=1)"),
        (lambda x: np.flip(x, 0)[0, 0], "flip(x, axis=0)"),
        (lambda x: np.flip(x)[0, 0], "flip(x)"),
    ],
)
def test_what_changes_the_value_is_in_the_formula(function, written):
    assert written in str(chainrule.explain(function)(MATRIX))
