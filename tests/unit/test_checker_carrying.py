"""A slip is counted once: what follows from it follows, along a chain of any length, and what does not is new."""

from __future__ import annotations

from itertools import pairwise

import pytest

from chainrule.checker.documents import read_document
from chainrule.checker.judge import check_document
from chainrule.checker.results import Finding, Verdict


def findings(text: str) -> tuple[Finding, ...]:
    return check_document(read_document(text.encode())).findings


@pytest.mark.parametrize("length", [1, 2, 5, 9])
def test_a_chain_of_any_length_follows_from_one_slip(length: int) -> None:
    names = [f"z_{{{number}}}" for number in range(length + 1)]
    lines = ["$x = 2$"]
    lines.append(f"${names[0]} = 3 x$")
    lines += [f"${after} = 2 {before} + 1$" for before, after in pairwise(names)]
    value = 7  # 3 times 2 is 6
    lines.append(f"\n$${names[0]} = {value}$$")
    for name in names[1:]:
        value = 2 * value + 1
        lines.append(f"$${name} = {value}$$")
    found = findings("\n\n".join(lines))[-length - 1 :]
    assert [each.verdict for each in found] == [Verdict.WRONG, *[Verdict.FOLLOWS] * length]
    assert all(each.follows for each in found[1:])


def test_a_derivative_carries_to_those_below_it() -> None:
    text = r"""
$z = w x$, $h = z^2$, $L = 3 h$ with $w = 2$, $x = 5$

$$\frac{\partial L}{\partial h} = 4$$
$$\frac{\partial L}{\partial z} = 80$$
$$\frac{\partial L}{\partial w} = 400$$
$$\frac{\partial L}{\partial x} = 170$$
"""
    found = findings(text)[-4:]
    assert [each.verdict for each in found] == [Verdict.WRONG, Verdict.FOLLOWS, Verdict.FOLLOWS, Verdict.WRONG]
    assert found[1].follows == (found[0].place.line,)


def test_a_line_along_an_edge_carries() -> None:
    text = r"""
$z = w x$, $h = z^2$, $L = 3 h$ with $w = 2$, $x = 5$

$$\frac{\partial h}{\partial z} = 10$$
$$\frac{\partial L}{\partial w} = 3 \cdot 10 \cdot 5 = 150$$
"""
    assert [each.verdict for each in findings(text)[-2:]] == [Verdict.WRONG, Verdict.FOLLOWS]


def test_symbols_always_mean_the_right_derivative() -> None:
    text = r"""
$z = w x$, $L = z^2$ with $w = 2$, $x = 5$

$$\frac{\partial L}{\partial z} = 10$$
$$\frac{\partial L}{\partial w} = \frac{\partial L}{\partial z} x$$
"""
    assert [each.verdict for each in findings(text)[-2:]] == [Verdict.WRONG, Verdict.RIGHT]


def test_a_right_number_after_a_slip_is_right_and_the_break_is_told() -> None:
    text = "$z = 3 x$, $y = z + 1$ with $x = 2$\n\n$$z = 7$$\n\n$$y = 7$$"
    found = findings(text)[-1]
    assert found.verdict is Verdict.RIGHT
    assert any("does not follow from your line 3" in each for each in found.assumptions)


def test_a_new_slip_after_a_slip_is_wrong() -> None:
    text = "$z = 3 x$, $y = z + 1$ with $x = 2$\n\n$$z = 7$$\n\n$$y = 9$$"
    assert [each.verdict for each in findings(text)[-2:]] == [Verdict.WRONG, Verdict.WRONG]


def test_rounded_figures_leave_their_last_place_open() -> None:
    text = r"$p = e^x$, $q = 100 p$ with $x = 0.3$" + "\n\n$$p = 1.35$$\n\n$$q = 135$$\n\n$$q = 136$$"
    found = findings(text)[-3:]
    assert found[1].verdict is Verdict.ROUNDED
    assert found[2].verdict is Verdict.WRONG


def test_slips_of_one_example_do_not_reach_the_next() -> None:
    text = "$z = 3 x$, $y = z + 1$\n\n$x = 2$: $$z = 7$$ $$y = 8$$\n\n$x = 4$: $$y = 8$$"
    found = [each.verdict for each in findings(text) if each.place.line > 2 and "x" not in each.text]
    assert found == [Verdict.WRONG, Verdict.FOLLOWS, Verdict.WRONG]
