"""Points of a model in which a definition uses the name of a derivative, as `m = \\beta m_0 + (1 - \\beta) g` does.

One idea: what is differentiated is computed first; then the derivative is a number like any other, and the definitions
that use it are computed with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import ChainruleError
from ...notation.meaning import Variable
from ..model import Model
from ..points import Plan, Point, take
from ..slopes import jacobian
from .adopted import Adopted, fitted


def taken(
    model: Model, plan: Plan, seed: int, level: str, data: Mapping[str, Any] | None = None,
    weights: Mapping[str, Any] | None = None, adopted: Adopted | None = None,
    fixed: Mapping[str, float] | None = None,
) -> Point:  # fmt: skip
    """One point, as `take` gives it, with the derivatives that definitions use. Raises ChainruleError as it does."""
    point = take(model, plan, seed, level, data, weights, adopted, fixed)
    if model.open_loss is not None and data is None:
        return point
    known: dict[str, Any] = {}
    for symbol in model.inputs:
        name = symbol.text
        value = _value(model, name, point) if name in model.derived and name not in (data or {}) else None
        aim = None if value is None else fitted(value, plan.shapes.get(name, ()))
        if aim is not None:
            known[name] = aim
    return take(model, plan, seed, level, {**known, **(data or {})}, weights, adopted, fixed) if known else point


def _value(model: Model, name: str, point: Point) -> Any:
    """What a name is that stands for one derivative; None for others."""
    meaning = model.derived.get(name)
    if not isinstance(meaning, Variable):
        return None
    atom = model.atoms.atom(meaning)
    if atom is None or meaning.symbol.text != atom.name:
        return None
    try:
        return jacobian(point, atom, model.atoms, False)
    except ChainruleError:
        return None
