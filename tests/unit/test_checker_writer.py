"""Surface trees are written as LaTeX that reads as the same trees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.checker.documents import read_document, statements
from chainrule.checker.trees import rebuilt
from chainrule.checker.writing import latex, shorter
from chainrule.errors import ChainruleError, TextSpan
from chainrule.notation import read_statements
from chainrule.notation.functions import function_named
from chainrule.notation.surface import (
    Additive,
    Bars,
    Big,
    Branch,
    Cases,
    Chain,
    Fraction,
    Group,
    Matrix,
    Multiplicative,
    Name,
    Number,
    Root,
    Scripted,
    Surface,
    children,
    write,
)

SHARED = Path(__file__).parents[3] / "shared"
NOTES = Path(__file__).parents[1] / "notes"


# What may differ: places, brackets that cannot be seen, and the typing of words and matrices ------------------------
def likeness(node: Surface) -> str:
    """The tree as a line, alike for trees that say the same in another type."""
    return write(plain(node))


def plain(node: Surface, script: bool = False) -> Surface:
    if isinstance(node, Group) and len(node.items) == 1:
        inner = node.items[0]
        if script and node.bracket == "{":
            return plain(inner, script=True)
        if node.bracket in ("{", "("):
            inner = plain(inner)
            if isinstance(inner, Group) and inner.bracket == "(" and len(inner.items) == 1:
                return inner
            return Group("(", (inner,), node.span)
        if node.bracket == "\\{":
            return Group("(", (plain(inner),), node.span)
    if isinstance(node, Group) and node.bracket == "{":
        return Group("{" if script else "\\{", tuple(map(plain, node.items)), node.span)
    if isinstance(node, Name):
        return replace(node, base=function_named(node.base) or node.base)
    if isinstance(node, Scripted):
        above = tuple(part for each in node.superscripts for part in apart(plain(each, script=True)))
        below = node.subscript and plain(node.subscript, script=True)
        return Scripted(plain(node.body), below, above, node.primes, node.span)
    if isinstance(node, Matrix) and node.style == "[":
        rows = tuple(tuple(part for each in row for part in apart(plain(each))) for row in node.rows)
        return Matrix("bmatrix", rows, node.span)
    if isinstance(node, Fraction):
        return Fraction(plain(node.numerator, True), plain(node.denominator, True), node.span)
    if isinstance(node, Root):
        return Root(plain(node.body, True), node.degree and plain(node.degree), node.span)
    if isinstance(node, Big):
        limits = [each and plain(each, True) for each in (node.lower, node.upper)]
        return Big(node.sign, limits[0], limits[1], plain(node.body), node.span)
    return rebuilt(node, plain)


def apart(node: Surface) -> tuple[Surface, ...]:
    if isinstance(node, Multiplicative) and all(not sign for sign, _ in node.factors):
        return tuple(each for _, each in node.factors)
    return (node,)


def read(text: str) -> Surface:
    (tree,) = read_statements(f"${text}$")
    return tree


# Laws ------------------------------------------
def documents() -> list[Path]:
    found = [*NOTES.glob("*.*"), *(SHARED / "devset").glob("*.*"), *(SHARED / "notes" / "seeds").glob("*.*")]
    return [each for each in found if each.suffix in (".md", ".tex", ".txt", ".ipynb") and each.name != "README.md"]


def trees_of(path: Path) -> Iterator[Surface]:
    for statement in statements(read_document(path.read_bytes(), path.name)):
        sides = [statement.side(number) for number in range(len(statement.links))]
        for text in {statement.text, *sides} if statement.piece.kind == "mathematics" else ():
            try:
                yield from read_statements(text)
            except ChainruleError:  # what cannot be read need not be written
                continue


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_statement_of_the_notes_is_read_back(path: Path) -> None:
    for tree in trees_of(path):
        assert likeness(read(latex(tree))) == likeness(tree), latex(tree)


def without_brackets(node: Surface) -> Surface:
    """The tree without brackets that hold one thing together; sums in sums and products in products become one."""
    node = rebuilt(node, without_brackets)
    if isinstance(node, Group) and node.bracket == "(" and len(node.items) == 1:
        return node.items[0]
    if isinstance(node, Additive) and isinstance(node.terms[0][1], Additive) and not node.terms[0][0]:
        return Additive((*node.terms[0][1].terms, *node.terms[1:]), HERE)
    return node


def nodes(tree: Surface) -> int:
    return 1 + sum(map(nodes, children(tree)))


HERE = TextSpan("?", 0, 1)
words = st.sampled_from(["x", "W", "z", "ab", "dW", "sigma", "tanh", "softmax", "𝟙", "loss", "T"])
names = st.builds(Name, words, st.just(HERE), st.sampled_from([(), (), ("hat",), ("bar", "hat")]), st.just(True)).map(
    lambda name: replace(name, accents=() if len(name.base) > 2 or name.base.startswith("d") else name.accents)
)
numbers = st.builds(Number, st.sampled_from(["2", "0.5", "12", ".5"]), st.just(HERE))
signs = st.sampled_from(["", "", "·", "/", "⊙", "×", "*", "@", "∘"])
relations = st.sampled_from(["=", "<", ">=", "≈", "!=", "∈"])


def grown(inner: st.SearchStrategy[Surface]) -> st.SearchStrategy[Surface]:
    some = st.lists(inner, min_size=2, max_size=3).map(tuple)
    here = st.just(HERE)
    pairs = st.lists(st.tuples(signs, inner), min_size=1, max_size=3)
    terms = st.lists(st.tuples(st.sampled_from(["+", "-"]), inner), min_size=1, max_size=2)
    return st.one_of(
        st.builds(lambda first, rest: Multiplicative((("", first), *rest), HERE), inner, pairs),
        st.builds(lambda first, rest: Additive((("", first), *rest), HERE), inner, terms),
        st.builds(lambda only: Additive((("-", only),), HERE), inner),
        st.builds(Scripted, names | numbers, inner, st.tuples(inner), st.integers(0, 2), here),
        st.builds(lambda only: Group("(", (only,), HERE), inner),
        st.builds(Group, st.sampled_from("(["), some, here),
        st.builds(Fraction, inner, inner, here),
        st.builds(Root, inner, st.none() | numbers, here),
        st.builds(Bars, st.booleans(), inner, here),
        st.builds(Big, st.sampled_from("∑∏"), inner, st.none() | names, inner, here),
        st.builds(Matrix, st.just("bmatrix"), st.lists(some, min_size=1, max_size=2).map(tuple), here),
        st.builds(lambda a, b, c: Cases((Branch(a, b), Branch(c, None)), HERE), inner, inner, inner),
        st.builds(lambda a, b, sign: Group("(", (Chain((a, b), (sign,), HERE),), HERE), inner, inner, relations),
    )


trees = st.recursive(names | numbers, grown, max_leaves=8)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees)
def test_any_tree_is_read_back_up_to_brackets(tree: Surface) -> None:
    """What the writer adds are brackets that the reader needs: reading and writing again changes nothing."""
    written = latex(tree)
    again = read(written)
    assert latex(again) == written
    assert write(without_brackets(again)) == write(without_brackets(tree))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees)
def test_a_shorter_tree_is_not_longer_and_stays(tree: Surface) -> None:
    tree = read(latex(tree))
    short = shorter(tree)
    assert nodes(short) <= nodes(tree)
    assert latex(shorter(short)) == latex(short)
    assert latex(read(latex(short))) == latex(short)


# Spellings ------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ŷ = w₁·x₁² + b", r"\hat y = w_1 \cdot x_1^2 + b"),
        ("W^{(1)}_{ij}", "W^{(1)}_{ij}"),
        ("W_{ij}^{(1)}", "W_{ij}^{(1)}"),
        ("W^{[1]}^T", "W^{[1] T}"),
        (r"$\frac{\partial L}{\partial \hat y_1}$", r"\frac{\partial L}{\partial \hat y_1}"),
        ("sigmoid(z) tanh(a)", r"\mathrm{sigmoid}(z) \tanh(a)"),
        ("[1 -2; 3 4]", r"\begin{bmatrix} 1 & -2 \\ 3 & 4 \end{bmatrix}"),
        ("[0.5 -2]", r"[0.5 \; -2]"),
        ("||W x||^2 - |y|", r"\|W x\|^2 - |y|"),
        ("sum_{i=1}^n x_i + c", r"\sum_{i=1}^n x_i + c"),
        ("1{x > 0}", r"1 \{x > 0\}"),
        ("1e-3 x", r"10^{-3} x"),
        (r"$\left(\frac12 + x\right)^2$", r"\left( \frac{1}{2} + x \right)^2"),
        (r"$x_{\text{data loss}} + \mathcal L$", r"x_{\text{data loss}} + \mathcal{L}"),
        (r"$\begin{cases} 0 & z < 0 \\ z & \text{else} \end{cases}$",
         r"\begin{cases} 0 & z < 0 \\ z & \text{otherwise} \end{cases}"),
        (r"$\mathbb 1[z > 0] \odot \delta^{(2)}$", r"\mathbb{1}[z > 0] \odot \delta^{(2)}"),
        ("y \\in {0, 1}", r"y \in \{0, 1\}"),
    ],
)  # fmt: skip
def test_spellings(text: str, expected: str) -> None:
    (tree,) = read_statements(text)
    assert latex(tree) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"2 \cdot x", "2 x"),
        (r"2 \cdot 3 x", r"2 \cdot 3 x"),
        (r"1 \cdot x", "x"),
        ("((x)) + (y z)", "x + y z"),
        ("a - -b + -c", "a + b - c"),
        ("a - (b + c)", "a - (b + c)"),
        ("a + (b - c)", "a + b - c"),
        (r"W (a \odot b)", r"W(a \odot b)"),
        ("f(x)", "f(x)"),
        (r"\frac{(x + y)}{(2)}", r"\frac{x + y}{2}"),
        (r"2 \cdot \frac{1}{2}", r"2 \cdot \frac{1}{2}"),
        ("a / (b c)", "a / (b c)"),
    ],
)
def test_shorter(text: str, expected: str) -> None:
    assert latex(shorter(read(text))) == expected


def test_a_gradient_named_after_a_greek_letter() -> None:
    assert latex(Name("dgamma", HERE, (), whole=True)) == r"d\gamma"
    assert latex(Name("dx", HERE, ("hat",), whole=True)) == r"d\hat x"
