"""One change undoes one slip: for each mistake of the catalogue the right formula is an edit of the wrong one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from chainrule.checker.documents import read_document, statements
from chainrule.checker.edits import Edit, Gradient, Kind, Known, Pair, Quantity, edits, left_edits
from chainrule.checker.writing import latex, shorter
from chainrule.errors import ChainruleError
from chainrule.notation import read_statements
from chainrule.notation.surface import Number, Surface, children

SHARED = Path(__file__).parents[3] / "shared"
NOTES = Path(__file__).parents[1] / "notes"


def read(text: str) -> Surface:
    (tree,) = read_statements(f"${text}$")
    return tree


def spelled(tree: Surface) -> str:
    """A formula without places and cosmetic brackets."""
    return latex(shorter(shorter(tree)))


def names(kind: Kind, *words: str, shape: tuple[str, ...] | None = ()) -> tuple[Quantity, ...]:
    return tuple(Quantity(read(word), kind, shape) for word in words)


def gradients(*words: str, loss: str = "L", shape: tuple[str, ...] | None = ()) -> tuple[Gradient, ...]:
    return tuple(Gradient(read(rf"\frac{{\partial {loss}}}{{\partial {word}}}"), read(word), shape) for word in words)


SCALARS = Known(
    names=(
        *names(Kind.PARAMETER, "w_0", "w_1", "w_2", "b", r"\lambda"),
        *names(Kind.INPUT, "x"),
        *names(Kind.PRE_ACTIVATION, "z_0", "z_1"),
        *names(Kind.ACTIVATION, "h_0", "h_1", "a"),
        *names(Kind.TARGET, "y"),
        *names(Kind.OUTPUT, r"\hat y"),
    ),
    pairs=(
        Pair("relu", read("z_0"), read("h_0")),
        Pair("tanh", read("z_1"), read("h_1"), read(r"\tanh")),
        Pair("sigmoid", read("s"), read("a"), read(r"\sigma")),
    ),
    gradients=gradients("h_0", "h_1", "z_0", "z_1", r"\hat y"),
    sizes=(read("N"),),
    variable=read("w_0"),
    definitions=(read(r"(y - \hat y)^2"),),
)
VECTORS = Known(
    names=(
        *names(Kind.PARAMETER, "W", "W_1", "W_2", "V", shape=("m", "n")),
        *names(Kind.PARAMETER, "b", shape=("m",)),
        *names(Kind.INPUT, "x", "X", shape=("n",)),
        *names(Kind.ACTIVATION, "h", "a", "p", shape=("m",)),
        *names(Kind.PRE_ACTIVATION, "z", shape=("m",)),
        *names(Kind.OUTPUT, r"\delta", r"\delta_1", r"\delta_2", shape=("m",)),
    ),
    pairs=(Pair("tanh", read("z"), read("h"), read(r"\tanh")), Pair("sigmoid", read("z"), read("a"), read("g"))),
    gradients=gradients("h", "z", shape=("m",)),
    indices=("i", "j", "n"),
    functions=frozenset({"f", "g"}),
    sizes=(read("N"),),
    variable=read("W"),
    definitions=(read("Wx + b"), read("f(z)")),
)
ENTRIES = Known(
    names=(
        *names(Kind.PARAMETER, "W", shape=("m", "n")),
        *names(Kind.INPUT, "x", "u", shape=("n",)),
        *names(Kind.OUTPUT, "p", "y", r"\hat y", shape=("m",)),
        *names(Kind.ACTIVATION, "p_1", "p_2", shape=()),
    ),
    gradients=(
        *gradients("p_1", "p_2", "x_1", "x_2"),
        Gradient(read(r"\delta_0"), read("z_0")), Gradient(read(r"\delta_1"), read("z_1")),
        Gradient(read(r"\delta_2"), read("z_2")),
    ),
    indices=("i", "j", "k"),
    left=read(r"\frac{\partial p_i}{\partial a_j}"),
)  # fmt: skip

SLIPS = [
    # mistake, what was written, what is right
    ("M1", SCALARS, r"\frac{\partial L}{\partial h_0} h_0", r"\frac{\partial L}{\partial h_0} \mathbb 1[z_0 > 0]"),
    ("M1", SCALARS, r"\frac{\partial L}{\partial h_1} h_1", r"\frac{\partial L}{\partial h_1} (1 - h_1^2)"),
    ("M1", SCALARS, r"w_1 \sigma(s)", r"w_1 \sigma(s)(1 - \sigma(s))"),
    ("M1", SCALARS, r"w_1 \sigma(s)", r"w_1 \sigma'(s)"),
    ("M1", SCALARS, r"-y \max(0, 1 - y a)", r"-y \mathbb 1[1 - y a > 0]"),
    ("M1", SCALARS, r"\begin{cases} z_0 & z_0 > 0 \\ 0 & z_0 < 0 \end{cases}",
     r"\begin{cases} 1 & z_0 > 0 \\ 0 & z_0 < 0 \end{cases}"),
    ("M1", VECTORS, r"(a - y) \odot g(z)", r"(a - y) \odot g'(z)"),
    ("M1", VECTORS, r"\delta \odot h", r"\delta \odot (1 - h \odot h)"),
    ("M1", VECTORS, r"\delta \odot a", r"\delta \odot a \odot (1 - a)"),
    ("M1", VECTORS, r"W^T h", r"W^T (1 - h \odot h)"),
    ("M1", VECTORS, r"W^T a", r"W^T (a \odot (1 - a))"),
    ("M12", VECTORS, r"\delta \odot h", r"(\delta \odot h) x^T"),
    ("M9", VECTORS, r"1 - z \odot z", r"1 - h \odot h"),
    ("M8", ENTRIES, r"x_2", r"x_1"),
    ("M2", SCALARS, r"\frac{\partial L}{\partial h_1} w_1", r"\frac{\partial L}{\partial h_1} w_1 (1 - h_1^2)"),
    ("M2", SCALARS, r"\frac{\partial L}{\partial h_0}", r"\frac{\partial L}{\partial h_0} \mathbb 1[z_0 > 0]"),
    ("M2", VECTORS, r"W_2^T \delta", r"W_2^T \delta \odot (1 - h \odot h)"),
    ("M22", SCALARS, r"\frac{\partial L}{\partial h_1} (1 - h_1)", r"\frac{\partial L}{\partial h_1} (1 - h_1^2)"),
    ("M22", SCALARS, r"w_1 (1 - a)", r"w_1 a (1 - a)"),
    ("M3", ENTRIES, r"\frac{\partial L}{\partial p_1} x",
     r"\frac{\partial L}{\partial p_1} x + \frac{\partial L}{\partial p_2} x"),
    ("M3", ENTRIES, r"\delta_2 + \delta_1", r"\delta_2 + \delta_1 + \delta_0"),
    ("M4", ENTRIES, "p_i (1 - p_i)", r"p_i (\delta_{ij} - p_j)"),
    ("M4", VECTORS, r"p \odot (1 - p) \odot \delta", r"(\mathrm{diag}(p) - p p^T) \delta"),
    ("M5", VECTORS, r"x \delta^T", r"\delta x^T"),
    ("M5", VECTORS, r"W \delta", r"W^T \delta"),
    ("M5", VECTORS, r"W^T \delta", r"W \delta"),
    ("M5", VECTORS, r"2 W", r"2 W^T"),
    ("M5", VECTORS, r"(W \delta_2) \odot (1 - h \odot h)", r"(W^T \delta_2) \odot (1 - h \odot h)"),
    ("M5", VECTORS, r"\frac{1}{N} \frac{\partial L}{\partial z} V",
     r"\frac{1}{N} \left(\frac{\partial L}{\partial z}\right)^T V"),
    ("M5", VECTORS, r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", r"\begin{bmatrix} 1 & 3 \\ 2 & 4 \end{bmatrix}"),
    ("M6", VECTORS, r"x^T \delta", r"\delta x^T"),
    ("M6", VECTORS, r"W_1 V^T W_2", r"W_2 V^T W_1"),
    ("M7", VECTORS, r"W^T \delta f'(z)", r"W^T \delta \odot f'(z)"),
    ("M7", VECTORS, r"h \odot (1 - h)", r"\mathrm{diag}(h \odot (1 - h))"),
    ("M7", VECTORS, r"V f'(z)", r"V \mathrm{diag}(f'(z))"),
    ("M7", VECTORS, r"\mathrm{diag}(f'(z)) \delta", r"f'(z) \odot \delta"),
    ("M8", SCALARS, r"w_1 z_0", r"w_1 z_1"),
    ("M8", SCALARS, r"\frac{\partial L}{\partial h_0} x", r"\frac{\partial L}{\partial h_1} x"),
    ("M8", ENTRIES, r"-2 (y_i - \hat y_j)", r"-2 (y_i - \hat y_i)"),
    ("M8", ENTRIES, r"\sum_{k} g_{p+a,q+b} w_{ab}", r"\sum_{k} g_{p-a,q-b} w_{ab}"),
    ("M8", SCALARS, r"2(\hat y - y) \cdot h_1", r"2(\hat y - y) \cdot x"),
    ("M9", SCALARS, r"\frac{\partial L}{\partial z_1} z_0", r"\frac{\partial L}{\partial z_1} h_0"),
    ("M9", SCALARS, r"\frac{\partial L}{\partial z_1} s", r"\frac{\partial L}{\partial z_1} a"),
    ("M9", SCALARS, r"b \tanh(x)", r"b x"),
    ("M10", SCALARS, r"(a - y) w_1", r"(a - y) x"),
    ("M10", SCALARS, r"(a - y) w_1", r"(a - y) b"),
    ("M11", SCALARS, r"w_0 x", r"x"),
    ("M11", VECTORS, r"(\delta \odot W) V^T", r"\delta V^T"),
    ("M12", SCALARS, r"(\hat y - y)", r"2 (\hat y - y)"),
    ("M12", SCALARS, r"h_0 (\hat y - y)", r"\frac{1}{N} h_0 (\hat y - y)"),
    ("M12", SCALARS, r"(\hat y - y)", r"(\hat y - y) x"),
    ("M12", SCALARS, r"a x + \lambda w_0", r"a x + 2 \lambda w_0"),
    ("M12", VECTORS, r"\delta", r"\delta x^T"),
    ("M12", ENTRIES, r"\sum_k u_k", r"\sum_k u_k \hat y_k"),
    ("M13", SCALARS, r"\frac{1}{N} h_0 x", r"h_0 x"),
    ("M13", SCALARS, r"\frac{h_0 x}{N}", r"h_0 x"),
    ("M13", VECTORS, r"\frac{1}{N} \sum_i \delta_i", r"\sum_i \delta_i"),
    ("M14", SCALARS, r"2 (y - \hat y)", r"2 (\hat y - y)"),
    ("M14", SCALARS, r"a x", r"-a x"),
    ("M14", SCALARS, r"-\frac{1}{N} (\frac{y}{a} + \frac{1 - y}{1 - a})",
     r"-\frac{1}{N} (\frac{y}{a} - \frac{1 - y}{1 - a})"),
    ("M14", SCALARS, r"\frac{1}{1 + e^{z_0}}", r"\frac{1}{1 + e^{-z_0}}"),
    ("M15", SCALARS, r"\frac{\partial L}{\partial h_0} + 3", r"\frac{\partial L}{\partial h_0} \cdot 3"),
    ("M15", SCALARS, r"w_1 x h_0", r"w_1 x + h_0"),
    ("M15", SCALARS, r"1 + b", r"1"),
    ("M16", SCALARS, "0.191", "0.119"),
    ("M16", SCALARS, "0.08", "0.8"),
    ("M16", SCALARS, "(0, 2, 2)", "(0, -2, 2)"),
    ("M17", SCALARS, r"w_1 x + b + w_1 x", r"w_1 x + b"),
    ("M18", ENTRIES, r"\frac{1}{T} \sum_k \frac{\partial L}{\partial m_k}",
     r"\frac{1}{T} \frac{\partial L}{\partial m_k}"),
    ("M18", ENTRIES, r"\sum_j u_k", r"\sum_k u_k"),
    ("M19", ENTRIES, r"\sum_i y_i W_{ik}", r"\sum_i y_i W_{ki}"),
    ("M19", ENTRIES, r"W_{2,1} x", r"W_{1,2} x"),
    ("M20", VECTORS, "1", "I"),
    ("M20", VECTORS, "-1", "-I"),
    ("M20", SCALARS, "x", "1"),
    ("M21", VECTORS, "z", r"\frac{\partial L}{\partial z}"),
    ("M22", SCALARS, r"x (b + \epsilon)^{-1/2}", r"x (b + \epsilon)^{-3/2}"),
    ("M22", SCALARS, r"x - \frac{1}{x^2}", r"x - \frac{1}{x}"),
    ("M22", SCALARS, r"\frac{a^2 + b^2}{y^2}", r"\frac{a^2 + b^2}{y^3}"),
    ("M22", SCALARS, r"-\frac{a}{b}", r"-\frac{a}{b^2}"),
    ("M22", SCALARS, r"x^3", r"3 x^2"),
    ("M22", SCALARS, r"3 x^3", r"3 x^2"),
    ("M22", SCALARS, r"0.01 \cdot 3", r"0.01 \cdot 3^2"),
    ("M22", SCALARS, r"y \log x", r"y \frac{1}{x}"),
    ("M23", VECTORS, r"(1 - h \odot h)", r"\frac{\partial L}{\partial h} \odot (1 - h \odot h)"),
    ("M23", VECTORS, r"W^T", r"W^T \frac{\partial L}{\partial z}"),
    ("M23", SCALARS, r"b x + 1", r"b x + \frac{\partial L}{\partial z_0}"),
    ("M24", ENTRIES, r"y_k W_{kj}", r"\sum_k y_k W_{kj}"),
    ("M24", VECTORS, r"V", r"\sum_i V_i"),
    ("M24", VECTORS, r"V", r"\mathbf 1^T V"),
]  # fmt: skip


def found(known: Known, wrong: str, right: str, depth: int = 1) -> list[tuple[int, Edit]]:
    wanted = spelled(read(right))
    return [(place, each) for place, each in enumerate(edits(read(wrong), known, depth=depth))
            if spelled(each.tree) == wanted]  # fmt: skip


@pytest.mark.parametrize(("mistake", "known", "wrong", "right"), SLIPS, ids=[f"{m}:{w}" for m, _, w, _ in SLIPS])
def test_a_slip_is_undone(mistake: str, known: Known, wrong: str, right: str) -> None:
    matches = found(known, wrong, right)
    assert matches, [latex(each.tree) for each in edits(read(wrong), known)]
    assert matches[0][1].mistake == mistake, matches[0][1].message
    assert matches[0][0] < 300


# Laws ------------------------------------------
def sides_of(path: Path) -> list[Surface]:
    found: list[Surface] = []
    for statement in statements(read_document(path.read_bytes(), path.name)):
        for number in range(len(statement.links)) if statement.piece.kind == "mathematics" else ():
            try:
                found += read_statements(statement.side(number))
            except ChainruleError:  # what cannot be read is not edited
                continue
    return found


def documents() -> list[Path]:
    found = [*NOTES.glob("*.*"), *(SHARED / "devset").glob("*.*"), *(SHARED / "notes" / "seeds").glob("*.*")]
    return [each for each in found if each.suffix in (".md", ".tex", ".txt", ".ipynb") and each.name != "README.md"]


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_edit_of_the_notes_can_be_read_and_said(path: Path) -> None:
    for side in sides_of(path):
        for known in (SCALARS, VECTORS):
            for place, each in enumerate(edits(side, known, limit=1000)):
                if place % 17 == 0:
                    assert each.message.count("$") % 2 == 0
                    assert each.hole or read(latex(each.tree))
        assert all(latex(each.tree) for each in left_edits(side, ENTRIES))


def test_edits_come_by_cost_each_once_and_always_in_the_same_order() -> None:
    side = read(r"2 (y - \hat y) h_1 + \frac{1}{N} w_1 \tanh(z_1)")
    first, again = ([(each.cost, latex(each.tree)) for each in edits(side, SCALARS)] for _ in range(2))
    assert first == again
    assert [cost for cost, _ in first] == sorted(cost for cost, _ in first)
    assert len(set(first)) == len(first)
    assert spelled(side) not in {tree for _, tree in first}


def test_no_more_than_the_limit_and_lazily() -> None:
    side = read(r"2 (y - \hat y) h_1")
    assert len(list(edits(side, SCALARS, limit=7))) == 7
    started = time.perf_counter()
    next(edits(side, SCALARS))
    assert time.perf_counter() - started < 0.05


def test_a_typical_side_has_few_edits_and_is_fast() -> None:
    typical = [(SCALARS, r"2 (y - \hat y) h_1 w_1"), (SCALARS, r"\frac{\partial L}{\partial h_1} (1 - h_1)"),
               (VECTORS, r"W_2^T \delta \odot f'(z)"), (VECTORS, r"\frac{1}{N} \delta x^T + V")]  # fmt: skip
    for known, text in typical:
        side, times = read(text), []
        assert nodes(side) <= 16
        assert 40 < len(list(edits(side, known))) < 600
        for _ in range(5):
            started = time.perf_counter()
            list(edits(side, known))
            times.append(time.perf_counter() - started)
        assert min(times) < 0.05  # 5 ms where nothing else runs


def nodes(tree: Surface) -> int:
    return 1 + sum(map(nodes, children(tree)))


def test_what_is_not_changed_keeps_its_place() -> None:
    side = read(r"(y - \hat y) x")
    swapped = next(edits(side, SCALARS)).tree
    old, new = (list(children(tree)) for tree in (side, swapped))
    assert latex(swapped) == r"(\hat y - y) x"
    assert new[1] == old[1]
    assert next(children(new[0])).span == next(children(old[0])).span


def test_a_wrong_number_is_a_hole() -> None:
    holes = [each for each in edits(read("(0, 2, 7)"), SCALARS) if each.hole is not None]
    assert [latex(each.tree) for each in holes] == ["(?, 2, 7)", "(0, ?, 7)", "(0, 2, ?)"]
    assert holes[2].message == "the number $7$ is wrong"
    assert holes[2].hole is not None
    assert holes[2].hole.text[holes[2].hole.start : holes[2].hole.stop] == "7"


def test_two_slips_are_undone_only_on_request() -> None:
    wrong, right = r"(y - \hat y) h_1", r"2 (\hat y - y) h_1"
    assert not found(SCALARS, wrong, right)
    side = read(wrong)
    matches = [each for each in edits(side, SCALARS, depth=2, limit=5000) if spelled(each.tree) == spelled(read(right))]
    assert matches[0].cost == pytest.approx(2.5)
    assert "; and " in matches[0].message


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        (r"w_0 x", "x", "$w_0$ is differentiated by, but was kept as a factor"),
        (r"(a - y) w_1", "(a - y) x", "$w_1$ was written where $x$ belongs"),
        (r"(\hat y - y)", r"2 (\hat y - y)", "the factor $2$ of the square is missing"),
        (r"x (b + \epsilon)^{-1/2}", r"x (b + \epsilon)^{-3/2}", "the exponent should be $-3 / 2$"),
        (r"a \sigma(s)", r"a \sigma'(s)", r"$\sigma(s)$ stands where its derivative $\sigma'(s)$ belongs"),
        (r"2 (y - \hat y)", r"2 (\hat y - y)", r"the difference is the wrong way round: $y - \hat y$ for $\hat y - y$"),
        (r"\frac{1}{N} a", "a", r"the factor $\frac{1}{N}$ is too much"),
    ],
)
def test_sentences(wrong: str, right: str, message: str) -> None:
    assert message in {each.message for _, each in found(SCALARS, wrong, right)}


# Left sides ------------------------------------------
@pytest.mark.parametrize(
    ("mistake", "known", "wrong", "right"),
    [
        ("M21", VECTORS, "z", r"\frac{\partial L}{\partial z}"),
        ("M8", SCALARS, r"\frac{\partial L}{\partial z_0}", r"\frac{\partial L}{\partial z_1}"),
        ("M10", SCALARS, r"\frac{\partial L}{\partial b}", r"\frac{\partial L}{\partial w_1}"),
        ("M19", ENTRIES, r"\frac{\partial L}{\partial W_{ij}}", r"\frac{\partial L}{\partial W_{ji}}"),
    ],
)
def test_a_left_side_is_labelled_again(mistake: str, known: Known, wrong: str, right: str) -> None:
    matches = [each for each in left_edits(read(wrong), known) if spelled(each.tree) == spelled(read(right))]
    assert [each.mistake for each in matches] == [mistake]


def test_a_run_of_letters_is_taken_apart_where_its_names_are_known() -> None:
    known = Known(names(Kind.PARAMETER, "W") + names(Kind.INPUT, "x"), variable=read("W"))
    assert next(edits(read("Wx"), known)).message == "$W$ is differentiated by, but was kept as a factor"


def test_numbers_are_holes_only_where_they_stand() -> None:
    assert not any(isinstance(each, Number) for each in children(read("x + y")))
    assert all(each.hole is None for each in edits(read("x + y"), SCALARS))
