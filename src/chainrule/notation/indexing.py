"""Scripts in, meaning out: index, layer, example, power or transpose.

One idea: what has been declared as a whole is a name, whatever its scripts look like. Only then are a subscript an
index and a superscript a power.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..errors import ParseError, TextSpan
from .meaning import Call, Entry, Index, Literal, Meaning, Member, Power, Transposed, Variable, is_member
from .names import Scope
from .surface import Additive, Group, Multiplicative, Name, Number, Scripted, Surface
from .symbols import Symbol, script_text, symbol_of

_TRANSPOSES = frozenset({"T", "⊤"})
_PRIMES = frozenset({"'", "''", "'''"})


@dataclass(frozen=True, slots=True)
class Scripts:
    """The scripts of one name or bracket, sorted by what they can mean."""

    body: Surface
    subscript: Surface | None
    marks: tuple[Surface, ...]  # layer and example numbers, stars: part of a name
    powers: tuple[Surface, ...]  # a power, or an index written above
    turns: int  # transposes and primes


def sort_scripts(node: Scripted, scope: Scope) -> Scripts:
    """The scripts of a node, those of a node directly inside it included."""
    body, subscript, above, turns = node.body, node.subscript, list(node.superscripts), node.primes
    while isinstance(body, Scripted) and (subscript is None or body.subscript is None):
        subscript = subscript or body.subscript
        above, turns, body = [*body.superscripts, *above], turns + body.primes, body.body
    marks: list[Surface] = []
    powers: list[Surface] = []
    for script in (part for each in above for part in _apart(each)):
        if isinstance(script, Name) and script.base in _TRANSPOSES and script.base not in scope.declared:
            turns += 1
        elif isinstance(script, Name) and script.base in _PRIMES:
            turns += len(script.base)
        elif _is_mark(script, scope):
            marks.append(script)
        else:
            powers.append(script)
    return Scripts(body, subscript, tuple(marks), tuple(powers), turns)


def _apart(script: Surface) -> Iterator[Surface]:
    """`[l]T` is a layer and a transpose; `[l]'` a layer and a prime."""
    if isinstance(script, Multiplicative) and all(sign == "" for sign, _ in script.factors):
        first, last = script.factors[0][1], script.factors[-1][1]
        if isinstance(first, Group | Scripted) or (isinstance(last, Name) and last.base in _TRANSPOSES):
            for _, each in script.factors:
                yield from _apart(each)
            return
    if isinstance(script, Scripted) and isinstance(script.body, Group) and script.subscript is None:
        yield script.body
        yield from script.superscripts
        if script.primes:
            yield Name("'" * script.primes, script.span)
        return
    yield script


def _is_mark(script: Surface, scope: Scope) -> bool:
    """Layer and example numbers stand in brackets; in plain text a round bracket may also hold an exponent together."""
    if isinstance(script, Name):
        return script.base in ("*", "+")
    if not isinstance(script, Group) or script.bracket not in ("(", "["):
        return False
    return script.bracket == "[" or scope.latex or script.span.text[script.span.start - 1 : script.span.start] != "^"


# Names ------------------------------------------
def read_scripted(node: Scripted, scope: Scope) -> Meaning:
    """The meaning of a node with scripts that is not a function applied to something."""
    scripts = sort_scripts(node, scope)
    if _is_ones(scripts, scope):
        one = Literal("1", 1.0, scripts.body.span)
        return attach(one, replace(scripts, subscript=None), scope, node.span)
    if not isinstance(scripts.body, Name):
        return attach(scope.resolve(scripts.body, scope), scripts, scope, node.span)
    if scripts.body.base == "e" and scripts.powers and "e" not in scope.declared and not scripts.body.accents:
        return _exponential(scripts, scope, node.span)
    if _bound_above(scripts, scope) is None and (whole := _declared_whole(node, scripts, scope)) is not None:
        return whole
    return _undeclared(scripts, scope, node.span)


def _is_ones(scripts: Scripts, scope: Scope) -> bool:
    """`𝟙^T`, and `1_n` with the size of the vector below it."""
    match scripts.body:
        case Name("𝟙") if "𝟙" not in scope.declared:
            sized = scripts.subscript is None or isinstance(scripts.subscript, Name)
        case Number("1"):
            sized = isinstance(scripts.subscript, Name)
        case _:
            return False
    return sized and not (isinstance(scripts.subscript, Name) and scripts.subscript.base in scope.bound)


def _exponential(scripts: Scripts, scope: Scope, span: TextSpan) -> Meaning:
    return Call("exp", (scope.resolve(scripts.powers[0], scope),), span)


def _base(scripts: Scripts) -> Symbol:
    """The name without subscript, powers and turns."""
    found = symbol_of(scripts.body)
    assert found is not None  # the body is a Name
    return replace(found, superscript="".join(map(script_text, scripts.marks)))


def _declared_whole(node: Scripted, scripts: Scripts, scope: Scope) -> Meaning | None:
    """The longest part of the scripts that spells a declared name, and what the rest does to it."""
    base, span = _base(scripts), node.span
    below = script_text(scripts.subscript) if scripts.subscript is not None else ""
    above = base.superscript + "".join(map(script_text, scripts.powers))
    full = symbol_of(Scripted(Name(base.base, span, base.accents), scripts.subscript, (), 0, span)) or base
    full = replace(full, superscript=above, primes=scripts.turns)
    if scripts.turns and full.text in scope.declared:
        return Variable(full, span)
    full = replace(full, primes=0)
    rest = replace(scripts, marks=(), powers=(), subscript=None)
    if found := _find(full, scope, span, exact=not scripts.powers):
        if scripts.powers:
            scope.note(found.text, "a name, not a power: it is declared", span)
        return attach(Variable(found, span), rest, scope, span)
    low = replace(full, superscript=base.superscript)
    if scripts.powers and (found := _find(low, scope, span)):
        return _power_of(found, scripts, rest, scope, span)
    if below and scripts.powers and (found := scope.declared.get(replace(full, subscript="").text)):
        return attach(Variable(found, span), replace(rest, subscript=scripts.subscript), scope, span)
    return _declared_array(base, below, scripts, scope, span)


def _find(symbol: Symbol, scope: Scope, span: TextSpan, exact: bool = False) -> Symbol | None:
    return scope.find(symbol, span) if exact or not symbol.superscript else scope.declared.get(symbol.text)


def _power_of(found: Symbol, scripts: Scripts, rest: Scripts, scope: Scope, span: TextSpan) -> Meaning:
    """A declared name with a superscript that no declared name has: a power, unless the name is a list of examples."""
    script = scripts.powers[0]
    counts = found.text in scope.families or (found.text in scope.arrays and _superscripts_number(scope))
    if isinstance(script, Number) and counts:
        scope.note(f"{found.text}^{script.written}", f"entry {script.written} of {found.text}", span)
        return attach(Variable(found, span), replace(rest, subscript=script), scope, span)
    if isinstance(script, Number) and _superscripts_number(scope):
        scope.note(
            f"{found.text}^{script.written}", f"a power: no name {found.text}^{script.written} is declared", span
        )
    return attach(Variable(found, span), replace(rest, powers=scripts.powers), scope, span)


def _superscripts_number(scope: Scope) -> bool:
    """Whether some declared name has a number above it, so that numbers above may count examples."""
    return any(symbol.superscript.isdecimal() for symbol in scope.declared.values())


def _declared_array(base: Symbol, below: str, scripts: Scripts, scope: Scope, span: TextSpan) -> Meaning | None:
    """An entry of a declared array: `x_1` where x is declared, `a_21` where a_2 is."""
    if scripts.subscript is None or not (below.isdecimal() or _counts(scripts.subscript, scope)):
        return None
    rest = replace(scripts, marks=())
    if found := scope.declared.get(base.text):
        return attach(Variable(found, span), rest, scope, span)
    if not below.isdecimal():
        return None
    for stop in range(len(below) - 1, 0, -1):
        for spelled in (base.base, base.base.swapcase()):
            found = scope.declared.get(replace(base, base=spelled, subscript=below[:stop]).text)
            if found is not None:
                digits = below[stop:]
                scope.note(f"{base.base}_{below}", f"entry {','.join(digits)} of {found.text}", span)
                number = Number(digits, scripts.subscript.span)
                return attach(Variable(found, span), replace(rest, subscript=number), scope, span)
    return None


def _undeclared(scripts: Scripts, scope: Scope, span: TextSpan) -> Meaning:
    base = _base(scripts)
    if bound := _bound_above(scripts, scope):
        family = _family(replace(base, superscript="#"), scope)
        kept = replace(scripts, marks=tuple(each for each in scripts.marks if each is not bound), powers=())
        if family is not None:
            return attach(Member(family, _index(bound, scope), span), replace(kept, subscript=None), scope, span)
        array = scope.find(_base(kept), span) or _base(kept)
        return attach(Entry(Variable(array, span), (_index(bound, scope),), span), replace(kept, marks=()), scope, span)
    if scripts.subscript is not None and _mentions_bound(scripts.subscript, scope):
        family = _family(replace(base, subscript="#"), scope)
        if family is not None and len(indices_of(scripts.subscript, scope)) == 1:
            member = Member(family, indices_of(scripts.subscript, scope)[0], span)
            return attach(member, replace(scripts, subscript=None, marks=()), scope, span)
        array = _rows_of(base, scripts.subscript, scope) or base
        return attach(Variable(array, span), replace(scripts, marks=()), scope, span)
    whole = symbol_of(Scripted(Name(base.base, span, base.accents), scripts.subscript, (), 0, span)) or base
    if _counts_above(scripts, scope):
        whole = replace(whole, superscript=base.superscript + script_text(scripts.powers[0]))
        scope.note(whole.text, "a name, not a power: the names that are defined here are numbered above", span)
        return attach(Variable(whole, span), replace(scripts, subscript=None, marks=(), powers=()), scope, span)
    whole = replace(whole, superscript=base.superscript)
    return attach(Variable(whole, span), replace(scripts, subscript=None, marks=()), scope, span)


def _rows_of(base: Symbol, subscript: Surface, scope: Scope) -> Symbol | None:
    """The matrix X that x_i is a row of, where X has been declared and x has not."""
    matrix = replace(base, base=base.base.upper())
    if len(base.base) != 1 or matrix == base or matrix.text not in scope.arrays:
        return None
    if len(indices_of(subscript, scope)) == 1:
        scope.note(f"{base.text}_{script_text(subscript)}", f"a row of {matrix.text}", subscript.span)
    return scope.declared.get(matrix.text)


def _counts_above(scripts: Scripts, scope: Scope) -> bool:
    """Whether a number above an undeclared name is part of it, as it is in the names that the text defines."""
    assert isinstance(scripts.body, Name)
    numbered = len(scripts.powers) == 1 and isinstance(scripts.powers[0], Number)
    return numbered and _superscripts_number(scope) and scripts.body.base not in scope.alone


def _family(pattern: Symbol, scope: Scope) -> str | None:
    """The pattern of names that differ in a number, when the text declares at least one of them and no array."""
    family = pattern.text.replace("{#}", "#")
    return family if any(is_member(name, family) for name in scope.declared) else None


def _bound_above(scripts: Scripts, scope: Scope) -> Surface | None:
    """A superscript that is a bound index: `x^{(i)}`, and `x^i` where numbers above count examples."""
    for mark in scripts.marks:
        if isinstance(mark, Group) and len(mark.items) == 1 and _mentions_bound(mark.items[0], scope):
            return mark
    for script in scripts.powers:
        counted = _superscripts_number(scope) or script_text(script) in scope.raised
        if isinstance(script, Name) and script.base in scope.bound and counted:
            return script
    return None


def _counts(script: Surface, scope: Scope) -> bool:
    """Whether a subscript is made of numbers and bound indices, so that it can be an index."""
    match script:
        case Number() | Name(":"):
            return True
        case Group("{" | "(", items):
            return all(_counts(each, scope) for each in items)
        case _:
            return _mentions_bound(script, scope)


def _index(node: Surface, scope: Scope) -> Meaning:
    return indices_of(node.items[0] if isinstance(node, Group) else node, scope)[0]


def _mentions_bound(node: Surface, scope: Scope) -> bool:
    match node:
        case Name(base):
            return base in scope.bound or (len(base) > 1 and not node.whole and all(x in scope.bound for x in base))
        case Group(_, items):
            return any(_mentions_bound(each, scope) for each in items)
        case Additive(pairs) | Multiplicative(pairs):
            return any(_mentions_bound(each, scope) for _, each in pairs)
        case _:
            return False


# Entries, powers, transposes ------------------------------------------
def attach(body: Meaning, scripts: Scripts, scope: Scope, span: TextSpan) -> Meaning:
    """What the scripts that are left do to a value: take an entry, raise to a power, transpose."""
    found = body
    if scripts.subscript is not None:
        found = Entry(found, indices_of(scripts.subscript, scope), span)
    for script in (*scripts.powers, *scripts.marks):
        exponent = scope.resolve(_without_transpose(script), scope)
        found = Power(found, exponent, span)
        if exponent is not None and _without_transpose(script) is not script:
            found = Transposed(found, span)
    for _ in range(scripts.turns % 2):
        found = Transposed(found, span)
    return found


def _without_transpose(script: Surface) -> Surface:
    """`A^{-T}` is the transpose of the inverse."""
    match script:
        case Additive((("-", Name(base)),)) if base in _TRANSPOSES:
            return Additive((("-", Number("1", script.span)),), script.span)
        case _:
            return script


def indices_of(node: Surface, scope: Scope) -> tuple[Meaning, ...]:
    """The indices that a subscript names. The digits of `W_{12}` are told apart when the axes are known."""
    match node:
        case Group("{" | "(", items):
            return tuple(index for each in items for index in indices_of(each, scope))
        case Number(written, span):
            return (Literal(written, float(written), span),)
        case Name(base, span) if base in scope.bound or base == ":":
            return (Index(base, span),)
        case Name(base, span) if not node.whole and all(letter in scope.bound for letter in base):
            return tuple(Index(letter, span) for letter in base)
        case Multiplicative(pairs) if all(sign == "" for sign, _ in pairs):
            return tuple(index for _, each in pairs for index in indices_of(each, scope))
        case Additive():
            return (scope.resolve(node, scope),)
        case _:
            raise ParseError(
                given="this index", where=node.span, expected="a number, or an index that a sum or the left side binds",
                remedy="sum over it, or put a number in its place",
            )  # fmt: skip
