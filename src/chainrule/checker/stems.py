"""The claims of a document in, its loss and the names that stand for gradients out: `dW`, `\\bar w`, `\\delta h`.

One idea: `dW` is the gradient by W where the document has a W, and of the loss that most of its derivatives speak of.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..notation.drafts import Role
from ..notation.resolve import is_derivative
from ..notation.surface import Fraction, Scripted
from ..notation.symbols import Symbol, symbol_of
from .claims import Claim
from .counting import labels_of
from .mentions import names_of
from .spelling import differential, variables
from .trees import everywhere, symbols_in

if TYPE_CHECKING:
    from .session import Session


_LOSSES = ("L", "J", "C", "E", "ℓ", "ell", "loss", "Loss", "cost", "MSE", "F", "S", "f")


def find_stems(session: Session, claims: Sequence[Claim], symbols: Mapping[str, Symbol]) -> None:
    """Names such as dW that are gradients of names of the document."""
    heads = {
        each.draft.symbol.text for each in claims
        if each.draft and each.draft.symbol and each.draft.role is not Role.CLAIM
    }  # fmt: skip
    labels = labels_of(claims)
    for each in claims:
        left = each.sides[0].tree
        whole = symbol_of(left) if each.draft is not None and isinstance(left, Scripted) else None
        if whole is not None and len(labels.get(whole.without_subscript().text, frozenset())) > 1:
            heads.add(whole.text)
    bars = session.facts.bars or _bars_mean_gradients(claims)
    for text, symbol in symbols.items():
        stem = _stem(symbol, bars)
        if ":" in symbol.subscript or "," in symbol.subscript:
            continue
        indexed = 0 < len(symbol.subscript) <= 3 and symbol.subscript.islower()
        if (
            indexed
            and stem is not None
            and stem.text not in heads
            and (stem.without_subscript().text in heads or _used_elsewhere(stem.without_subscript(), claims))
        ):
            continue  # an entry of a gradient
        known = stem is not None and stem.text in symbols and (session.loss is None or stem.text != session.loss.text)
        if stem is not None and known and (stem.text in heads or _used_elsewhere(stem, claims)):
            session.stems[text] = stem


def _used_elsewhere(stem: Symbol, claims: Sequence[Claim]) -> bool:
    """Whether a name stands on the right of some definition, alone or in a run of letters."""
    return any(
        stem == symbol
        for claim in claims if claim.draft is not None and claim.draft.role is Role.FORMULA
        for side in claim.sides[1:] if side.tree is not None
        for node in everywhere(side.tree) for symbol in names_of(node)
    )  # fmt: skip


def _stem(symbol: Symbol, bars: bool) -> Symbol | None:
    """What dW is the gradient of."""
    base = symbol.base
    if base.startswith("delta") and len(base) > 5:
        return replace(symbol, base=base[5:])
    if base.startswith("d") and len(base) > 1 and base not in ("det", "diag", "delta", "dim"):
        return replace(symbol, base=base[1:])
    if bars and "bar" in symbol.accents:
        return replace(symbol, accents=tuple(each for each in symbol.accents if each != "bar"))
    return None


def _bars_mean_gradients(claims: Sequence[Claim]) -> bool:
    r"""Whether some statement says `\bar v = \partial L/\partial v`."""
    for claim in claims:
        left = symbol_of(claim.sides[0].tree) if claim.sides[0].tree is not None else None
        if left is None or "bar" not in left.accents:
            continue
        for side in claim.sides[1:]:
            if isinstance(side.tree, Fraction) and is_derivative(side.tree):
                below = variables(side.tree.denominator)
                if below and symbol_of(below[0]) == _stem(left, True):
                    return True
    return False


def likeliest_loss(claims: Sequence[Claim]) -> Symbol | None:
    """The name that most derivatives are derivatives of."""
    counts: Counter[Symbol] = Counter()
    for claim in claims:
        for side in claim.sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Fraction) and is_derivative(node):
                    above = differential(node.numerator)
                    symbol = symbol_of(above.body) if above is not None and above.body is not None else None
                    if symbol is not None:
                        counts[symbol] += 1
    likely = [symbol for symbol in counts if _is_loss(symbol)]
    return max(likely, key=counts.__getitem__, default=None)


def _is_loss(symbol: Symbol) -> bool:
    return unicodedata.normalize("NFKC", symbol.base) in _LOSSES and not symbol.accents


def usual_loss(session: Session) -> Symbol | None:
    """A loss by its usual names, when no derivative is written out."""
    used = {
        symbol.text for each in session.definers.values() for definer in each for symbol in symbols_in(definer.tree)
    }
    found = [each[0].symbol for each in session.definers.values() if _is_loss(each[0].symbol) and not each[0].indices]
    last = [each for each in found if each.text not in used]
    if last:
        return min(last, key=_usual)
    return Symbol("L") if session.stems else None


def _usual(symbol: Symbol) -> int:
    return _LOSSES.index(unicodedata.normalize("NFKC", symbol.base))
