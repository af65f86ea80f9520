"""What is printed holds: every term, sum, path, product and closed form of the five networks, against its number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from golden.networks import NETWORKS

from chainrule.derivation.letters import rename
from chainrule.derivation.lines import Derivation, Line, Term
from chainrule.derivation.stage import evaluate
from chainrule.ir.recording import open_recording
from chainrule.renderers.routes import routes_to
from chainrule.renderers.styles import TEXT
from chainrule.renderers.working import pen_for, work_out

WITH_NUMBERS = [name for name in NETWORKS if name != "generic"]


@pytest.fixture(params=WITH_NUMBERS)
def derivation(request: pytest.FixtureRequest) -> Derivation:
    return NETWORKS[request.param]()


def printed(text: str) -> float:
    """The number of a printed product or sum: digits, signs and brackets only."""
    assert not set(text) - set("0123456789.e+-×() /"), text
    return float(eval(text.replace("×", "*"), {"__builtins__": {}}))


def close(found: Any, expected: Any, digits: float = 1e-12) -> bool:
    scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    return bool(np.allclose(found, expected, rtol=digits, atol=digits * scale))


def test_forward_rows_hold(derivation: Derivation) -> None:
    for row in derivation.rows:
        if row.expression is not None:
            assert close(evaluate(row.expression, derivation.values), row.value), row.symbol


def test_terms_hold_and_add_up(derivation: Derivation) -> None:
    for line in derivation.lines:
        for term in line.terms:
            assert close(evaluate(term.expression, derivation.values), term.value), (line.symbol, term.via)
            if term.local is not None and line.gradient.ndim == 0 and term.upstream.ndim == 0:
                assert close(term.upstream_value * term.local_value, term.value)
        if line.terms:
            assert close(sum(term.value for term in line.terms), line.value), line.symbol


def test_closed_forms_hold(derivation: Derivation) -> None:
    for line in derivation.lines:
        if line.closed is not None:
            assert close(evaluate(line.closed, derivation.values), line.value), line.symbol


def test_printed_products_give_the_printed_values(derivation: Derivation) -> None:
    pen = pen_for(derivation, TEXT, 6)
    checked = 0
    for line in derivation.lines:
        for share in work_out(derivation, line, pen).shares:
            if share.numbers and not np.ndim(share.value) and "[" not in share.numbers:
                assert close(printed(share.numbers), share.value, 1e-4), share
                checked += 1
            if share.entries is not None:
                found = np.vectorize(printed)(np.array(share.entries))
                assert close(found, share.value, 1e-4), share
                checked += 1
    assert checked


def test_paths_add_up(derivation: Derivation) -> None:
    pen = pen_for(derivation, TEXT, 6)
    for symbol, paths in derivation.all_paths.items():
        assert len(paths.listed) == paths.count
        if paths.count:
            assert close(sum(path.value for path in paths.listed), paths.total), symbol
        for route in routes_to(derivation, symbol, paths, pen).told:
            assert not route.numbers or close(printed(route.numbers), route.value, 1e-4), route


def test_examples_add_up(derivation: Derivation) -> None:
    for line in derivation.lines:
        if line.examples:
            assert close(sum(each.value for each in line.examples), line.value), line.symbol


def test_gradients_agree_with_finite_differences(derivation: Derivation) -> None:
    """The whole chain of printed forward expressions, moved a little at one input entry."""
    stand = {name: node for node, name in derivation.names.items() if node in derivation.values}
    inputs = [row.symbol for row in derivation.rows if row.expression is None]
    for symbol in set(derivation.gradients) & set(inputs):
        gradient = np.asarray(derivation.gradients[symbol])
        for place in np.ndindex(gradient.shape):
            ends = []
            for step in (1e-6, -1e-6):
                values = dict(derivation.values)
                moved = np.array(values[stand[symbol]], dtype=float)
                moved[place] += step
                values[stand[symbol]] = moved[()]
                for row in derivation.rows:
                    if row.expression is not None:
                        values[stand[row.symbol]] = evaluate(row.expression, values)
                ends.append(float(values[stand[derivation.output]]))
            if not any("not differentiable" in note for note in derivation.notes):
                assert close((ends[0] - ends[1]) / 2e-6, gradient[place], 1e-6), symbol


def test_index_notation_holds(derivation: Derivation) -> None:
    """Summed over all places, upstream times the local derivative that is printed with indices is the term's value."""
    for line in derivation.lines:
        for term in line.terms:
            if term.index is not None:
                assert close(added_up(derivation, line, term), np.asarray(term.value)), (line.symbol, term.via)


def added_up(derivation: Derivation, line: Line, term: Term) -> Any:
    form = term.index
    assert form is not None
    total = np.zeros(line.gradient.shape)
    upstream = np.asarray(term.upstream_value)
    with open_recording():
        for into in np.ndindex(line.gradient.shape):
            for out in np.ndindex(upstream.shape):
                local = form.local
                places = dict(zip(form.out, out, strict=True)) | dict(zip(form.into, into, strict=True))
                if form.out == form.into and out != into:
                    continue
                for letter, place in places.items():
                    local = rename(local, letter, place)
                total[into] += upstream[out] * float(evaluate(local, derivation.values))
    return total
