"""Factors side by side in, meaning out: what is a function applied to something, what is a product, what an entry.

One idea: a known function takes what follows; an undeclared f, g or h takes a bracket; everything else multiplies.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from ..errors import ParseError, TextSpan, UnknownNameError, did_you_mean
from . import limits
from .functions import FUNCTIONS, GENERIC, function_named
from .indexing import Scripts, attach, sort_scripts
from .meaning import Call, Entry, Literal, Meaning, Over, Own, Power, Product, Slope, Unspecified, Variable
from .names import Scope, expand, is_declared
from .surface import Additive, Bars, Big, Chain, Fraction, Group, Multiplicative, Name, Number, Scripted, Surface
from .symbols import Symbol, script_text, symbol_of
from .units import with_ones

Factors: TypeAlias = list[tuple[str, Surface]]
_OVER = {"max": "max", "min": "min", "sum": "sum", "prod": "prod"}
_WHOLE_ARGUMENT = (Big, Bars, Fraction)


def read_product(node: Multiplicative, scope: Scope) -> Meaning:
    """The factors with every function applied."""
    factors = expand(node.factors, scope)
    _say_slash(factors, scope)
    found: list[tuple[str, Meaning]] = []
    place = 0
    while place < len(factors):
        taken, meaning = read_factor(factors, place, scope)
        found.append((factors[place][0], meaning))
        place += taken
    return found[0][1] if len(found) == 1 else Product(with_ones(found), node.span)


def read_single(node: Surface, scope: Scope) -> Meaning:
    """A name alone, which may still be several side by side."""
    factors = expand((("", node),), scope)
    if len(factors) > 1:
        return read_product(Multiplicative(tuple(factors), node.span), scope)
    return read_factor(factors, 0, scope)[1]


def _say_slash(factors: Factors, scope: Scope) -> None:
    for place, (sign, node) in enumerate(factors[1:-1], start=1):
        after_sign, after = factors[place + 1]
        if sign == "/" and after_sign == "" and not isinstance(after, Group):
            first, text = factors[place - 1][1].span, node.span.text
            left, right = text[first.start : node.span.stop], text[after.span.start : after.span.stop]
            scope.note(f"{left} {right}", f"({left}) {right}; write brackets for the other", after.span)


# One factor ------------------------------------------
def read_factor(factors: Factors, place: int, scope: Scope) -> tuple[int, Meaning]:
    """How many factors are used up, and what they mean together."""
    node = factors[place][1]
    following = factors[place + 1][1] if place + 1 < len(factors) and factors[place + 1][0] == "" else None
    if (found := _indicator(node, following, scope)) is not None:
        return found
    head = _head(node)
    if head is None:
        return 1, scope.resolve(node, scope)
    if (own := _own_call(node, following, scope)) is not None:
        return own
    if (found := _entry(node, following, scope)) is not None or is_declared(node, scope):
        return found or (1, scope.resolve(node, scope))
    name, scripts = head
    if (op := function_named(name.base)) and not name.accents:
        return _library_call(op, factors, place, scope)
    opened = _bracket(following)
    if opened is None:
        return 1, scope.resolve(node, scope)
    span = TextSpan(node.span.text, node.span.start, opened.span.stop)
    value = _named_call(_spelled(node), name, scripts, opened, span, scope)
    if value is not None:
        return 2, _with_outer_scripts(value, following, scope)
    _refuse_unknown(name, node, opened, scope)
    return 1, scope.resolve(node, scope)


def _spelled(node: Surface) -> str:
    """The name of a function, its primes aside."""
    symbol = symbol_of(replace(node, primes=0) if isinstance(node, Scripted) else node)
    return replace(symbol, superscript=symbol.superscript.replace("'", "")).text if symbol else ""


def _head(node: Surface) -> tuple[Name, Scripted | None] | None:
    if isinstance(node, Name):
        return node, None
    if isinstance(node, Scripted) and isinstance(node.body, Name):
        return node.body, node
    return None


def _bracket(following: Surface | None) -> Group | None:
    """The round bracket that follows, scripts on it aside."""
    body = following.body if isinstance(following, Scripted) else following
    return body if isinstance(body, Group) and body.bracket in ("(", "[") else None


def _with_outer_scripts(value: Meaning, following: Surface | None, scope: Scope) -> Meaning:
    """`f(x)^2` and `softmax(a)_i`: scripts on the bracket belong to the result."""
    if not isinstance(following, Scripted):
        return value
    return attach(value, sort_scripts(following, scope), scope, following.span)


def _arguments(group: Group, scope: Scope) -> tuple[Meaning, ...]:
    return tuple(scope.resolve(each, scope) for each in group.items)


# Functions of the text, and functions of which nothing is said ------------------------------------------
def _own_call(node: Surface, following: Surface | None, scope: Scope) -> tuple[int, Meaning] | None:
    """A function that the text defines, with as many arguments as it has parameters."""
    opened, spelled = _bracket(following), _spelled(node)
    if opened is None or opened.bracket != "(" or scope.own.get(spelled) != len(opened.items):
        return None
    span = TextSpan(node.span.text, node.span.start, opened.span.stop)
    called = Own(spelled, _arguments(opened, scope), span)
    value = _primed(called, node if isinstance(node, Scripted) else None, spelled, scope)
    return 2, _with_outer_scripts(value, following, scope)


def _named_call(
    spelled: str, name: Name, scripts: Scripted | None, opened: Group, span: TextSpan, scope: Scope
) -> Meaning | None:
    """A call of a function that was named outside, of the sigmoid, or of an f of which nothing is said."""
    if opened.bracket != "(":
        return None
    if len(opened.items) != 1:
        _refuse_several(spelled, name, scripts, opened, span)
        return None
    if spelled in scope.bindings or spelled == "sigma":
        function = scope.bindings.get(spelled, "sigmoid")
        scope.note(f"{spelled}(..)", f"the function {function}", name.span)
        return _primed(Call(function, _arguments(opened, scope), span), scripts, spelled, scope)
    if name.base in GENERIC and not name.accents and not _has_powers(scripts):
        scope.note(f"{spelled}(..)", f"an unspecified function {spelled}, entry by entry", name.span)
        return Unspecified(spelled, _primes(scripts), _arguments(opened, scope)[0], span)
    return None


def _refuse_several(spelled: str, name: Name, scripts: Scripted | None, opened: Group, span: TextSpan) -> None:
    """`g(x, y)` for a g of which nothing is said: as a product with a vector (x, y) nobody would mean it."""
    if name.base in GENERIC and not name.accents and not _has_powers(scripts) and name.span.stop == opened.span.start:
        raise ParseError(
            given=f"the function {spelled} of {len(opened.items)} arguments, of which nothing is said", where=span,
            expected="an unspecified function of one argument, which works entry by entry",
            remedy=f"define it first: {spelled}(x, y) = ...; if it is a factor, declare the shape of {spelled}",
        )  # fmt: skip


def _has_powers(scripts: Scripted | None) -> bool:
    return scripts is not None and any(isinstance(each, Number) for each in scripts.superscripts)


def _primed(call: Call | Own, scripts: Scripted | None, name: str, scope: Scope) -> Meaning:
    """`f'(z)` of a function that is known: its derivative, where derivatives mean something."""
    primes = _primes(scripts)
    if scripts is None or not primes:
        return call
    if scope.derivative is None:
        raise ParseError(
            given=f"the derivative {name}'",
            where=scripts.span,
            expected="a formula without derivatives of known functions",
            remedy="write the function itself: chainrule gives its derivative",
        )
    if len(call.arguments) != 1:
        raise ParseError(given=f"the derivative {name}' of a function of {len(call.arguments)} arguments",
                         where=scripts.span, expected="a function of one argument")  # fmt: skip
    parameter = Symbol("·")  # no text can spell it
    body = replace(call, arguments=(Variable(parameter, call.span),))
    return Slope(parameter, body, call.arguments[0], primes, call.span)


def _primes(scripts: Scripted | None) -> int:
    """The primes of a function, beside its layer too: `g^{[1]'}`."""
    if scripts is None:
        return 0
    parts = [part for each in scripts.superscripts for part in _parts_of(each)]
    above = sum(len(each.base) for each in parts if isinstance(each, Name) and not each.base.strip("'"))
    return scripts.primes + above + sum(each.primes for each in parts if isinstance(each, Scripted))


def _parts_of(script: Surface) -> list[Surface]:
    return [each for _, each in script.factors] if isinstance(script, Multiplicative) else [script]


def _refuse_unknown(name: Name, node: Surface, opened: Group, scope: Scope) -> None:
    """A word followed by its bracket is a call, and nobody has said of what."""
    adjacent = node.span.stop == opened.span.start or (name.whole and len(name.base) > 1)
    word = len(name.base) > 2 or len(opened.items) > 1
    if opened.bracket == "(" and adjacent and word and not function_named(name.base) and len(name.base) > 1:
        from . import alphabet

        if name.base in alphabet.GREEK:
            return
        raise UnknownNameError(
            given=f"the function {name.base}",
            where=name.span,
            expected="a function that is known, or a name that is declared",
            remedy=did_you_mean(name.base, [*FUNCTIONS, *scope.own]) or f"define it first: {name.base}(x) = ...",
        )


# Functions of the library ------------------------------------------
def _library_call(op: str, factors: Factors, place: int, scope: Scope) -> tuple[int, Meaning]:
    node = factors[place][1]
    scripts = sort_scripts(node, scope) if isinstance(node, Scripted) else None
    axis = axis_below(scripts.subscript) if scripts is not None else None
    if scripts is not None and scripts.subscript is not None and op in _OVER and axis is None:
        return _over(op, factors, place, scripts, scope)
    following = factors[place + 1][1] if place + 1 < len(factors) and factors[place + 1][0] == "" else None
    if following is None:
        raise ParseError(given=f"the function {op} with nothing to apply it to", where=node.span,
                         expected="a bracket or a name after it", remedy=f"write {op}(x)")  # fmt: skip
    opened = _bracket(following)
    if opened is not None:
        span = TextSpan(node.span.text, node.span.start, opened.span.stop)
        positional, options = _split_options(opened, scope)
        if not positional:
            raise ParseError(
                given=f"{op} of nothing", where=span, expected="an argument in the bracket", remedy=f"write {op}(x)"
            )
        options += () if axis is None else (("axis", axis),)
        call = _primed(Call(op, positional, span, options), node if isinstance(node, Scripted) else None, op, scope)
        return 2, _with_outer_scripts(_on_its_own(call, scripts, scope), following, scope)
    taken, argument = _loose_argument(factors, place + 1, op, scope)
    span = TextSpan(node.span.text, node.span.start, argument.span.stop)
    call = _primed(Call(op, (argument,), span), node if isinstance(node, Scripted) else None, op, scope)
    return taken + 1, _on_its_own(call, scripts, scope)


def axis_below(subscript: Surface | None) -> int | None:
    """The number in a subscript that says `axis 1`."""
    match subscript:
        case Multiplicative((("", Name("axis")), ("", Number(written)))) if written.isdecimal():
            return int(written)
        case _:
            return None


def _on_its_own(call: Meaning, scripts: Scripts | None, scope: Scope) -> Meaning:
    """`sin^2 x` is the square of sin x, `log_2 x` has a base."""
    value: Meaning = call
    if scripts is None:
        return value
    if scripts.subscript is not None and isinstance(call, Call) and call.function == "log":
        if (whole := f"log{script_text(scripts.subscript)}") in FUNCTIONS:
            return _raised(replace(call, function=whole), scripts, scope)
        base = Call("log", (scope.resolve(scripts.subscript, scope),), call.span)
        value = Product((("", value), ("/", base)), call.span)
    return _raised(value, scripts, scope)


def _raised(value: Meaning, scripts: Scripts, scope: Scope) -> Meaning:
    for power in scripts.powers:
        value = Power(value, scope.resolve(power, scope), value.span)
    return value


def _split_options(group: Group, scope: Scope) -> tuple[tuple[Meaning, ...], tuple[tuple[str, object], ...]]:
    """Arguments by place, and those such as `axis = 0` by name."""
    positional, options = [], []
    for each in group.items:
        match each:
            case Chain((Name("axis"), Number(written)), ("=",)):
                options.append(("axis", int(float(written))))
            case Chain((Name("axis"), Additive((("-", Number(written)),))), ("=",)):
                options.append(("axis", -int(float(written))))
            case Chain((Name("keepdims"), Name(truth)), ("=",)):
                options.append(("keepdims", truth.lower() == "true"))
            case _:
                positional.append(scope.resolve(each, scope))
    return tuple(positional), tuple(options)


def _loose_argument(factors: Factors, place: int, op: str, scope: Scope) -> tuple[int, Meaning]:
    """`log p_i`, `sin 2 x`, `log cosh r`: what a function without brackets reaches over."""
    first = factors[place][1]
    head = _head(first)
    if head is not None and function_named(head[0].base) and not is_declared(first, scope):
        if scope.nested > limits.FUNCTIONS:
            raise limits.too_deep(first.span, limits.FUNCTIONS, "functions without brackets")
        return read_factor(factors, place, replace(scope, nested=scope.nested + 1))
    taken, value = read_factor(factors, place, scope) if head is not None else (1, scope.resolve(first, scope))
    if taken > 1:
        return taken, value  # log sigma(x)
    found = [("", value)]
    while not isinstance(first, _WHOLE_ARGUMENT) and place + taken < len(factors):
        sign, node = factors[place + taken]
        head = _head(node)
        applies = head is not None and function_named(head[0].base) and not is_declared(node, scope)
        if sign or applies or not isinstance(node, Number | Name | Scripted) or _bracket(node) is not None:
            break
        found.append(("", scope.resolve(node, scope)))
        taken += 1
    span = TextSpan(first.span.text, first.span.start, factors[place + taken - 1][1].span.stop)
    if taken == 1:
        return 1, found[0][1]
    written = span.text[span.start : span.stop]
    scope.note(f"{op} {written}", f"{op}({written})", span)
    return taken, Product(tuple(found), span)


def _over(op: str, factors: Factors, place: int, scripts: Scripts, scope: Scope) -> tuple[int, Meaning]:
    """`max_i x_i`."""
    assert scripts.subscript is not None
    names = tuple(script_text(scripts.subscript).replace(",", ""))
    taken, body = (
        _loose_argument(factors, place + 1, op, scope.within(names)) if place + 1 < len(factors) else (0, None)
    )
    if body is None:
        raise ParseError(given=f"{op} over {','.join(names)} of nothing", where=factors[place][1].span,
                         expected="what it is taken of")  # fmt: skip
    return taken + 1, Over(_OVER[op], names, None, None, None, body, factors[place][1].span)


# Indicators and entries ------------------------------------------
def _indicator(node: Surface, following: Surface | None, scope: Scope) -> tuple[int, Meaning] | None:
    """`1{x > 0}`, `1_{k = i}`: 1 where the condition holds, else 0."""
    body = node.body if isinstance(node, Scripted) else node
    if not (isinstance(body, Number) and body.written == "1") and not (isinstance(body, Name) and body.base == "𝟙"):
        return None
    if isinstance(node, Scripted) and isinstance(node.subscript, Chain):
        return 1, scope.resolve(node.subscript, scope)
    group = following if isinstance(following, Group) else None
    if group is not None and len(group.items) == 1 and isinstance(group.items[0], Chain):
        return 2, scope.resolve(group.items[0], scope)
    return (1, Literal("1", 1.0, node.span)) if isinstance(node, Name) else None


def _entry(node: Surface, following: Surface | None, scope: Scope) -> tuple[int, Meaning] | None:
    """`W[1,2]`: a name with a square bracket of whole numbers or bound indices right after it. Counted from 1."""
    body = following.body if isinstance(following, Scripted) else following
    if not isinstance(body, Group) or body.bracket != "[" or node.span.stop != body.span.start:
        return None
    indices = [scope.resolve(each, scope) for each in body.items if _may_index(each, scope)]
    if len(indices) != len(body.items):
        return None
    found = Entry(scope.resolve(node, scope), tuple(indices), TextSpan(node.span.text, node.span.start, body.span.stop))
    return 2, _with_outer_scripts(found, following, scope)


def _may_index(node: Surface, scope: Scope) -> bool:
    match node:
        case Number(written):
            return written.isdecimal()
        case Name(base):
            return base in scope.bound
        case Additive(pairs):
            return all(_may_index(each, scope) for _, each in pairs)
        case _:
            return False
