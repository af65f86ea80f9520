"""Laws of derived formulas: whatever is drawn, every form says what the definition and the engine say."""

from __future__ import annotations

import pytest
from fuzz_formulas import Tally, fuzz_keys, fuzz_letters, fuzz_programs, fuzz_terms


def right(tally: Tally, least: int) -> None:
    assert tally.count >= least
    assert not tally.wrong, "\n\n".join(tally.wrong[:3])


def test_sums_of_products_are_what_einsum_computes() -> None:
    tally = fuzz_terms(500, seed=1)
    right(tally, 500)
    assert tally.found["matrix"] > 250
    assert tally.found["compiled"] > 300
    assert tally.found["spoken"] > 450


def test_equal_terms_have_one_key_and_others_do_not() -> None:
    right(fuzz_keys(500, seed=1), 450)


@pytest.mark.parametrize("kind", ["gradient", "hessian", "jacobian"])
def test_derivatives_of_programs_are_those_of_the_engine(kind: str) -> None:
    right(fuzz_programs(40, seed=1, kind=kind), 35)


def test_derivatives_hold_for_sizes_that_are_letters() -> None:
    right(fuzz_letters(40, seed=1), 25)
