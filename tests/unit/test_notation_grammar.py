"""Text to surface tree: what stands on the page, with every ambiguity kept."""

from __future__ import annotations

import pytest

from chainrule.errors import LimitError, ParseError, TextSpan
from chainrule.notation.program import read_statements
from chainrule.notation.surface import children, height, write
from chainrule.notation.tokens import Kind, tokenise

TREES = [
    # plain text
    ("f = (x + y) * z", ["f = [<( [x +y]> *z]"]),
    ("q = x + y; f = q z", ["q = [x +y]", "f = [q z]"]),
    ("q = x + y\nf = qz", ["q = [x +y]", "f = qz"]),
    ("f = x +\n  y", ["f = [x +y]"]),
    ("f = x\n= y", ["f = x = y"]),
    ("-x^2", ["[-(x ^2)]"]),
    ("-a b + c", ["[-[a b] +c]"]),
    ("a * -b", ["[a *[-b]]"]),
    ("2^3^2", ["(2 ^(3 ^2))"]),
    ("e^-x_1", ["(e ^[-(x _1)])"]),
    ("x_i^2", ["(x _i ^2)"]),
    ("x^2_i", ["(x _i ^2)"]),
    ("x_{i+1}", ["(x _[i +1])"]),
    ("x^T A x", ["[(x ^T) A x]"]),
    ("x^TAx", ["[(x ^T) Ax]"]),
    ("x' f''(z)", ["[(x') (f'') <( z>]"]),
    ("W[1,2]", ["[W <[ 1, 2>]"]),
    ("[1 -2; 3 4]", ["<matrix [1 [-2]] | [3 4]>"]),
    ("[1 - 2]", ["<[ [1 -2]>"]),
    ("[[1,2],[3,4]]", ["<[ <[ 1, 2>, <[ 3, 4>>"]),
    ("||W x||^2", ["(<norm [W x]> ^2)"]),
    ("|x||y|", ["[<bars x> <bars y>]"]),
    ("||x|| |y|", ["[<norm x> <bars y>]"]),
    ("sum_i (W x)_i^2", ["<∑ i | (<( [W x]> _i ^2)>"]),
    ("sum_{i=1}^n x_i + c", ["[<∑ i = 1 | n | (x _i)> +c]"]),
    ("1{x > 0}", ["[1 <{ x > 0>]"]),
    ("f.", ["f"]),
    ("q = x y where x = 2 and y = 3", ["q = [x y]", "x = 2", "y = 3"]),
    # Unicode
    ("ŷ = w₁·x₁² + b", ["hat y = [[(w _1) ·(x _1 ^2)] +b]"]),
    ("wᵀx ⊙ σ(z)", ["[(w ^T) x ⊙sigma <( z>]"]),
    ("‖x‖ − 2", ["[<norm x> -2]"]),
    ("√x", ["<root x>"]),
    ("ℒ", ["ℒ"]),
    # LaTeX
    (r"$f(x,y,z) = (x+y)z$", ["[f <( x, y, z>] = [<( [x +y]> z]"]),
    (r"$q = x+y$ $f = qz$", ["q = [x +y]", "f = qz"]),
    (r"\frac12 x_ij \hat y_1", ["[<fraction 1 | 2> (x _i) j (hat y _1)]"]),
    (r"\frac{\partial L}{\partial w}", ["<fraction [partial L] | [partial w]>"]),
    (r"x^\top y^{\intercal} z^{(2)} W^{[1]T}", ["[(x ^⊤) (y ^⊤) (z ^<( 2>) (W ^[<[ 1> T])]"]),
    (r"x^{(i)}_j", ["(x _j ^<( i>)"]),
    (r"\hat{y}_1 + \bar{x}", ["[(hat y _1) +bar x]"]),
    (r"\mathbf{W}^{(1)} \boldsymbol{x} + \mathcal{L}", ["[[(W ^<( 1>) x] +ℒ]"]),
    (r"\text{PreL} = l^1 + l^2", ["PreL = [(l ^1) +(l ^2)]"]),
    (r"\left\| W \cdot x \right\|^2", ["(<norm [W ·x]> ^2)"]),
    (r"\sum_{i=1}^n (W \cdot x)_i^2", ["<∑ i = 1 | n | (<( [W ·x]> _i ^2)>"]),
    (r"\sum_{j \ne i} x_j", ["<∑ j != i | (x _j)>"]),
    (r"\begin{bmatrix} 0.1 & 0.5 \\ -0.3 & 0.8 \end{bmatrix} x", ["[<matrix 0.1 | 0.5 | [-0.3] | 0.8> x]"]),
    (r"\begin{cases} 0, & z < 0 \\ z, & \text{else.} \end{cases}", ["<cases 0 | z < 0 | z>"]),
    (r"\begin{aligned} a &= b \\ &= c \\ &+ d \end{aligned}", ["a = b = [c +d]"]),
    (r"z_0 = w_0 x, \quad h_0 = z_0", ["(z _0) = [(w _0) x]", "(h _0) = (z _0)"]),
    (r"z = [2 \quad 5]", ["z = <[ [2 5]>"]),
    (r"\sqrt{x} \sqrt[3]{y}", ["[<root x> <root y | 3>]"]),
    (r"\boxed{x = 1} \label{eq:1}", ["x = 1"]),
    (r"\underbrace{x + y}_{\text{data}} z", ["[<{ [x +y]> z]"]),
    (r"1\{x > 0\} \mathbb{1}[y>0]", ["[1 <\\{ x > 0> 𝟙 <[ y > 0>]"]),
    (r"x \in \mathbb{R}^{m \times n}", ["x ∈ (ℝ ^[m ×n])"]),
    (r"\operatorname{softmax}(a)", ["[softmax <( a>]"]),
    ("x\\, % a comment\n+ y", ["[x +y]"]),
]


@pytest.mark.parametrize(("text", "expected"), TREES, ids=[text for text, _ in TREES])
def test_tree(text: str, expected: list[str]) -> None:
    assert [write(node) for node in read_statements(text)] == expected


@pytest.mark.parametrize("text", [text for text, _ in TREES])
def test_every_node_lies_within_the_one_above(text: str) -> None:
    for statement in read_statements(text):
        pending = [statement]
        while pending:
            node = pending.pop()
            assert 0 <= node.span.start < node.span.stop <= len(text)
            for below in children(node):
                assert node.span.start <= below.span.start
                assert below.span.stop <= node.span.stop
                pending.append(below)


def test_a_span_knows_line_and_column() -> None:
    second = read_statements("q = x + y\nf = q z")[1]
    assert (second.span.line, second.span.column) == (2, 1)
    assert second.span.text[second.span.start : second.span.stop] == "f = q z"


def test_digits_are_kept_as_written() -> None:
    assert write(read_statements("0.10 x")[0]) == "[0.10 x]"


def test_long_sums_are_flat() -> None:
    (tree,) = read_statements("+".join(["x"] * 9_000))
    assert height(tree) == 2


@pytest.mark.parametrize(
    ("text", "column", "given"),
    [
        ("f = (x + y * z", 5, "the bracket ("),
        ("f = [1, 2", 5, "the bracket ["),
        ("f = (x]", 5, "the bracket ("),
        (r"f = \frac{x", 10, "the bracket {"),
        ("f = |x", 5, "the bracket |"),
        ("f = x +", 7, "the end of the statement"),
        ("f = x ) + y", 7, "')'"),
        ("f = * x", 5, "'*'"),
        ("f = x, y", 6, "','"),
        ("x ? y", 3, "'?'"),
        ("x^", 2, "the end of the statement"),
        (r"\foo x", 1, "the unknown command \\foo"),
        (r"\begin{table} x", 1, "\\begin{table}"),
        (r"\begin{bmatrix} 1 & 2", 1, "the bracket \\begin{bmatrix}"),
        ("x \x00 y", 3, "the character U+0000"),
        ("a \\", 3, "a backslash at the end"),
    ],
)
def test_what_cannot_be_read_is_pointed_at(text: str, column: int, given: str) -> None:
    with pytest.raises(ParseError) as caught:
        read_statements(text)
    assert (caught.value.line, caught.value.column) == (1, column)
    assert caught.value.given.startswith(given)
    assert "^" in str(caught.value)
    assert caught.value.expected


def test_a_misspelt_command_gets_a_suggestion() -> None:
    with pytest.raises(ParseError, match="did you mean sigma"):
        read_statements(r"\sgima(x)")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "(" * 10_000 + "x" + ")" * 10_000,
        "x" * 300_000,
        "f = " + "x + " * 6_000 + "x",
        "1 + 2 * (" * 80 + "x" + ")" * 80,
        r"\frac{1}{1+" * 80 + "x" + "}" * 80,
        "-" * 1_000 + "x",
        "x^" * 1_000 + "2",
        "x_{" * 150 + "2" + "}" * 150,
        r"\hat" * 1_000 + " x",
        "1e999",
    ],
    ids=lambda text: text[:12],
)
def test_bounds(text: str) -> None:
    with pytest.raises(LimitError) as caught:
        read_statements(text)
    place = caught.value.place
    assert isinstance(place, TextSpan)
    assert place.line == 1
    assert "^" in str(caught.value)


def test_tokens_know_where_they_stand() -> None:
    tokens = tokenise(r"\sigma_{10} ŷ", latex=True)
    assert [(token.kind, token.text, token.start, token.stop) for token in tokens] == [
        (Kind.NAME, "sigma", 0, 6),
        (Kind.SIGN, "_", 6, 7),
        (Kind.SIGN, "{", 7, 8),
        (Kind.NUMBER, "10", 8, 10),
        (Kind.SIGN, "}", 10, 11),
        (Kind.LETTERS, "ŷ", 12, 13),
        (Kind.END, "", 13, 13),
    ]
