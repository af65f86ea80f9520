"""The claims of a document in, what is counted in them out: letters of layers and times, families of numbered names.

One idea: a letter that stands on the left of a definition and, a number further, on its right counts steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..notation.drafts import Role
from ..notation.surface import Additive, Big, Chain, Fraction, Group, Multiplicative, Name, Number, Scripted, Surface
from ..notation.symbols import symbol_of
from .claims import Claim
from .trees import everywhere, rebuilt

MOST = 6


_ENDS = {"l": "L", "t": "T", "i": "n", "k": "K", "n": "N", "ℓ": "L", "ell": "L"}


Pattern = tuple[str, tuple[str, ...], str, str]  # base, accents, what stands below and above, `#` for the number


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted in a document: letters of layers and times with their numbers, and families of numbered names."""

    letters: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    ends: Mapping[str, int] = field(default_factory=dict)  # L = 3: letters of last numbers
    families: Mapping[Pattern, tuple[int, ...]] = field(default_factory=dict)


def count(
    claims: Sequence[Claim], said: Mapping[str, tuple[int, int]], last: Mapping[str, int], classes: frozenset[str]
) -> Counted:
    """What is counted in these claims. `said`: the values of indices that the words give; `last`: letters such as L;
    `classes`: letters that the words call a class, which is one and the same throughout."""
    letters: dict[str, tuple[int, ...]] = {}
    ends: dict[str, int] = {}
    numbers = _numbers(claims)
    for letter in sorted(_recursive(claims)):
        first, final = said.get(letter, (1, 0))
        end = _ENDS.get(letter, letter.upper())
        final = final or last.get(end, 0) or max([3, *numbers.get(letter, ())])
        first = max(first, _after_explicit(claims, letter))
        if _at_one_time(claims, letter):
            final = first
        letters[letter] = tuple(range(first, min(final, first + MOST - 1) + 1))
        ends[end] = letters[letter][-1]
    for letter in _fixed(claims, classes) - set(letters) - set(ends):
        ends[letter] = 2
    return Counted(letters, ends, _families(claims, set(letters)))


def _fixed(claims: Sequence[Claim], classes: frozenset[str]) -> set[str]:
    r"""Letters that are one number throughout, as k in `L = \sum_{j \neq k} \max(0, s_j - s_k)`: a definition uses it
    as an index of a name whose entries have other indices too, and neither its left side nor a sum binds it."""
    found: set[str] = set()
    labels = labels_of(claims)
    indexed = {
        claim.draft.symbol.text for claim in claims
        if claim.draft is not None and claim.draft.symbol is not None and claim.draft.indices
        and len(labels.get(claim.draft.symbol.text, frozenset())) < 2
    }  # fmt: skip
    for claim in claims:
        draft = claim.draft
        if draft is None or draft.role is not Role.FORMULA or claim.sides[0].tree is None:
            continue
        left = set(_letters_below(claim.sides[0].tree))
        for side in claim.sides[1:]:
            used = _unbound(side.tree, frozenset(left)) if side.tree is not None else {}
            bound = bound_bases(side.tree) if side.tree is not None else set()
            found |= {letter for letter, bases in used.items() if letter in classes or bases & (bound | indexed)}
    return found


def _letters_below(node: Surface) -> Iterator[str]:
    for each in everywhere(node):
        if isinstance(each, Scripted) and each.subscript is not None:
            for name in everywhere(each.subscript):
                if isinstance(name, Name):
                    yield from name.base


def _unbound(node: Surface, bound: frozenset[str]) -> dict[str, set[str]]:
    """Single letters below names that nothing binds, with the names."""
    found: dict[str, set[str]] = defaultdict(set)
    pending: list[tuple[Surface, frozenset[str]]] = [(node, bound)]
    while pending:
        current, taken = pending.pop()
        if isinstance(current, Big):
            pending.append((current.body, taken | set(bound_letters(current)) | set(letters_in(current.lower))))
            continue
        if isinstance(current, Scripted) and isinstance(current.subscript, Name) and len(current.subscript.base) == 1:
            letter = current.subscript.base
            if letter not in taken and letter.islower() and letter.isascii():
                found[letter].add(base_name(current))
        from ..notation.surface import children

        pending.extend((each, taken) for each in children(current))
    inner = _compared(node)
    for letter in inner:
        for each in everywhere(node):
            if isinstance(each, Scripted) and isinstance(each.subscript, Name) and each.subscript.base == letter:
                found[letter].add(base_name(each))
    return found


def letters_in(lower: Surface | None) -> list[str]:
    """The first letter under a sum: in `j \\neq k` the sum is over j alone."""
    inner = unwrapped(lower) if lower is not None else None
    if isinstance(inner, Chain) and isinstance(inner.parts[0], Name):
        return list(inner.parts[0].base)
    return []


def _compared(node: Surface) -> set[str]:
    r"""k in `\sum_{j \neq k}`."""
    found: set[str] = set()
    for each in everywhere(node):
        inner = unwrapped(each.lower) if isinstance(each, Big) and each.lower is not None else None
        if isinstance(inner, Chain) and inner.relations == ("!=",) and isinstance(inner.parts[1], Name):
            found.add(inner.parts[1].base)
    return found


def bound_bases(node: Surface) -> set[str]:
    """The names that carry an index which a sum binds."""
    found: set[str] = set()
    for each in everywhere(node):
        if isinstance(each, Big) and each.upper is None:
            letters = {*bound_letters(each), *letters_in(each.lower)}
            for inner in everywhere(each.body):
                if (
                    isinstance(inner, Scripted)
                    and isinstance(inner.subscript, Name)
                    and inner.subscript.base in letters
                ):
                    found.add(base_name(inner))
    return found


def beside_bound(node: Big) -> set[str]:
    r"""Letters that stand as an index beside one that a sum binds: f in `\\sum_i v_{if} x_i`."""
    bound = {*bound_letters(node), *letters_in(node.lower)}
    found: set[str] = set()
    for each in everywhere(node.body):
        if isinstance(each, Scripted) and each.subscript is not None:
            letters = {letter for name in everywhere(each.subscript) if isinstance(name, Name) for letter in name.base}
            found |= letters - bound if letters & bound else set()
    return found


def labels_of(claims: Sequence[Claim]) -> dict[str, frozenset[str]]:
    """The single letters below each name that stands on the left of formulas."""
    found: dict[str, set[str]] = {}
    for claim in claims:
        left = claim.sides[0].tree
        if claim.draft is None or claim.draft.role is not Role.FORMULA or not isinstance(left, Scripted):
            continue
        if isinstance(left.subscript, Name) and len(left.subscript.base) == 1:
            symbol = symbol_of(replace(left, subscript=None))
            if symbol is not None:
                found.setdefault(symbol.text, set()).add(left.subscript.base)
    return {name: frozenset(letters) for name, letters in found.items()}


def _recursive(claims: Sequence[Claim]) -> set[str]:
    """Letters that stand on the left of a definition and, a number further, on the right of one for the same name."""
    left: dict[str, set[str]] = defaultdict(set)
    shifted: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        draft = claim.draft
        if draft is not None and draft.role is Role.FORMULA and isinstance(claim.sides[0].tree, Scripted):
            for letter in _plain_letters(claim.sides[0].tree):
                left[letter] |= _bases(claim.sides[0].tree)
        for side in claim.sides[1:] if draft is not None and draft.role is Role.FORMULA else ():
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Scripted):
                    for letter in _shifted_letters(node):
                        shifted[letter] |= _bases(node)
    return {letter for letter in left if left[letter] & shifted[letter]}


def _at_one_time(claims: Sequence[Claim], letter: str) -> bool:
    """Whether names without the letter are defined by names with it: `r = \\sigma(U h_{t-1})` speaks of one step."""
    for claim in claims:
        left = claim.sides[0].tree
        if (
            claim.draft is None
            or claim.draft.role is not Role.FORMULA
            or left is None
            or isinstance(left, Multiplicative)
        ):
            continue
        alias = any(isinstance(side.tree, Fraction) for side in claim.sides[1:])
        if alias or (isinstance(left, Scripted) and letter in {*_plain_letters(left), *_shifted_letters(left)}):
            continue
        for side in claim.sides[1:]:
            free = (each for each in everywhere(_outside_sums(side.tree))) if side.tree is not None else ()
            if any(isinstance(each, Scripted) and letter in {*_lone(each), *_shifted_letters(each)} for each in free):
                return True
    return False


def _lone(node: Scripted) -> Iterator[str]:
    for script in scripts_of(node):
        inner = unwrapped(script)
        if isinstance(inner, Name) and not inner.accents:
            yield inner.base


def _outside_sums(node: Surface) -> Surface:
    if isinstance(node, Big):
        return Number("1", node.span)
    return rebuilt(node, _outside_sums)


def _after_explicit(claims: Sequence[Claim], letter: str) -> int:
    """The number after that of `a^1 = x`, where `a^l` is defined for all others: there the recursion begins."""
    bases = {
        base_name(claim.sides[0].tree) for claim in claims
        if isinstance(claim.sides[0].tree, Scripted) and letter in _plain_letters(claim.sides[0].tree)
        and not any(isinstance(side.tree, Fraction) for side in claim.sides[1:])
    }  # fmt: skip
    starts = [
        int(inner.written) + 1
        for claim in claims if claim.draft is not None and claim.draft.role is not Role.CLAIM
        and isinstance(claim.sides[0].tree, Scripted) and base_name(claim.sides[0].tree) in bases
        for script in scripts_of(claim.sides[0].tree)
        if isinstance(inner := unwrapped(script), Number)
        and (inner.written == "0" or (inner.written == "1" and not all(side.numeric for side in claim.sides[1:])))
        and not any(side.numeric for side in claim.sides[2:])
    ]  # fmt: skip
    return max(starts, default=0)


def base_name(node: Scripted) -> str:
    symbol = symbol_of(replace(node, subscript=None, superscripts=(), primes=0))
    return symbol.text if symbol else ""


def _bases(node: Scripted) -> set[str]:
    """The name without its scripts; the last letter of a run too, as h in `Wh_{t-1}`."""
    found = {base_name(node)}
    if isinstance(node.body, Name) and not node.body.whole and not node.body.accents and len(node.body.base) <= 4:
        found.add(node.body.base[-1])
    return found


def scripts_of(node: Scripted) -> Iterator[Surface]:
    for each in (node.subscript, *node.superscripts):
        if each is not None:
            yield each


def _plain_letters(node: Scripted) -> Iterator[str]:
    for script in scripts_of(node):
        inner = unwrapped(script)
        if isinstance(inner, Name) and not inner.accents and (len(inner.base) == 1 or inner.base == "ell"):
            yield inner.base
        elif isinstance(inner, Multiplicative | Group | Name):  # w^{l}_{jk} below, h_{l,t}
            for each in everywhere(inner):
                if isinstance(each, Name) and not each.whole and not each.accents:
                    yield from each.base


def unwrapped(script: Surface) -> Surface:
    while isinstance(script, Group) and len(script.items) == 1:
        script = script.items[0]
    return script


def _shifted_letters(node: Scripted) -> Iterator[str]:
    """The l of `l-1`."""
    for script in scripts_of(node):
        match unwrapped(script):
            case Additive((("", Name(base)), (_, Number(written)))) if written.isdecimal() and (
                len(base) == 1 or base == "ell"
            ):
                yield base


def _numbers(claims: Sequence[Claim]) -> dict[str, tuple[int, ...]]:
    """Numbers that stand where a letter stands on other names of the same base."""
    seen: dict[str, set[int]] = defaultdict(set)
    bases: dict[str, set[str]] = defaultdict(set)
    for node in _scripted(claims):
        for script in scripts_of(node):
            inner = unwrapped(script)
            if isinstance(inner, Number) and inner.written.isdecimal() and len(inner.written) == 1:
                seen[base_name(node)].add(int(inner.written))
            elif isinstance(inner, Name) and len(inner.base) == 1:
                bases[inner.base].add(base_name(node))
    return {letter: tuple(sorted({n for base in names for n in seen[base]})) for letter, names in bases.items()}


def _scripted(claims: Iterable[Claim]) -> Iterator[Scripted]:
    for claim in claims:
        for side in claim.sides:
            for node in everywhere(side.tree) if side.tree is not None else ():
                if isinstance(node, Scripted):
                    yield node


def _families(claims: Sequence[Claim], letters: set[str]) -> dict[Pattern, tuple[int, ...]]:
    """Names that differ in one number, where the name without a number stands nowhere."""
    seen: dict[Pattern, set[int]] = defaultdict(set)
    alone: set[tuple[str, tuple[str, ...]]] = set()
    for claim in claims:
        for side in claim.sides:
            if side.tree is not None:
                _walk(side.tree, seen, alone)
        draft = claim.draft
        if draft is not None and draft.indices and draft.symbol is not None:
            alone.add((draft.symbol.base, draft.symbol.accents))
    return {
        pattern: tuple(sorted(numbers)) for pattern, numbers in seen.items()
        if (pattern[0], pattern[1]) not in alone and len(numbers) > 1
    }  # fmt: skip


def _walk(node: Surface, seen: dict[Pattern, set[int]], alone: set[tuple[str, tuple[str, ...]]]) -> None:
    pending: list[Surface] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Scripted) and isinstance(current.body, Name):
            pattern = _pattern(current)
            if pattern is not None:
                seen[pattern[0]].add(pattern[1])
            elif current.subscript is None and not any(isinstance(each, Group) for each in current.superscripts):
                alone.add((current.body.base, current.body.accents))
            pending.extend(scripts_of(current))
        elif isinstance(current, Name):
            alone.add((current.base, current.accents))
            if not current.whole and not current.accents:
                alone |= {(letter, ()) for letter in current.base}
        else:
            from ..notation.surface import children

            pending.extend(children(current))


def _pattern(node: Scripted) -> tuple[Pattern, int] | None:
    """A name with a number of one digit below or above it."""
    symbol = symbol_of(node)
    if symbol is None or symbol.primes:
        return None
    if len(symbol.subscript) == 1 and symbol.subscript.isdecimal():
        return (symbol.base, symbol.accents, "#", symbol.superscript), int(symbol.subscript)
    if (
        len(symbol.superscript.strip("()[]")) == 1
        and symbol.superscript.strip("()[]").isdecimal()
        and symbol.superscript[0] in "(["
    ):
        marked = symbol.superscript.replace(symbol.superscript.strip("()[]"), "#")
        return (symbol.base, symbol.accents, symbol.subscript, marked), int(symbol.superscript.strip("()[]"))
    return None


def bound_letters(node: Big) -> list[str]:
    lower = unwrapped(node.lower) if node.lower is not None else None
    match lower:
        case Name(base):
            return [base] if len(base) == 1 else list(base)
        case Chain((Name(base), *_), ("=" | "∈",)):
            return [base]
        case Group(_, items) if all(isinstance(each, Name) for each in items):
            return [each.base for each in items if isinstance(each, Name)]
    return []
