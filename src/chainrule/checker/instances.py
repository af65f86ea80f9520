r"""Statements about any layer, time or numbered name in, statements about each of them out.

One idea: `z^l = w^l a^{l-1} + b^l` says several things at once, one for each l; written out with numbers, each is an
ordinary statement about ordinary names. How many there are is what the document says, else three.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..notation.surface import Additive, Big, Chain, Group, Name, Number, Scripted, Surface
from ..notation.symbols import Symbol, script_text, symbol_of
from .claims import Claim, with_trees
from .counting import MOST, Counted, base_name, bound_letters, letters_in, scripts_of, unwrapped
from .trees import everywhere, product, rebuilt


def written_out(claim: Claim, counted: Counted) -> list[Claim]:
    """The claim for each number of its letters; itself alone where nothing is counted in it."""
    trees = tuple(side.tree and _sums(put_ends(side.tree, counted), counted) for side in claim.sides)
    letters = [letter for letter in counted.letters if any(tree is not None and _has(tree, letter) for tree in trees)]
    letters += [letter for letter in _family_letters(trees, counted) if letter not in letters]
    if not letters:
        return [with_trees(claim, trees)] if trees != tuple(side.tree for side in claim.sides) else [claim]
    found = [trees]
    for letter in letters[:2]:
        numbers = counted.letters.get(letter) or _range_of(letter, trees, counted)
        found = [tuple(tree and put(tree, letter, number) for tree in each) for each in found for number in numbers]
    return [with_trees(claim, each) for each in found[: MOST * 2]]


def _family_letters(trees: Sequence[Surface | None], counted: Counted) -> list[str]:
    """Letters below names of families, bound by no sum."""
    found: dict[str, None] = {}
    for tree in trees:
        for node in everywhere(tree) if tree is not None else ():
            if isinstance(node, Scripted) and (letter := _family_letter(node, counted)) is not None:
                found.setdefault(letter)
    bound = {letter for tree in trees if tree is not None for node in everywhere(tree) if isinstance(node, Big)
             for letter in bound_letters(node)}  # fmt: skip
    return [letter for letter in found if letter not in bound]


def _family_letter(node: Scripted, counted: Counted) -> str | None:
    symbol = symbol_of(node)
    if symbol is None or not isinstance(node.body, Name):
        return None
    below = symbol.subscript
    if (
        len(below) == 1
        and below.isalpha()
        and (symbol.base, symbol.accents, "#", symbol.superscript) in counted.families
    ):
        return below
    inner = symbol.superscript.strip("()[]")
    marked = len(inner) == 1 and inner.isalpha() and symbol.superscript[:1] in "(["
    pattern = (symbol.base, symbol.accents, below, symbol.superscript.replace(inner, "#") if marked else "")
    return inner if marked and pattern in counted.families else None


def _range_of(letter: str, trees: Sequence[Surface | None], counted: Counted) -> tuple[int, ...]:
    """The numbers that all families which a letter counts have."""
    ranges = []
    for tree in trees:
        for node in everywhere(tree) if tree is not None else ():
            if isinstance(node, Scripted) and _family_letter(node, counted) == letter:
                ranges.append(set(_numbers_of(node, letter, counted)))
    return tuple(sorted(set.intersection(*ranges)))[:MOST] if ranges else ()


def _numbers_of(node: Scripted, letter: str, counted: Counted) -> tuple[int, ...]:
    symbol = symbol_of(node)
    assert symbol is not None  # a family letter stands on it
    if symbol.subscript == letter:
        return counted.families[(symbol.base, symbol.accents, "#", symbol.superscript)]
    above = symbol.superscript.replace(symbol.superscript.strip("()[]"), "#")
    return counted.families[(symbol.base, symbol.accents, symbol.subscript, above)]


def in_numbers(condition: Surface, counted: Counted) -> Surface:
    r"""A condition such as `j \neq k` with numbers for letters that are one number throughout."""
    for letter, number in counted.ends.items():
        condition = _numbered(condition, letter, number)
    return condition


def put_ends(node: Surface, counted: Counted) -> Surface:
    """Letters of last numbers, in scripts and above sums, as numbers."""
    for letter, number in counted.ends.items():
        node = put(node, letter, number)
    return node


def _sums(node: Surface, counted: Counted) -> Surface:
    """Sums over layers, times and families, written out."""
    node = rebuilt(node, lambda each: _sums(each, counted))
    if not isinstance(node, Big) or node.sign != "∑":
        return node
    for letter in bound_letters(node):
        numbers = _summed(node, letter, counted)
        if numbers:
            terms = tuple(("+" if place else "", put(node.body, letter, n)) for place, n in enumerate(numbers))
            whole = Additive(terms, node.span) if len(terms) > 1 else terms[0][1]
            rest = _without(node, letter)
            return Group("(", (whole if rest is None else replace(rest, body=whole),), node.span)
    return node


def _summed(node: Big, letter: str, counted: Counted) -> tuple[int, ...]:
    numbers = counted.letters.get(letter) if _has(node.body, letter) else None
    numbers = numbers or _range_of(letter, [node.body], counted)
    first, last = _first(node), node.upper
    if not numbers:
        return ()
    if isinstance(last, Number) and last.written.isdecimal():
        numbers = tuple(range(numbers[0] if first is None else first, min(int(last.written), 12) + 1))
    return tuple(number for number in numbers if first is None or number >= first)


def _first(node: Big) -> int | None:
    lower = unwrapped(node.lower) if node.lower is not None else None
    match lower:
        case Chain((_, Number(written)), ("=",)) if written.isdecimal():
            return int(written)
    return None


def _without(node: Big, letter: str) -> Big | None:
    """The sum over the other indices."""
    rest = [each for each in bound_letters(node) if each != letter]
    if not rest:
        return None
    return replace(node, lower=Name("".join(rest), node.span), upper=None)


def _has(node: Surface, letter: str) -> bool:
    return any(
        isinstance(each, Name) and each.base == letter
        for scripted in everywhere(node) if isinstance(scripted, Scripted)
        for script in scripts_of(scripted) for each in everywhere(script)
    )  # fmt: skip


def put(node: Surface, letter: str, number: int) -> Surface:
    """The tree with a number for a letter in all scripts and above sums."""
    if isinstance(node, Scripted):
        below = node.subscript and _numbered(node.subscript, letter, number)
        above = tuple(each if _turns(each) else _numbered(each, letter, number) for each in node.superscripts)
        return replace(node, body=put(node.body, letter, number), subscript=below, superscripts=above)
    if isinstance(node, Big):
        if letter in bound_letters(node) or letter in letters_in(node.lower):
            return node
        upper = node.upper and _numbered(node.upper, letter, number)
        lower = node.lower and _numbered_limit(node.lower, letter, number)
        return replace(node, lower=lower, upper=upper, body=put(node.body, letter, number))
    return rebuilt(node, lambda each: put(each, letter, number))


def _turns(script: Surface) -> bool:
    """Whether a superscript is a transpose: T above a name is no last number."""
    return isinstance(script, Name) and script.base == "T"


def _numbered_limit(lower: Surface, letter: str, number: int) -> Surface:
    match lower:
        case Chain((first, start), signs) if start is not None:
            return replace(lower, parts=(first, _numbered(start, letter, number)), relations=signs)
        case Group(_, (Chain() as inner,)):
            return replace(lower, items=(_numbered_limit(inner, letter, number),))
    return lower


def _numbered(script: Surface, letter: str, number: int) -> Surface:
    match script:
        case Name(base) if base == letter and not script.accents:
            return Number(str(number), script.span)
        case Name(base) if len(base) in (2, 3) and letter in base and not script.whole and not script.accents:
            parts = [Number(str(number), script.span) if each == letter else Name(each, script.span) for each in base]
            return product([("", each) for each in parts])
        case Additive(terms):
            changed = tuple((sign, _numbered(each, letter, number)) for sign, each in terms)
            if all(isinstance(each, Number) and each.written.isdecimal() for _, each in changed):
                total = sum((-1 if sign == "-" else 1) * int(script_text(each)) for sign, each in changed)
                return (
                    Number(str(total), script.span) if total >= 0 else Name(f"minus{-total}", script.span, whole=True)
                )
            return replace(script, terms=changed)
        case Scripted():
            return put(script, letter, number)
    return rebuilt(script, lambda each: _numbered(each, letter, number))


def symbols_of(claims: Iterable[Claim], counted: Counted) -> dict[str, Symbol]:
    """The names with a number above them that stand where a counted letter stood."""
    found: dict[str, Symbol] = {}
    for claim in claims:
        raised = {
            base_name(node) for side in claim.sides if side.tree is not None for node in everywhere(side.tree)
            if isinstance(node, Scripted) and any(_has_letter(each, counted) for each in node.superscripts)
        }  # fmt: skip
        for each in written_out(claim, counted) if raised else ():
            for side in each.sides:
                for node in everywhere(side.tree) if side.tree is not None else ():
                    if isinstance(node, Scripted) and base_name(node) in raised:
                        symbol = symbol_of(replace(node, subscript=None, primes=0))
                        if symbol is not None and symbol.superscript.isdecimal():
                            found[symbol.text] = symbol
    return found


def _has_letter(script: Surface, counted: Counted) -> bool:
    return any(isinstance(each, Name) and each.base in counted.letters for each in everywhere(script))
