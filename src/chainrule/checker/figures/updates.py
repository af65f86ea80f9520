r"""An update in, the values that names have from there on out.

One idea: `w \leftarrow 1.733` is data for all that follows, as exact as its digits; what is still said of the old value
is not false.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy

from ...notation.drafts import Role
from ...notation.symbols import symbol_of
from ..bench import Bench
from ..claims import Claim
from ..digits import Enclosure
from ..model import Definer
from ..settling import set_up
from .ledger import Figure, Standing, Target
from .worlds import basis, given


def renew(bench: Bench, claim: Claim, read: Callable[[Bench, int], Enclosure]) -> None:
    r"""`w \leftarrow 1 - 0.1 \cdot (-7.33) = 1.733`: from here on the name has this value, as far as its digits say."""
    left, last = claim.sides[0].tree, claim.sides[-1]
    symbol = symbol_of(left) if left is not None else None
    place = len(claim.sides) - 2  # on the bench the statement begins after the arrow
    if symbol is None or not last.numeric or last.tree is None or place not in bench.meanings:
        return
    definers = bench.session.definers.get(symbol.text, [])
    if not definers or any(each.role is not Role.VALUE for each in definers) or definers[-1].number >= claim.number:
        return
    ledger, name = bench.session.ledger, symbol.text
    old = given(bench, bench.model, symbol)
    if old is not None:
        kept = [each for each in ledger.old if each.target.name == name]
        if not kept:
            ledger.old.append(
                Figure(claim.number, 0, Target(name), old, numpy.zeros(numpy.shape(old)), Standing.GIVEN, ())
            )
    definers.append(Definer(claim.number, symbol, last.tree, role=Role.VALUE))
    value, before = read(bench, place), read(bench, place - 1) if place - 1 in bench.meanings else None
    if before is not None and bool(numpy.allclose(before.value, value.value, rtol=1e-12, atol=0)):
        value = replace(value, slack=before.slack)  # nothing was rounded but what was rounded before
    now = set_up(bench.session, replace(bench.claim, number=claim.number + 1))
    rests = basis(now, Target(name))
    ledger.figures.append(
        Figure(
            claim.number,
            ledger.lines.get(claim.number, 0),
            Target(name),
            value.value,
            value.slack,
            Standing.RIGHT,
            rests,
        )
    )


def before_updates(bench: Bench) -> list[Figure]:
    """The values that names had before they were updated."""
    return [each for each in bench.session.ledger.old if each.number < bench.claim.number]
