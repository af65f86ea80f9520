"""The claims of a document in, what its names do in them out: where they stand, alone or in runs, and what is said of
them in passing.

One idea: before any statement is read, all of them have been looked through once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..notation.drafts import Role
from ..notation.resolve import is_derivative
from ..notation.surface import Big, Fraction, Group, Multiplicative, Name, Number, Scripted, Surface
from ..notation.symbols import Symbol, symbol_of
from .claims import Claim
from .spelling import variables
from .trees import everywhere, rebuilt


def right_names(claim: Claim) -> set[str]:
    """The names on the right of a statement, letters of runs among them, those in derivatives aside."""
    found: set[str] = set()
    for side in claim.sides[1:]:
        for node in everywhere(_without_derivatives(side.tree)) if side.tree is not None else ():
            if isinstance(node, Name | Scripted) and (symbol := symbol_of(node)) is not None:
                found.add(symbol.text)
                if isinstance(node, Name) and not node.whole:
                    found |= set(node.base)
    return found


def _without_derivatives(node: Surface) -> Surface:
    if isinstance(node, Fraction) and is_derivative(node):
        return Number("1", node.span)
    return rebuilt(node, _without_derivatives)


def differentiated_by(claim: Claim) -> set[str]:
    """The names that derivatives in a statement are with respect to."""
    found: set[str] = set()
    for side in claim.sides:
        for node in everywhere(side.tree) if side.tree is not None else ():
            if isinstance(node, Fraction) and is_derivative(node):
                for each in variables(node.denominator) or ():
                    if (symbol := symbol_of(each)) is not None:
                        found |= {symbol.text, symbol.without_subscript().text}
    return found


def primed_names(claims: Sequence[Claim]) -> dict[str, Symbol]:
    """`c = f c' + i g`: a small letter with a prime that stands in the definition of the letter is another name."""
    found: dict[str, Symbol] = {}
    bases = {each.draft.symbol.text for each in claims if each.draft is not None and each.draft.symbol is not None}
    for claim in claims:
        if claim.draft is None or claim.draft.role is not Role.FORMULA:
            continue
        for side in claim.sides[1:]:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Scripted) and node.primes and (symbol := symbol_of(node)) is not None:
                    small = symbol.base.islower() and not _is_called(node, side.tree)
                    if small and replace(symbol, primes=0).text in bases:
                        found[symbol.text] = symbol
    return found


def _is_called(node: Scripted, tree: Surface | None) -> bool:
    """Whether a bracket follows a name somewhere: then it is a function, and a prime its derivative."""
    for each in everywhere(tree) if tree is not None else ():
        if isinstance(each, Multiplicative):
            for (_, one), (sign, other) in zip(each.factors, each.factors[1:], strict=False):
                if one is node and sign == "" and isinstance(other, Group):
                    return True
    return False


def with_constraints(traits: Mapping[str, frozenset[str]], claims: Sequence[Claim]) -> dict[str, frozenset[str]]:
    r"""What is said, with `\sum_c y_c = 1` among it."""
    found = dict(traits)
    for claim in claims:
        match [side.tree for side in claim.sides]:
            case [Big("∑", _, _, Scripted() as entry), Number("1")]:
                symbol = symbol_of(replace(entry, subscript=None))
                if symbol is not None:
                    found[symbol.text] = found.get(symbol.text, frozenset()) | {"sums to one"}
    return found


def nabla_variable(claims: Sequence[Claim]) -> Surface | None:
    """What some nabla says that it is with respect to, or the argument of the first function of one."""
    for claim in claims:
        for side in claim.sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Fraction) and is_derivative(node) and isinstance(node.denominator, Multiplicative):
                    sign, *rest = node.denominator.factors
                    if isinstance(sign[1], Name) and sign[1].base == "partial" and len(rest) == 1 and node.span.text[
                        node.span.start : node.span.start + 6] == "\\nabla":  # fmt: skip
                        return rest[0][1]
    return None


def last_numbers(claims: Sequence[Claim]) -> dict[str, int]:
    """`L = 3`, `T = 2`: capital letters that are small whole numbers."""
    found: dict[str, int] = {}
    for claim in claims:
        draft = claim.draft
        if draft is not None and draft.role is Role.VALUE and draft.symbol is not None:
            side = draft.sides[0] if draft.sides else None
            if isinstance(side, Number) and side.written.isdecimal() and 1 < int(side.written) < 9:
                found.setdefault(draft.symbol.text, int(side.written))
    return found


def lone_letters(claims: Sequence[Claim]) -> set[str]:
    """Single letters that stand alone as a name somewhere."""
    found: set[str] = set()
    for claim in claims:
        for side in claim.sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Name) and len(node.base) == 1 and not node.accents and node.base.isalpha():
                    found.add(node.base)
    return found


def names_of(node: Surface) -> Iterator[Symbol]:
    """The names that a node may spell: itself, and the letters of a run, `XW_1` being X and W_1 too."""
    if not isinstance(node, Name | Scripted) or (symbol := symbol_of(node)) is None:
        return
    yield symbol
    body = node.body if isinstance(node, Scripted) else node
    if isinstance(body, Name) and not body.whole and not body.accents and 1 < len(body.base) <= 4:
        for letter in body.base[:-1]:
            yield Symbol(letter)
        yield replace(symbol, base=body.base[-1])


def all_symbols(claims: Sequence[Claim]) -> dict[str, Symbol]:
    """Every name that stands somewhere, with its scripts and without."""
    found: dict[str, Symbol] = {}
    for claim in claims:
        for side in claim.sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                for symbol in names_of(node):
                    for each in (symbol, symbol.without_subscript()):
                        found.setdefault(each.text, each)
    return found


def summed_letters(claims: Sequence[Claim]) -> frozenset[str]:
    """Letters under sum signs."""
    return frozenset(
        name.base for claim in claims for side in claim.sides if side.tree is not None
        for node in everywhere(side.tree) if isinstance(node, Big) and node.lower is not None
        for name in everywhere(node.lower) if isinstance(name, Name)
    )  # fmt: skip


def left_names(claims: Sequence[Claim]) -> set[str]:
    """The names on the left of statements."""
    return {each.draft.symbol.text for each in claims if each.draft is not None and each.draft.symbol is not None}
