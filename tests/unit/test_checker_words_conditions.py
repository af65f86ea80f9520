"""Conditions, ranges, orders and remarks, and the statements that they are said for."""

from __future__ import annotations

import pytest

from chainrule.checker.documents import read_document, statements
from chainrule.checker.words import Said, read_words


def said(text: str) -> Said:
    """What a Markdown text says."""
    document = read_document(text.encode())
    return read_words(document, statements(document))


def conditions(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """Each condition without spaces, and the statements that it governs."""
    found: dict[tuple[str, tuple[int, ...]], None] = {}
    for each in said(text).conditions.values():
        found.update({(condition.relation.replace(" ", ""), condition.statements): None for condition in each})
    return list(found)


CASES = """Case $i = j$:
$$\\frac{\\partial p_i}{\\partial z_i} = p_i(1-p_i)$$

Case $i \\neq j$:
$$\\frac{\\partial p_i}{\\partial z_j} = -p_i p_j$$

Both together:
$$\\frac{\\partial p_i}{\\partial z_j} = p_i(\\delta_{ij} - p_j)$$
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CASES, [("i=j", (1,)), ("i\\neqj", (3,))]),
        ("### Case $i = j$\n\nWords.\n\n$$a = b$$\n\n$$c = d$$\n\n### Other\n\n$$e = f$$", [("i=j", (1, 2))]),
        ("**Case 1: $i = j$.**\n\n$$a = b$$\n\n**Case 2: $i \\ne j$.**\n\n$$c = d$$\n\nPutting both:\n\n$$e = f$$",
         [("i=j", (1,)), ("i\\nej", (3,))]),
        ("if i = j:\n\n$$a = b$$\n\notherwise\n\n$$c = d$$", [("i=j", (1,)), ("otherwise", (2,))]),
        ("$$a = b \\quad \\text{for } i \\neq j$$", [("i\\neqj", (0,))]),
        ("$$a = b \\text{ if } i \\neq j, \\quad c = d \\text{ if } i = j$$", [("i\\neqj", (0,)), ("i=j", (2,))]),
        ("$$f'(z) = 1 \\quad (z > 0)$$", [("z>0", (0,))]),
        ("$$\\frac{\\partial L}{\\partial p}=-\\frac1p\\quad(y=1)$$", [("y=1", (0,))]),
        ("$$\\frac{\\partial L}{\\partial z} = p - 1 \\quad\\text{(if } y=1)$$", [("y=1", (0,))]),
        ("When $z > 0$ we have $f'(z) = 1$, and when $z < 0$ we have $f'(z) = 0$.", [("z>0", (1,)), ("z<0", (3,))]),
        ("If $y=1$, then $L=-\\log p$. If $y = 0$, $L=-\\log(1-p)$.", [("y=1", (1,)), ("y=0", (3,))]),
        ("At $x = 3, y = -4$: $\\frac{df}{dx} = 2$.", [("x=3", (2,)), ("y=-4", (2,))]),
        ("focal, positive class: $L=-(1-p)^2\\log p$", [("positiveclass", (0,))]),
        ("$$\\nabla_wn=2Sw\\quad(S\\text{ symmetric})$$", [("(S\\text{symmetric})", (0,))]),
    ],
)  # fmt: skip
def test_conditions_govern_statements(text: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert conditions(text) == expected


def test_a_condition_claims_nothing_and_values_do() -> None:
    assert said(CASES).asides == {0, 2}
    values = said("for $a=2$, $b=3$: $\\frac{\\partial g}{\\partial a} = 27$")
    assert not values.asides
    assert [each.how for each in values.conditions[2]] == ["at", "at"]


def test_values_that_differ_from_case_to_case_are_cases() -> None:
    heard = said("For $y=1$: $L=-\\log p$. For $y=0$: $L=-\\log(1-p)$.")
    assert [each[0].how for each in heard.conditions.values()] == ["for", "for"]


def test_where_a_condition_stands_within_a_statement() -> None:
    text = "$$\\nabla_wn=2Sw\\quad(S\\text{ symmetric})$$"
    statement = statements(read_document(text.encode()))[0]
    span = said(text).conditions[0][0].span
    assert span is not None
    assert statement.text[span[0] : span[1]] == "(S\\text{ symmetric})"


@pytest.mark.parametrize(
    "text",
    [
        "where $z = wx+b$ and $a = \\tanh(z)$",
        "with $\\gamma = 2$ the loss is $L=-(1-p)^2\\log p$",
        "The gate for class $k = y$ is $p_k - 1$.",
        "We use $a = b$ for the rest, which helps if you have time.",
        "$x<y$ and some words",
    ],
)
def test_what_is_no_condition(text: str) -> None:
    assert not said(text).conditions


@pytest.mark.parametrize(
    ("text", "name", "first", "last"),
    [
        ("For $l=1,2,3$:\n\n$$z = l$$", "l", "1", "3"),
        ("One token, features $i=1..D$.", "i", "1", "D"),
        ("$$y_i = x_i^2, \\quad i = 1, \\dots, n$$", "i", "1", "n"),
        ("$$y_i=w,\\qquad i=0,1,2$$", "i", "0", "2"),
        ("for all $1 \\le k \\le K$", "k", "1", "K"),
        ("$c\\in\\{1,\\dots,K\\}$", "c", "1", "K"),
        ("parameters, for each $k\\in\\{i,f,o,g\\}$", "k", "i", "g"),
    ],
)
def test_ranges(text: str, name: str, first: str, last: str) -> None:
    heard = said(text)
    assert (heard.ranges[name][0].first, heard.ranges[name][0].last) == (first, last)
    assert heard.ranges[name][0].aside in heard.asides


def test_orders() -> None:
    heard = said(
        "One topological order: [x, w, k, a]. Another one is [k, w, x, a].\n"
        "The list [x, a, w, k] is *not* one, because a needs w.\n\n"
        "Backward in reverse: a, then x, w, k."
    )
    assert [("".join(each.names), each.what, each.holds) for each in heard.orders] == [
        ("xwka", "topological", True), ("kwxa", "topological", True), ("xawk", "topological", False),
        ("axwk", "reverse", True),
    ]  # fmt: skip


def test_an_order_in_a_formula_by_itself() -> None:
    heard = said("Topological order:\n\n$$\\left[ x_1^1, w_1^1, \\text{PreL}, L \\right]$$")
    assert not heard.orders or heard.orders[0].names == ("x_1^1", "w_1^1", "PreL", "L")


def test_new_values_and_remarks() -> None:
    heard = said("$$w\\leftarrow1$$\n\nnew predictions:\n\n$$\\hat y=2$$\n\nShow that $a = 2$. This is wrong: $b = 3$")
    assert [each.first for each in heard.worlds] == [1]
    assert [(each.what, each.statements) for each in heard.remarks] == [("question", (2,)), ("wrong", (3,))]
