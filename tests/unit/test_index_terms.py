"""The algebra of index notation: deltas, keys, and the reductions of a term to products of matrices, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from random_formulas import worth

from chainrule.derivation.formulas.evaluation import Evaluation
from chainrule.derivation.formulas.gathering import gather
from chainrule.derivation.formulas.keys import canonical, collected
from chainrule.derivation.formulas.reading.numerals import read_number
from chainrule.derivation.formulas.reduction import Residue, reduce_term
from chainrule.derivation.formulas.terms import (
    Factor,
    Letter,
    Log,
    Term,
    equal,
    fresh,
    raised,
    relation,
    simplified,
)
from chainrule.derivation.formulas.turning import Known
from chainrule.ir.node import Node
from chainrule.ir.recording import open_recording
from chainrule.ops import input_node
from chainrule.renderers.formula import Pen

FLOAT = np.dtype(float)


def letters(*sizes: int) -> list[Letter]:
    return [fresh(size) for size in sizes]


class Board:
    """Arrays by name, and how a term over them is written as a product of matrices."""

    def __init__(self, symmetric: str = "", **shapes: tuple[int, ...]) -> None:
        self.nodes = {name: input_node(shape, FLOAT) for name, shape in shapes.items()}
        self.known = Known(frozenset(self.nodes[name] for name in symmetric), frozenset(self.nodes.values()))
        random = np.random.default_rng(0)
        self.values: dict[Node, Any] = {node: random.normal(size=node.shape) for node in self.nodes.values()}
        for name in symmetric:
            value = self.values[self.nodes[name]]
            self.values[self.nodes[name]] = value + value.T

    def entry(self, name: str, *at: Letter, power: float = 1) -> Factor:
        return Factor(self.nodes[name], at, power)

    def reduced(self, term: Term, free: Sequence[Letter] = ()) -> str:
        """The matrix form as text, once it has been found to be right; or why there is none."""
        with open_recording():
            simple = simplified(term)
            assert simple is not None
            residue = reduce_term(simple, self.known)
            if not isinstance(residue, Residue):
                return residue
            found = gather([residue], free, self.known)
            value = Evaluation(dict(self.values)).plain(found)
        np.testing.assert_allclose(value, worth(term, free, self.values), rtol=1e-12)
        return Pen({node: name for name, node in self.nodes.items()}).write(found)


def product(*factors: Factor, over: Sequence[Letter] = (), **settings: Any) -> Term:
    return Term(factors=factors, sums=frozenset(over), **settings)


# Deltas --------------------------------------------------------------------------------------------------------------
def test_d1_a_delta_picks_its_summed_letter() -> None:
    i, k = letters(3, 3)
    board = Board(v=(3,))
    log = Log()
    term = simplified(product(board.entry("v", k), over=[k], relations=(equal(k, i),)), log)
    assert term is not None
    assert [each.at for each in term.factors] == [(i,)]
    assert not term.relations
    assert not term.sums
    assert log.picked == [(k, i)]


def test_d2_a_delta_of_one_letter_is_one_and_summed_it_counts() -> None:
    (i,) = letters(3)
    assert simplified(Term(relations=(equal(i, i),))) is not None
    term = simplified(Term(relations=(equal(i, i),), sums=frozenset([i])))
    assert term is not None
    assert term.sizes == ((3, 1),)


def test_d3_a_delta_of_free_letters_stays() -> None:
    i, j = letters(3, 3)
    board = Board(v=(3,))
    assert board.reduced(product(board.entry("v", i), relations=(equal(i, j),)), [i, j]) == "diag(v)"
    assert board.reduced(Term(relations=(equal(i, j),)), [i, j]) == "I"


def test_d4_a_delta_of_letters_of_other_sizes_is_no_matrix() -> None:
    i, k = letters(3, 2)
    board = Board(v=(2,))
    why = board.reduced(product(board.entry("v", k), over=[k], relations=(equal(i, k),)), [i])
    assert "different sizes" in why


def test_d5_a_sum_over_a_letter_in_no_factor_is_a_size() -> None:
    i, k = letters(3, 4)
    board = Board(v=(3,))
    term = simplified(product(board.entry("v", i), over=[k]))
    assert term is not None
    assert term.sizes == ((4, 1),)
    assert not term.sums


def test_chained_deltas_leave_one_letter_in_any_order() -> None:
    i, k, l, m = letters(3, 3, 3, 3)
    board = Board(v=(3,))
    deltas = (equal(k, l), equal(l, m), equal(m, i))
    for turned in (deltas, deltas[::-1], deltas[1:] + deltas[:1]):
        term = simplified(product(board.entry("v", k), over=[k, l, m], relations=turned))
        assert term is not None
        assert [each.at for each in term.factors] == [(i,)]


def test_a_condition_that_never_holds_is_zero() -> None:
    (i,) = letters(3)
    assert simplified(Term(relations=(relation(((i, 1), (i, -1)), 2),))) is None


def test_powers_of_products_are_split_only_where_that_is_true() -> None:
    (i,) = letters(3)
    board = Board(v=(3,), w=(3,))
    pair = product(board.entry("v", i), board.entry("w", i))
    assert raised(pair, 2.0) is not None
    assert raised(pair, 0.5) is None
    assert raised(product(board.entry("v", i, power=2)), 0.5) is None
    assert raised(pair, 0.5, frozenset(board.nodes.values())) is not None
    assert raised(product(board.entry("v", i), over=[i]), 2.0) is None


# Keys ----------------------------------------------------------------------------------------------------------------
def test_a_key_does_not_depend_on_names_or_order() -> None:
    i, k, l = letters(3, 4, 4)
    board = Board(A=(3, 4), B=(4, 4), v=(4,))
    one = product(board.entry("A", i, k), board.entry("B", k, l), board.entry("v", l), over=[k, l])
    same = product(board.entry("v", k), board.entry("B", l, k), board.entry("A", i, l), over=[k, l])
    other = product(board.entry("A", i, k), board.entry("B", l, k), board.entry("v", l), over=[k, l])
    assert canonical(one, [i]) == canonical(same, [i])
    assert canonical(one, [i]) != canonical(other, [i])
    symmetric = frozenset([board.nodes["B"].serial])
    assert canonical(one, [i], symmetric) == canonical(other, [i], symmetric)


def test_the_sign_of_a_condition_does_not_tell_two_apart() -> None:
    i, k, l = letters(3, 3, 3)
    late = fresh(3)
    board = Board(v=(3,), w=(3,))
    one = product(
        board.entry("v", k), board.entry("w", l), over=[k, l], relations=(relation([(k, 1), (l, 1), (i, -1)]),)
    )
    same = product(
        board.entry("v", late),
        board.entry("w", l),
        over=[late, l],
        relations=(relation([(i, 1), (l, -1), (late, -1)]),),
    )
    assert canonical(one, [i]) == canonical(same, [i])


def test_equal_terms_are_collected_and_cancel() -> None:
    i, k, l = letters(3, 4, 4)
    board = Board(A=(3, 4), v=(4,))
    one = product(board.entry("A", i, k), board.entry("v", k), over=[k], number=2.0)
    same = product(board.entry("v", l), board.entry("A", i, l), over=[l], number=3.0)
    assert [each.number for each in collected([one, same], [i])] == [5.0]
    assert collected([one, product(*same.factors, over=[l], number=-2.0)], [i]) == ()


# Reductions ----------------------------------------------------------------------------------------------------------
def test_r1_two_vectors_at_a_letter() -> None:
    (i,) = letters(3)
    board = Board(v=(3,), w=(3,))
    assert board.reduced(product(board.entry("v", i), board.entry("w", i)), [i]) == "v ⊙ w"


def test_r2_a_matrix_and_a_vector_at_a_summed_letter() -> None:
    i, k = letters(3, 4)
    board = Board(M=(3, 4), v=(4,), w=(3,))
    assert board.reduced(product(board.entry("M", i, k), board.entry("v", k), over=[k]), [i]) == "M v"
    assert board.reduced(product(board.entry("M", i, k), board.entry("w", i), over=[i]), [k]) == "M^T w"


def test_r3_vectors_alone_or_a_matrix_alone_at_a_summed_letter() -> None:
    i, k = letters(3, 4)
    board = Board(M=(3, 4), v=(4,), w=(4,))
    assert board.reduced(product(board.entry("v", k), board.entry("w", k), over=[k])) == "v^T w"
    assert board.reduced(product(board.entry("v", k, power=2), over=[k])) == "||v||^2"
    assert board.reduced(product(board.entry("v", k), over=[k])) == "sum(v)"
    assert board.reduced(product(board.entry("M", i, k), over=[k]), [i]) == "M 𝟏"


def test_r4_two_matrices_at_a_summed_letter() -> None:
    i, j, k = letters(3, 2, 4)
    board = Board(M=(3, 4), N=(4, 2), K=(2, 4))
    assert board.reduced(product(board.entry("M", i, k), board.entry("N", k, j), over=[k]), [i, j]) == "M N"
    assert board.reduced(product(board.entry("M", i, k), board.entry("K", j, k), over=[k]), [i, j]) == "M K^T"


def test_r5_a_vector_between_two_matrices() -> None:
    i, j, k = letters(3, 2, 4)
    board = Board(M=(3, 4), v=(4,), N=(4, 2))
    term = product(board.entry("M", i, k), board.entry("v", k), board.entry("N", k, j), over=[k])
    assert board.reduced(term, [i, j]) == "M diag(v) N"


def test_r6_two_matrices_between_two_letters() -> None:
    i, j = letters(3, 4)
    board = Board(M=(3, 4), N=(4, 3))
    assert board.reduced(product(board.entry("M", i, j), board.entry("N", j, i)), [i, j]) == "M ⊙ N^T"
    assert board.reduced(product(board.entry("M", i, j), board.entry("N", j, i), over=[i, j])) == "tr(M N)"
    assert board.reduced(product(board.entry("M", i, j, power=2), over=[i, j])) == "||M||^2"
    assert board.reduced(product(board.entry("M", i, j), over=[i, j])) == "sum(M)"


def test_r7_a_matrix_at_one_letter_twice() -> None:
    (i,) = letters(3)
    board = Board(M=(3, 3))
    assert board.reduced(product(board.entry("M", i, i), over=[i])) == "tr(M)"
    assert board.reduced(product(board.entry("M", i, i)), [i]) == "diag(M)"


def test_r8_a_vector_and_a_matrix_at_a_free_letter() -> None:
    i, j = letters(3, 4)
    board = Board(M=(3, 4), v=(3,), w=(4,))
    assert board.reduced(product(board.entry("v", i), board.entry("M", i, j)), [i, j]) == "diag(v) M"
    assert board.reduced(product(board.entry("M", i, j), board.entry("w", j)), [i, j]) == "M diag(w)"


def test_r9_what_remains_is_an_outer_product_or_a_number_times_it() -> None:
    i, j, k = letters(3, 4, 2)
    board = Board(v=(3,), w=(4,), s=(), u=(2,))
    assert board.reduced(product(board.entry("v", i), board.entry("w", j)), [i, j]) == "v w^T"
    term = product(board.entry("s"), board.entry("u", k, power=2), board.entry("v", i), over=[k])
    assert board.reduced(term, [i]) == "s ||u||^2 v"


def test_a_symmetric_matrix_is_not_turned() -> None:
    i, k = letters(3, 3)
    board = Board("S", S=(3, 3), v=(3,))
    assert board.reduced(product(board.entry("S", k, i), board.entry("v", k), over=[k]), [i]) == "S v"


def test_four_letters_joined_each_to_each_have_no_matrix_form() -> None:
    names = letters(2, 2, 2, 2)
    pairs = [(first, second) for place, first in enumerate(names) for second in names[place + 1 :]]
    board = Board(**{f"M{place}": (2, 2) for place in range(len(pairs))})
    term = product(*(board.entry(f"M{place}", *pair) for place, pair in enumerate(pairs)), over=names)
    assert "treewidth above 2" in board.reduced(term)


# Numbers -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "number", "powers"),
    [
        (2 / 1009, 2.0, ((1009, -1.0),)),
        (2018.0, 2.0, ((1009, 1.0),)),
        (504.5, 0.5, ((1009, 1.0),)),
        (1 / 1009**2, 1.0, ((1009, -2.0),)),
        (1 / 1009 / 1013, 1.0, ((1009, -1.0), (1013, -1.0))),
        (1e-6 / 1009, 1e-6, ((1009, -1.0),)),
        (1009**-0.5, 1.0, ((1009, -0.5),)),
        (4 / np.sqrt(np.pi) / 1009**2, 4 / np.sqrt(np.pi), ((1009, -2.0),)),
        (0.1234, 0.1234, ()),
        (np.pi, np.pi, ()),
        (1e20, 1e20, ()),
    ],
)
def test_numbers_that_came_from_sizes(value: float, number: float, powers: tuple[tuple[int, float], ...]) -> None:
    (term,) = read_number(value, (1009, 1013))
    assert term.number == pytest.approx(number, rel=1e-12)
    assert term.sizes == powers


def test_a_size_of_one_takes_nothing_out() -> None:
    assert read_number(3.0, (1, 1009))[0].number == 3.0
