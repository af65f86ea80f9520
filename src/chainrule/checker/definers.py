"""A claim in, the definitions that it gives out, and which of several definitions of a name holds.

One idea: the first statement that says what a name is defines it; a formula goes before a number, a derivative's name
means the true derivative, and what is said again is a claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..notation.drafts import Role
from ..notation.functions import GENERIC, function_named
from ..notation.resolve import is_derivative
from ..notation.surface import Big, Fraction, Group, Multiplicative, Name, Number, Scripted, Surface
from ..notation.symbols import Symbol, symbol_of
from .claims import Claim
from .counting import beside_bound, bound_bases
from .model import Definer
from .trees import everywhere

if TYPE_CHECKING:
    from .session import Session


def by_number(definer: Definer) -> int:
    return definer.number


def definitions_in(claim: Claim, session: Session) -> list[Definer]:
    found = claim.draft
    if found is None or found.symbol is None or found.role is Role.CLAIM or claim.number in session.asides:
        return []
    symbol = found.symbol
    if found.role is Role.SHAPE or not claim.equal or _is_no_name(claim, session):
        return []
    if symbol.text in session.stems:
        if not any(isinstance(side.tree, Fraction) and is_derivative(side.tree) for side in claim.sides[1:]):
            return []
        session.stems.pop(symbol.text)  # it says itself of what it is the derivative
    if _is_function(claim, session) or symbol.superscript in ("T", "⊤") or _primed_function(symbol, session):
        return []
    indices = () if _is_label(claim, session) else found.indices
    whole = symbol if indices == found.indices else symbol_of(claim.sides[0].tree) or symbol  # type: ignore[arg-type]
    sides = [side for side in claim.sides[1:] if side.tree is not None]
    formulas = [side.tree for side in sides if not side.numeric and side.tree is not None]
    if not indices and (letter := _index_of(claim.sides[0].tree, formulas)):
        indices, whole = (letter,), symbol.without_subscript()
    derivative = [tree for tree in formulas if isinstance(tree, Fraction) and is_derivative(tree)]
    if derivative or formulas:
        applied = [_application(each, session) for each in formulas]
        plain = [each for each, call in zip(formulas, applied, strict=True) if call is None]
        tree = (derivative or plain or formulas)[0]
        first = Definer(claim.number, whole, tree, indices, found.parameters, found.raised)
        functions = [
            Definer(claim.number, call[0], plain[0], (), (call[1],), function=True)
            for call in applied
            if call is not None and plain
        ]
        return [first, *functions, *_second_names(claim, formulas, session)]
    numbers = [side.tree for side in sides if side.tree is not None]
    if numbers:
        return [Definer(claim.number, whole, numbers[-1], (), None, False, Role.VALUE)]
    return []


def _application(node: Surface, session: Session) -> tuple[Symbol, Symbol] | None:
    """The function and its argument in `h_0 = g_0(z_0) = ...`, where the next side says what g_0 is."""
    match node:
        case Multiplicative((("", (Name() | Scripted()) as head), ("", Group("(", (Name() | Scripted() as inner,))))):
            name, argument = symbol_of(head), symbol_of(inner)
            if name is not None and argument is not None and name.base in GENERIC and not name.primes:
                known = name.text in session.facts.functions or name.text in session.heads
                return None if known else (name, argument)
    return None


def _index_of(left: Surface | None, sides: Sequence[Surface]) -> str:
    r"""The w of `\hat y_w = \exp(u_w) / \sum_x \exp(u_x)`: an unusual letter, below a name that is summed over."""
    if not isinstance(left, Scripted) or not isinstance(left.subscript, Name) or len(left.subscript.base) != 1:
        return ""
    letter = left.subscript.base
    for side in sides:
        summed = bound_bases(side)
        for node in everywhere(side):
            if isinstance(node, Scripted) and isinstance(node.subscript, Name) and node.subscript.base == letter:
                symbol = symbol_of(replace(node, subscript=None))
                if symbol is not None and symbol.text in summed:
                    return letter
            elif isinstance(node, Big) and letter in beside_bound(node):
                return letter
    return ""


def _second_names(claim: Claim, formulas: Sequence[Surface], session: Session) -> Iterator[Definer]:
    r"""`z_2 = w_2 h_1 = \hat y`: a name at the end that no statement defines is another name for the first."""
    last, left = formulas[-1], claim.sides[0].tree
    symbol = symbol_of(last) if isinstance(last, Name | Scripted) else None
    if len(formulas) < 2 or symbol is None or left is None or symbol.text in session.heads | session.used:
        return
    if isinstance(last, Name) and not last.whole and len(last.base) > 1 and not last.accents:
        return
    yield Definer(claim.number, symbol, left)


def _is_label(claim: Claim, session: Session) -> bool:
    """Whether the letter below the left side is a label: `a_z`, `a_r` and `a_n` are defined each for itself."""
    left = claim.sides[0].tree
    if not isinstance(left, Scripted) or left.subscript is None:
        return False
    symbol = symbol_of(replace(left, subscript=None))
    if isinstance(left.subscript, Name) and left.subscript.base in session.summed:
        return False
    return symbol is not None and len(session.labels.get(symbol.text, frozenset())) > 1


def _is_function(claim: Claim, session: Session) -> bool:
    r"""`g = \tanh`: the name of a function for another; noted, and no definition of a variable."""
    right, symbol = claim.sides[1].tree, symbol_of(claim.sides[0].tree) if claim.sides[0].tree is not None else None
    if len(claim.sides) != 2 or not isinstance(right, Name) or symbol is None:
        return False
    function = function_named(right.base)
    if function is None or right.base in session.facts.alone:
        return False
    session.facts = replace(session.facts, functions={**session.facts.functions, symbol.text: function})
    return True


def _primed_function(symbol: Symbol, session: Session) -> bool:
    """Whether a name with a prime is the derivative of a function that is known."""
    plain = replace(symbol, primes=0).text
    known = plain in session.facts.functions or function_named(plain) is not None or plain == "sigma"
    own = any(each.parameters for each in session.definers.get(plain, ()))
    return symbol.primes > 0 and (known or own)


def redefine(session: Session, claim: Claim) -> bool:
    """Let a statement define its name anew from here on; false where it defines none."""
    fresh = [each for each in definitions_in(claim, session) if claim.number not in session.solutions]
    for each in fresh:
        candidates = session.definers.setdefault(each.symbol.text, [])
        if each.role is Role.VALUE and any(isinstance(known.tree, Fraction) for known in candidates):
            session.upstream[each.symbol.text] = each.tree  # the numbers of a gradient that is given
            session.own.clear()
            continue
        if all(known.number != each.number for known in candidates):
            candidates.append(each)
            candidates.sort(key=by_number)
    return bool(fresh)


def again(session: Session, claim: Claim) -> bool:
    """Whether a statement defines a name that an earlier statement defines, and what it says is a formula."""
    draft = claim.draft
    if draft is None or draft.symbol is None or draft.role is not Role.FORMULA or not claim.equal:
        return False
    known = session.definers.get(draft.symbol.text, ())
    return any(each.number < claim.number for each in known) and not any(map(is_alias, known))


def _is_no_name(claim: Claim, session: Session) -> bool:
    """Whether the left side is a product of known letters, or a function of the library."""
    left = claim.sides[0].tree
    if isinstance(left, Scripted) and any(isinstance(each, Number) for each in left.superscripts):
        base = symbol_of(replace(left, superscripts=()))  # s^2 = 0.64 of a number s: a power, and no name
        return base is not None and any(
            each.draft is not None and each.draft.role is Role.VALUE and each.draft.symbol == base
            for each in session.claims
        )
    if isinstance(left, Multiplicative):
        head = left.factors[0][1]
        return isinstance(head, Name) and function_named(head.base) is not None
    if isinstance(left, Name) and not left.whole and 1 < len(left.base) <= 3 and not left.accents:
        return all(letter in session.facts.alone for letter in left.base)
    return False


def keep(session: Session, definer: Definer, *, general: bool) -> None:
    """A formula goes before a number, and one said of a single name before one said of all; what is said again is a
    claim, until a new section begins."""
    definer = replace(definer, general=general)
    before = session.definers.setdefault(definer.symbol.text, [])
    if not before:
        before.append(definer)
        return
    formula = definer.role is Role.FORMULA
    if (
        definer.parameters
        and before[-1].parameters
        and not definer.function
        and ([each.text for each in definer.parameters] != [each.text for each in before[-1].parameters])
    ):
        before.append(definer)  # f(x, y) after f(x) is another problem
        session.problem_starts.append(definer.number)
        return
    if is_alias(before[-1]) and not is_alias(definer):
        return  # a name of a derivative means the true one, whatever is worked out for it
    if is_alias(definer) and not is_alias(before[-1]) and before[-1].symbol.text not in session.used:
        before[:] = [definer]
        return
    if formula and all(each.role is Role.VALUE for each in before):
        if definer.symbol.text not in session.used:
            before[:] = [definer]
        return
    if before[-1].general and not general:
        if formula:
            before[:] = [definer]
        return
    section, earlier = (_section(session, each.number) for each in (definer, before[-1]))
    if section != earlier and formula == (before[-1].role is Role.FORMULA) and not general:
        before.append(definer)


def is_alias(definer: Definer) -> bool:
    """Whether a definition gives a derivative a name."""
    return isinstance(definer.tree, Fraction) and is_derivative(definer.tree)


def _section(session: Session, number: int) -> int:
    return next(each for each in session.claims if each.number == number).statement.piece.section


def defines(session: Session, claim: Claim) -> Definer | None:
    """The definition that a claim gives, if it is one that holds."""
    symbol = claim.draft.symbol if claim.draft is not None else None
    for each in session.definers.get(symbol.text, ()) if symbol is not None else ():
        if each.number == claim.number:
            return each
    return None
